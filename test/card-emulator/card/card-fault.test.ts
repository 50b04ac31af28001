import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type CardFault, cardInHand } from '#emulated-card';
import { nodeCode } from '#felica/identifiers';
import { milliseconds } from '#units';
import { parseCardControl } from '../../../card-emulator/link/card-control.ts';
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
import { element, openSession } from './test-session.ts';

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

describe('a fault that leaves the card in the field', () => {
  const DEBIT = debit(2);

  function heldCard(...faults: readonly CardFault[]) {
    const card = testCard();
    const held = cardInHand(card, faults);
    held.powerOn();
    return { card, held };
  }

  it('loses the answer of what was done', () => {
    const { card, held } = heldCard({ commandCode: PLAIN_WRITE, effect: 'response-lost' });
    expect(held.exchange(DEBIT)).toBeUndefined();
    expect([held.isInField, purseOf(card)]).toEqual([true, DEBITED]);
    expect(toHex(held.exchange(DEBIT))).toMatch(/0000$/);
    expect(purseOf(card)).toEqual(DEBITED);
  });

  it('lets the card hear noise, which it does not do', () => {
    const { card, held } = heldCard({ commandCode: PLAIN_WRITE, effect: 'request-corrupted' });
    expect(held.exchange(DEBIT)).toBeUndefined();
    expect(purseOf(card)).toEqual(UNTOUCHED);
    expect(held.exchange(MODE)).toBeDefined();
  });

  it('turns the bit of the answer that it names', () => {
    const { held } = heldCard({ commandCode: 0x04, effect: 'response-corrupted', bit: 87 });
    const answer = testCard().exchange(MODE)!;
    const turned = held.exchange(MODE)!;
    expect(turned[10]).toBe(answer[10]! ^ 0x01);
    expect(turned.slice(0, 10)).toEqual(answer.slice(0, 10));
  });

  it('is silence for who does not wait, and an answer for who does', () => {
    const late = { commandCode: 0x04, effect: 'late', delay: milliseconds(300) } as const;
    const { held } = heldCard(late, late);
    expect(held.exchange(MODE)).toBeUndefined();
    expect(held.exchangeLate(MODE)).toEqual({ response: testCard().exchange(MODE), delay: 300 });
  });

  it.each([
    ['worn', 'ff71', DEBITED],
    ['memory-error', 'ff70', UNTOUCHED],
  ] as const)('answers one Write as a card that is %s', (effect, flags, stored) => {
    const { card, held } = heldCard({ commandCode: PLAIN_WRITE, effect });
    expect(toHex(held.exchange(DEBIT))?.slice(-4)).toBe(flags);
    expect(purseOf(card)).toEqual(stored);
    expect(card.memoryCondition).toBe('sound');
    expect(toHex(held.exchange(debit(3)))).toMatch(/0000$/);
  });

  it('puts another card into its place, which knows no session', () => {
    const other = testCard();
    const { card, held } = heldCard({ commandCode: 0x44, effect: 'swapped', card: other });
    const session = openSession(held, [0x1014]);
    expect(session.read(element(0, 0))).toBeUndefined();
    expect(toHex(held.exchange(MODE))).toMatch(/00$/);
    expect(card.exchange(MODE)).toBeUndefined();
  });

  it('brings an older memory back: a stale snapshot has its money again', () => {
    const { card, held } = heldCard();
    const memory = card.snapshot();
    held.exchange(DEBIT);
    held.schedule({ commandCode: 0x04, effect: 'restored', memory });
    expect(purseOf(card)).toEqual(DEBITED);
    expect(held.exchange(MODE)).toBeDefined();
    expect(purseOf(card)).toEqual(UNTOUCHED);
  });

  it('comes at the command with its number', () => {
    const { held } = heldCard({ command: 3, effect: 'response-lost' });
    const answers = [1, 2, 3, 4].map(() => held.exchange(MODE) !== undefined);
    expect(answers).toEqual([true, true, false, true]);
  });

  it('does not hold up others where the command with its number came too soon', () => {
    const fates: [CardFault, string][] = [];
    const faults: readonly CardFault[] = [
      { command: 2, effect: 'response-lost' },
      { command: 2, effect: 'request-corrupted' },
      { commandCode: 0x00, effect: 'response-lost' },
      { command: 3, effect: 'response-lost' },
      { command: 5, effect: 'response-lost' },
    ];
    const held = cardInHand(testCard(), faults, (fault, fate) => fates.push([fault, fate]));
    held.powerOn();
    const frames = [MODE, MODE, MODE, POLLING, MODE, MODE];
    const answers = frames.map((command) => held.exchange(command) !== undefined);
    expect(answers).toEqual([true, false, true, false, false, true]);
    expect(held.faultsPending).toBe(0);
    expect(fates).toEqual([
      [faults[0], 'happened'],
      [faults[1], 'missed'],
      [faults[2], 'happened'],
      [faults[3], 'missed'],
      [faults[4], 'happened'],
    ]);
  });

  it('is not scheduled at a command that has come already', () => {
    const { held } = heldCard();
    held.exchange(MODE);
    expect(() => held.schedule({ command: 1, effect: 'late', delay: milliseconds(1) })).toThrow(
      'command: expected above 1, the number of the last one, got 1',
    );
    expect(held.faultsPending).toBe(0);
  });

  it.each([true, false])('ends inside the commit with all or nothing (stored: %s)', (isStored) => {
    const { card, held } = heldCard({
      commandCode: PLAIN_WRITE,
      moment: 'inside-commit',
      isStored,
    });
    expect(held.exchange(DEBIT)).toBeUndefined();
    expect([held.isInField, purseOf(card)]).toEqual([false, isStored ? DEBITED : UNTOUCHED]);
  });

  it('is not scheduled on memory that cannot be reached', () => {
    const card = testCard();
    const plain = {
      powerOn: () => card.powerOn(),
      powerOff: () => card.powerOff(),
      exchange: () => undefined,
    };
    expect(() => cardInHand(plain, [{ command: 1, effect: 'worn' }])).toThrow('an emulated card');
  });
});

describe('the page of faults', () => {
  it('has a row for every fault', async () => {
    const page = await readFile('card-emulator/faults.md', 'utf8');
    const source = await readFile('card-emulator/card/card-fault.ts', 'utf8');
    const union = source.slice(
      source.indexOf('export type FaultEffect'),
      source.indexOf('export type CardFault'),
    );
    const names = [...union.matchAll(/'([a-z-]+)'/g)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(10);
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    const missing = names.filter((name) => !rows.some((row) => row.includes(`: '${name}'\``)));
    expect(missing).toEqual([]);
  });

  it('has control lines that are obeyed', async () => {
    const page = await readFile('card-emulator/faults.md', 'utf8');
    const lines = page.split('\n').filter((line) => line.startsWith('{"command"'));
    expect(lines).toHaveLength(6);
    const results = lines.map((line) => parseCardControl(line).result);
    expect(results).toEqual(lines.map(() => 'parsed'));
  });
});
