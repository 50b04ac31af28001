import { beforeEach, describe, expect, it } from 'vitest';
import { ChipInPhone } from '../../../card-emulator/handset/chip-in-phone.ts';

const PACKET = Uint8Array.of(2, 0);

let log: string[];
let isLocked: boolean;
let chip: ChipInPhone;
beforeEach(() => {
  log = [];
  isLocked = false;
  const card = {
    powerOn: () => void log.push('on'),
    powerOff: () => void log.push('off'),
    exchange: (packet: Uint8Array) => Promise.resolve(packet),
  };
  chip = new ChipInPhone(card, () => isLocked);
});

describe('the card in a phone', () => {
  it('answers whoever powered it on last, and the other not until it does anew', async () => {
    const [reader, air] = [chip.side(), chip.side()];
    expect(await reader.exchange(PACKET)).toBeUndefined();
    reader.powerOn();
    expect(await reader.exchange(PACKET)).toEqual(PACKET);
    air.powerOn();
    expect(await reader.exchange(PACKET)).toBeUndefined();
    expect(await air.exchange(PACKET)).toEqual(PACKET);
    // The reader's field goes off, which is not the card's any more.
    reader.powerOff();
    expect(await air.exchange(PACKET)).toEqual(PACKET);
    reader.powerOn();
    expect(await air.exchange(PACKET)).toBeUndefined();
    expect(log).toEqual(['off', 'on', 'off', 'on', 'off', 'on']);
  });

  it('is silent to both sides while the phone is locked', async () => {
    const [reader, air] = [chip.side(), chip.side()];
    reader.powerOn();
    isLocked = true;
    expect(await reader.exchange(PACKET)).toBeUndefined();
    air.powerOn();
    expect(await air.exchange(PACKET)).toBeUndefined();
    isLocked = false;
    chip.powerOff();
    expect(await air.exchange(PACKET)).toBeUndefined();
    air.powerOn();
    expect(await air.exchange(PACKET)).toEqual(PACKET);
  });
});
