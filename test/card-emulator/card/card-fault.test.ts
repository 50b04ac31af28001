import { describe, expect, it } from 'vitest';
import { cardInHand } from '#emulated-card';
import { nodeCode } from '#felica/identifiers';
import {
  amountBlock,
  dataText,
  frame,
  IDM_0,
  purseBlock,
  testCard,
  toHex,
  WALLET,
} from './test-card.ts';
import { openSession } from './test-session.ts';

const PLAIN_WRITE = 0x08;
const POLLING = frame('00 4b5a 00 00');
const MODE = frame(`04 ${IDM_0}`);

function debit(executionId: number): Uint8Array {
  const data = dataText(amountBlock(100, executionId));
  return frame(`08 ${IDM_0} 01 1510 01 8000 ${data}`);
}

function purseOf(card: ReturnType<typeof testCard>): Uint8Array | undefined {
  return card.storedBlocks(WALLET, nodeCode(0x1015))[0];
}

const UNTOUCHED = purseBlock(10_000, 250, 0x55000000, 1);
const DEBITED = purseBlock(9_900, 100, 0x55000000, 2);

describe('a card in the hand', () => {
  it('is the card itself without a fault', () => {
    const card = testCard();
    const held = cardInHand(card);
    expect(held.exchange(MODE)).toBeUndefined();
    held.powerOn();
    expect(held.exchange(POLLING)).toEqual(card.exchange(POLLING));
    held.powerOff();
    expect(held.exchange(MODE)).toBeUndefined();
    expect(card.exchange(MODE)).toBeUndefined();
  });

  it.each([
    ['before-commit', UNTOUCHED],
    ['after-commit', DEBITED],
  ] as const)('pulled away %s is silent and has what the moment left', (moment, stored) => {
    const card = testCard();
    const held = cardInHand(card, [{ commandCode: PLAIN_WRITE, moment }]);
    held.powerOn();
    expect(held.exchange(MODE)).toBeDefined();
    expect(held.exchange(debit(2))).toBeUndefined();
    expect(purseOf(card)).toEqual(stored);
  });

  it('is silent until the next powerOn, and then has Mode 0 and the same memory', () => {
    const card = testCard();
    const held = cardInHand(card, [{ commandCode: 0x44, moment: 'after-commit' }]);
    held.powerOn();
    const session = openSession(held, [0x1014]);
    expect(toHex(held.exchange(MODE))).toMatch(/02$/);
    expect(session.exchange(0x44, Uint8Array.of(1, 0x80, 0))).toBeUndefined();
    expect(held.exchange(MODE)).toBeUndefined();
    expect(held.exchange(POLLING)).toBeUndefined();
    held.powerOff();
    expect(held.exchange(MODE)).toBeUndefined();
    held.powerOn();
    expect(toHex(held.exchange(MODE))).toMatch(/00$/);
  });

  it('subtracts once when the same debit comes again after the fault', () => {
    const card = testCard();
    const held = cardInHand(card, [{ commandCode: PLAIN_WRITE, moment: 'after-commit' }]);
    held.powerOn();
    held.exchange(debit(2));
    held.powerOn();
    expect(toHex(held.exchange(debit(2)))).toBe(toHex(frame(`09 ${IDM_0} 00 00`)));
    expect(purseOf(card)).toEqual(DEBITED);
  });

  it('waits for its faults one after the other', () => {
    const card = testCard();
    const held = cardInHand(card, [
      { commandCode: PLAIN_WRITE, moment: 'before-commit' },
      { commandCode: 0x00, moment: 'before-commit' },
    ]);
    held.powerOn();
    expect(held.exchange(POLLING)).toBeDefined();
    expect(held.exchange(debit(2))).toBeUndefined();
    expect(held.faultsPending).toBe(1);
    held.powerOn();
    expect(held.exchange(debit(2))).toBeDefined();
    expect(held.exchange(POLLING)).toBeUndefined();
    expect(held.faultsPending).toBe(0);
  });

  it('takes further faults while it is in the hand', () => {
    const held = cardInHand(testCard());
    held.powerOn();
    held.schedule({ commandCode: 0x04, moment: 'after-commit' });
    expect(held.faultsPending).toBe(1);
    expect(held.exchange(MODE)).toBeUndefined();
  });

  it('does not use up a fault while it is out of the field', () => {
    const held = cardInHand(testCard(), [{ commandCode: 0x04, moment: 'before-commit' }]);
    held.exchange(MODE);
    expect(held.faultsPending).toBe(1);
  });

  it('takes bytes that are no packet for no command', () => {
    const held = cardInHand(testCard(), [{ commandCode: 0x04, moment: 'before-commit' }]);
    held.powerOn();
    expect(held.exchange(Uint8Array.of(9, 0x04))).toBeUndefined();
    expect(held.faultsPending).toBe(1);
  });
});
