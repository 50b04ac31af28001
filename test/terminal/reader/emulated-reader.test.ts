import { describe, expect, it } from 'vitest';
import type { CardLink } from '#emulated-card';
import { milliseconds } from '#units';
import { EmulatedReader } from '../../../terminal/reader/emulated-reader.ts';
import { hex } from '../../card-emulator/felica/hex.ts';

const RESET_MODE = hex('0c 3e 0102030405060708 0000');

/** A card that answers with the same bytes always, and tells what was done to it. */
function constantCard(answer: string | undefined): CardLink & { readonly log: string[] } {
  const log: string[] = [];
  return {
    log,
    powerOn: () => void log.push('on'),
    powerOff: () => void log.push('off'),
    exchange: () => (answer === undefined ? undefined : hex(answer)),
  };
}

describe('emulated reader', () => {
  it('says that it is emulated, so that a shop can refuse it', () => {
    expect(new EmulatedReader().capabilities.isEmulated).toBe(true);
  });

  it('counts the packets sent, answered or not', async () => {
    const reader = new EmulatedReader();
    reader.present(constantCard(undefined));
    await reader.transmit(RESET_MODE);
    await reader.transmit(RESET_MODE);
    expect(reader.exchangeCount).toBe(2);
  });

  it('counts no packet that was never sent', async () => {
    const reader = new EmulatedReader();
    await expect(reader.transmit(RESET_MODE)).rejects.toThrow('no card in the field');
    reader.present(constantCard(undefined));
    await expect(reader.transmit(hex('05 3e'))).rejects.toThrow(RangeError);
    expect(reader.exchangeCount).toBe(0);
  });

  it.each(['', '03', '04 3f 00', '02 3f 00'])(
    'believes no answer that is not whole: %s',
    async (answer) => {
      const reader = new EmulatedReader();
      reader.present(constantCard(answer));
      expect(await reader.transmit(RESET_MODE)).toBeUndefined();
    },
  );

  it('powers a card on when it comes and off when it goes or another comes', async () => {
    const reader = new EmulatedReader();
    const first = constantCard(undefined);
    const second = constantCard(undefined);
    reader.present(first);
    reader.present(second);
    expect(first.log).toEqual(['on', 'off']);
    reader.remove();
    reader.remove();
    expect(second.log).toEqual(['on', 'off']);
    expect(await reader.waitForRemoval(milliseconds(0))).toBe(true);
  });

  it('powers the card off when it is closed', async () => {
    const reader = new EmulatedReader();
    const card = constantCard(undefined);
    reader.present(card);
    await reader.close();
    expect(card.log).toEqual(['on', 'off']);
  });
});
