import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SamCeilings } from '#purse/sam-envelope';
import { newLiteCard } from '../../../card-emulator/card/lite-card.ts';
import { openCardImage } from '../../../card-emulator/card/open-card.ts';
import { type GuardedSam, guardedSam } from '../../../terminal/sam/guarded-sam.ts';
import {
  CARDS_FAILED_MAX,
  FRESH_STATE,
  type SamMemory,
  type SamState,
} from '../../../terminal/sam/sam-state.ts';
import { cardIdm, issuedCard, issuedLiteS, liteSam, testSam } from '../../scheme.ts';
import { balanceOf, Counter } from '../counter.ts';

/** A disk that counts how often it was written. */
function memoryOf(state: SamState = FRESH_STATE): SamMemory & { writes: number } {
  let held = state;
  return {
    writes: 0,
    read: () => held,
    write(next) {
      this.writes += 1;
      held = next;
    },
  };
}

/** In an image: its first byte can be another. */
const CARD_KEY = /("CK": ")../;
const bytes = (byteCount: number): Uint8Array => new Uint8Array(byteCount);

let memory: ReturnType<typeof memoryOf>;
let loader: Counter;
beforeEach(() => {
  memory = memoryOf();
});
afterEach(() => loader.stop());

async function open(ceilings: SamCeilings | undefined): Promise<GuardedSam> {
  const sam = guardedSam(testSam('load', 9), { ceilings, memory });
  loader = new Counter({ kind: 'load', terminalId: 9, sam });
  await loader.start();
  return sam;
}

describe('ceilings of a SAM', () => {
  it('let the last yen through and refuse the next, and nothing is written', async () => {
    const sam = await open({ count: 10, amount: 1_000 });
    const card = issuedCard(1);
    expect(await loader.tap(card, 'load 1', 600)).toMatchObject({ outcome: 'approved' });
    expect(sam.room).toEqual({ count: 9, amount: 400 });
    expect(await loader.tap(card, 'load 2', 401)).toMatchObject({
      outcome: 'refused',
      reason: 'sam-ceiling-reached',
    });
    expect(balanceOf(card)).toBe(600);
    expect(await loader.tap(card, 'load 3', 400)).toMatchObject({ outcome: 'approved' });
    expect(await loader.tap(card, 'load 4', 1)).toMatchObject({ reason: 'sam-ceiling-reached' });
  });

  it('count records, too', async () => {
    await open({ count: 2, amount: 1_000_000 });
    const card = issuedCard(1);
    await loader.tap(card, 'load 1', 1);
    await loader.tap(card, 'load 2', 1);
    expect(await loader.tap(card, 'load 3', 1)).toMatchObject({ reason: 'sam-ceiling-reached' });
  });

  it('never keep the record of what a card has done', async () => {
    const sam = await open({ count: 1, amount: 1_000 });
    const card = issuedCard(1);
    const torn = { commandCode: 0x46, moment: 'after-commit' } as const;
    expect(await loader.tap(card, 'load 1', 700, [torn])).toMatchObject({ outcome: 'unresolved' });
    expect(await loader.tap(issuedCard(2), 'load 2', 700)).toMatchObject({ outcome: 'approved' });
    expect(await loader.tap(card, 'load 1', 700)).toMatchObject({ outcome: 'approved' });
    expect(sam.room).toEqual({ count: -1, amount: -400 });
    expect(await loader.records()).toHaveLength(2);
  });

  it('are as far reached after a restart as the journal says', async () => {
    const sam = await open({ count: 3, amount: 1_000 });
    await loader.tap(issuedCard(1), 'load 1', 600);
    sam.countUncollected({ count: 0, amount: 0, lastSamNumber: 0 });
    expect(sam.room).toEqual({ count: 3, amount: 1_000 });
    sam.countUncollected(loader.journal.uncollected());
    expect(sam.room).toEqual({ count: 2, amount: 400 });
  });

  it('count a record once that is sealed twice', async () => {
    const sam = await open({ count: 3, amount: 1_000 });
    await loader.tap(issuedCard(1), 'load 1', 600);
    const [record] = await loader.records();
    await sam.seal(record!);
    expect(sam.room).toEqual({ count: 2, amount: 400 });
  });

  it('may be absent', async () => {
    const sam = await open(undefined);
    expect(sam.room).toBeUndefined();
    expect(await loader.tap(issuedCard(1), 'load 1', 30_000)).toMatchObject({
      outcome: 'approved',
    });
  });
});

describe('a SAM that is tried out', () => {
  const strange = () => issuedCard(1, { keyVersion: 9 });

  it('locks after fifty strange cards in a row, and every tap says so', async () => {
    await open(undefined);
    for (let number = 1; number <= CARDS_FAILED_MAX; number += 1) {
      expect(await loader.tap(strange(), `load ${number}`, 1)).toMatchObject({
        reason: 'not-authentic',
      });
    }
    const before = loader.reader.exchangeCount;
    expect(await loader.tap(issuedCard(2), 'good', 1)).toMatchObject({ reason: 'sam-locked' });
    expect(loader.reader.exchangeCount).toBe(before);
    memory.write(FRESH_STATE);
    expect(await loader.tap(issuedCard(2), 'good', 1)).toMatchObject({ outcome: 'approved' });
  });

  it('counts Lite-S cards that say they are ours and are not, and no others', async () => {
    const sam = guardedSam(liteSam('load', 9), { ceilings: { count: 10, amount: 100 }, memory });
    loader = new Counter({ kind: 'load', terminalId: 9, sam });
    await loader.start();
    await loader.tap(newLiteCard({ kind: 'lite-s', idm: cardIdm(2) }), 'load 1', 1);
    expect(memory.read().failedCards).toBe(0);
    const clone = openCardImage(issuedLiteS(1).image().replace(CARD_KEY, '$1ff'), {
      random: bytes,
    });
    expect(await loader.tap(clone, 'load 1', 1)).toMatchObject({ reason: 'not-authentic' });
    expect(memory.read().failedCards).toBe(1);
    const card = issuedLiteS(1);
    expect(await loader.tap(card, 'load 1', 60)).toMatchObject({ outcome: 'approved' });
    expect(memory.read()).toEqual(FRESH_STATE);
    expect(await loader.tap(card, 'load 2', 41)).toMatchObject({ reason: 'sam-ceiling-reached' });
    memory.write({ ...FRESH_STATE, lockedBy: 'cards' });
    const locked = guardedSam(liteSam('load', 9), { ceilings: undefined, memory });
    await expect(locked.startLiteAuthentication?.(cardIdm(1))).rejects.toMatchObject({
      code: 'SAM_LOCKED',
    });
  });

  it('forgets them at the first good card, and leaves the disk alone otherwise', async () => {
    await open(undefined);
    await loader.tap(issuedCard(2), 'load 1', 1);
    expect(memory.writes).toBe(0);
    await loader.tap(strange(), 'load 2', 1);
    expect(memory.read().failedCards).toBe(1);
    await loader.tap(issuedCard(2), 'load 3', 1);
    expect(memory.read()).toEqual(FRESH_STATE);
  });

  it('starts no authentication while it is locked', async () => {
    const sam = await open(undefined);
    memory.write({ ...FRESH_STATE, lockedBy: 'cards' });
    const again = guardedSam(testSam('load', 9), { ceilings: undefined, memory });
    expect(sam.isLocked).toBe(false);
    expect(again.isLocked).toBe(true);
    await expect(again.startAuthentication(cardIdm(1), 1)).rejects.toMatchObject({
      code: 'SAM_LOCKED',
    });
  });
});
