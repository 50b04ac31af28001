import { describe, expect, it } from 'vitest';
import { InProcessLink } from '../../../card-emulator/link/in-process.ts';
import { frame, IDM_0, testCard, toHex } from '../card/test-card.ts';
import { beginSession } from '../card/test-session.ts';

const MODE = frame(`04 ${IDM_0}`);
const MODE_0 = toHex(frame(`05 ${IDM_0} 00`));

function cardWithoutPower() {
  const card = testCard();
  card.powerOff();
  return card;
}

describe('a field in the process', () => {
  it('is silent without a card, on or off', () => {
    const link = new InProcessLink();
    expect(link.exchange(MODE)).toBeUndefined();
    link.powerOn();
    expect(link.exchange(MODE)).toBeUndefined();
    link.remove();
    link.powerOff();
  });

  it('gives power to a card that comes into a field that is on', () => {
    const link = new InProcessLink();
    link.powerOn();
    link.present(cardWithoutPower());
    expect(toHex(link.exchange(MODE))).toBe(MODE_0);
  });

  it('gives power to a card that waits for the field', () => {
    const link = new InProcessLink();
    link.present(cardWithoutPower());
    expect(link.exchange(MODE)).toBeUndefined();
    link.powerOn();
    expect(toHex(link.exchange(MODE))).toBe(MODE_0);
  });

  it('takes power and session from a card that is taken out', () => {
    const link = new InProcessLink();
    const card = cardWithoutPower();
    link.powerOn();
    link.present(card);
    beginSession(link, [0x1014]);
    link.remove();
    expect(link.exchange(MODE)).toBeUndefined();
    expect(card.exchange(MODE)).toBeUndefined();
    link.present(card);
    expect(toHex(link.exchange(MODE))).toBe(MODE_0);
  });

  it('takes power and session from its card when the field goes off', () => {
    const link = new InProcessLink();
    link.powerOn();
    link.present(cardWithoutPower());
    beginSession(link, [0x1014]);
    link.powerOff();
    expect(link.exchange(MODE)).toBeUndefined();
    link.powerOn();
    expect(toHex(link.exchange(MODE))).toBe(MODE_0);
  });

  it('takes the first card out when a second comes', () => {
    const link = new InProcessLink();
    const first = cardWithoutPower();
    link.powerOn();
    link.present(first);
    link.present(cardWithoutPower());
    expect(first.exchange(MODE)).toBeUndefined();
    expect(toHex(link.exchange(MODE))).toBe(MODE_0);
  });
});
