import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { zenginTransfer } from '../../../../backend/settlement/bank/zengin-transfer.ts';
import { EXAMPLE_INSTRUCTION } from './instruction-example.ts';

const { records } = z
  .object({ records: z.array(z.string()) })
  .parse(
    JSON.parse(
      readFileSync(new URL('../../../vectors/zengin-transfer.json', import.meta.url), 'utf8'),
    ),
  );

describe('zenginTransfer', () => {
  it('writes the bytes that another program wrote', () => {
    const bytes = Buffer.from(zenginTransfer(EXAMPLE_INSTRUCTION));
    expect(bytes.toString('hex')).toBe(records.map((record) => `${record}0d0a`).join(''));
  });

  it('writes nothing that a bank would not take', () => {
    expect(() => zenginTransfer({ ...EXAMPLE_INSTRUCTION, orders: [] })).toThrow('no-orders');
  });
});
