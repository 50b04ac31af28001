import { describe, expect, it } from 'vitest';
import { writeLimitedPurse } from '../../../card-emulator/card/limited-purse.ts';
import { amountBlock, purseBlock, toHex } from './test-card.ts';

const limits = { upper: 20_000, lower: -500, generation: 0 };

/** Balance and cashback after the write; the status flag of a refusal; or `repeated`. */
function purseAfter(
  operation: 'decrement' | 'cashback' | 'direct',
  stored: Uint8Array,
  command: Uint8Array,
) {
  const write = writeLimitedPurse(operation, stored, { command, limits });
  if (write.result === 'refused') return write.statusFlag2;
  if (write.result === 'repeated') return 'repeated';
  const view = new DataView(write.block.buffer);
  return [view.getInt32(0, true), view.getUint32(4, true)];
}

describe('a value-limited purse', () => {
  it('goes below zero as far as its lower limit permits, and no further', () => {
    expect(purseAfter('decrement', purseBlock(100), amountBlock(600, 1))).toEqual([-500, 600]);
    expect(purseAfter('decrement', purseBlock(100), amountBlock(601, 1))).toBe(0x03);
  });

  it('takes more from a balance that is below zero already', () => {
    const below = purseBlock(-400 >>> 0);
    expect(purseAfter('decrement', below, amountBlock(100, 1))).toEqual([-500, 100]);
  });

  it('gives back at most the last amount, up to its upper limit', () => {
    expect(purseAfter('cashback', purseBlock(19_900, 100), amountBlock(100, 1))).toEqual([
      20_000, 0,
    ]);
    expect(purseAfter('cashback', purseBlock(19_901, 100), amountBlock(100, 1))).toBe(0x03);
    expect(purseAfter('cashback', purseBlock(100, 50), amountBlock(51, 1))).toBe(0x02);
  });

  it('does nothing for an execution ID it holds, whatever the amount', () => {
    const stored = purseBlock(100, 0, 0, 7);
    expect(purseAfter('decrement', stored, amountBlock(99_999, 7))).toBe('repeated');
    expect(purseAfter('cashback', stored, amountBlock(99_999, 7))).toBe('repeated');
  });

  it('is set directly to any balance within its limits', () => {
    expect(purseAfter('direct', purseBlock(100), purseBlock(20_000, 5, 0, 9))).toEqual([20_000, 5]);
    expect(purseAfter('direct', purseBlock(100), purseBlock(20_001))).toBe(0x03);
    expect(purseAfter('direct', purseBlock(100), purseBlock(-501 >>> 0))).toBe(0x03);
  });

  it('keeps the user data and stores the execution ID', () => {
    const write = writeLimitedPurse('decrement', purseBlock(100, 0, 0xaabbccdd, 1), {
      command: amountBlock(1, 2),
      limits,
    });
    expect(write.result === 'stored' && toHex(write.block.slice(8))).toBe('aabbccdd00000002');
  });
});
