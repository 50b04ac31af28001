import { describe, expect, it } from 'vitest';
import { createFelicaCard, type EmulatedCard } from '#emulated-card';
import { idm } from '#felica/identifiers';
import { HISTORY_READ, PURSE_SYSTEM_CODE } from '#purse/card-profile';
import { encodeHistoryEntry } from '#purse/history-block';
import { businessDate, yen } from '#units';
import { setBlocked } from '../../../card-emulator/card/card-inspection.ts';
import { newLiteCard } from '../../../card-emulator/card/lite-card.ts';
import { newCard } from '../../../card-emulator/card/new-card.ts';
import { seededDraw } from '../../../card-emulator/card/seeded-draw.ts';
import { describeEntry, dumpCard, summaryOf } from '../../../card-emulator/command/card-text.ts';
import { hex } from '../card/test-card.ts';

const ENTRY = {
  kind: 'debit',
  cardCounter: 7,
  terminalId: 9,
  terminalNumber: 17,
  amount: yen(1_200),
  balanceAfter: yen(2_250),
  date: businessDate('2026-11-23'),
} as const;

/** Keys that no block looks like. */
function random(): (byteCount: number) => Uint8Array {
  const draw = seededDraw(3);
  return (byteCount) => Uint8Array.from({ length: byteCount }, () => draw(256));
}

function made(name: 'purse' | 'suica' | 'rc-sa' | 'hce-f') {
  const expiry = businessDate('2031-03-31');
  const source = random();
  return createFelicaCard(newCard(name, { balance: yen(3_450), expiry, random: source }), {
    random: source,
  });
}

/** Every key in an image, in its own hexadecimal digits. */
function keysIn(card: EmulatedCard): readonly string[] {
  return [...card.image().matchAll(/"(?:\w*[kK]ey|CK)": "([0-9a-f]+)"/g)].map(([, key]) => key!);
}

describe('a card in words', () => {
  it('has balance, block flag and history where it is a purse card', () => {
    const card = made('purse');
    const content = encodeHistoryEntry(ENTRY);
    card.replaceStoredBlock(PURSE_SYSTEM_CODE, HISTORY_READ, { number: 0, content });
    expect(summaryOf(card)).toMatchObject({
      personality: 'purse',
      balance: 3_450,
      isBlocked: false,
      history: [ENTRY],
    });
    expect(setBlocked(card, true)).toBe(true);
    const text = dumpCard(card).join('\n');
    expect(text).toContain('balance  3,450 yen\nblocked  yes\nhistory  debit 1,200 yen');
    expect(text).toContain('service 1017 (purse, read only, no key), version 1');
  });

  it('tells an entry as a sentence', () => {
    expect(describeEntry(ENTRY)).toBe(
      'debit 1,200 yen, balance 2,250, terminal 9 number 17, 2026-11-23',
    );
  });

  it.each(['purse', 'suica', 'rc-sa', 'hce-f'] as const)('shows no key of a %s card', (name) => {
    const card = made(name);
    const shown = `${dumpCard(card).join('\n')}${JSON.stringify(summaryOf(card))}`;
    expect(keysIn(card).length).toBeGreaterThan(1);
    expect(keysIn(card).filter((key) => shown.includes(key))).toEqual([]);
  });

  it('shows no card key of a Lite-S, and every other block', () => {
    const card = newLiteCard({ kind: 'lite-s', idm: idm(hex('012e112233445566')) });
    const text = dumpCard(card).join('\n');
    expect(text).toContain('87 CK       card key, not shown');
    expect(text).toContain('90 WCNT     00feff');
    expect(summaryOf(card)).toEqual({
      personality: 'lite-s',
      idm: '012e112233445566',
      pmm: '00f1000000014300',
    });
  });

  it('has no block flag where the card is of another profile', () => {
    expect(setBlocked(made('suica'), true)).toBe(false);
    expect(setBlocked(newLiteCard({ kind: 'lite', idm: idm(hex('012e112233445566')) }), true)).toBe(
      false,
    );
  });
});
