import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { CardLink } from '#emulated-card';
import { LITE_SEED_BYTES } from '#purse/lite-s-evidence';
import { executionIdOf } from '#purse/purse-block';
import { blockingDecrement, isValidCard } from '#purse/validity-purse';
import { epochMs, yen } from '#units';
import type { LiteCard } from '../../../card-emulator/card/lite-card.ts';
import { type OpenedLitePurse, openLitePurse } from '../../../terminal/card/lite-s-purse.ts';
import { evidenceOf } from '../../../terminal/debit/evidence.ts';
import type { PurseCard, PurseSnapshot } from '../../../terminal/debit/purse-card.ts';
import { purseIntent } from '../../../terminal/debit/purse-intent.ts';
import type { PurseIntent } from '../../../terminal/debit/purse-journal.ts';
import { EmulatedReader } from '../../../terminal/reader/emulated-reader.ts';
import { startLiteSession } from '../../../terminal/sam/lite-session.ts';
import {
  issuedLiteCard,
  LITE_KEY_VERSION,
  LITE_MASTER_KEY,
} from '../../card-emulator/purse/issued-lite-card.ts';

const NOON = epochMs(Date.UTC(2026, 10, 23, 3));

function open(card: LiteCard, link: CardLink = card, masterKey = LITE_MASTER_KEY) {
  const reader = new EmulatedReader();
  card.powerOff();
  reader.present(link);
  const { idm, pmm } = card;
  const random = (byteCount: number): Uint8Array => Uint8Array.from(randomBytes(byteCount));
  const masterOf = (): Uint8Array => Uint8Array.from(masterKey);
  const start = { idm, masterOf, challenge: random(16), seed: random(LITE_SEED_BYTES) };
  return openLitePurse({ reader, idm, pmm }, startLiteSession(start));
}

function opened(result: OpenedLitePurse): PurseCard {
  if (result.result !== 'opened') throw new Error(result.result);
  return result.card;
}

async function snapshotOf(card: PurseCard): Promise<PurseSnapshot> {
  const snapshot = await card.read();
  if (snapshot === undefined) throw new Error('lost');
  return snapshot;
}

function intentOf(kind: 'load' | 'debit', amount: number, snapshot: PurseSnapshot, number: number) {
  return purseIntent({ saleId: 'a', kind, amount: yen(amount) }, snapshot, {
    idm: new Uint8Array(8),
    terminalId: 7,
    terminalTransactionNumber: number,
    keyVersion: LITE_KEY_VERSION,
    time: NOON,
    executionTag: number,
  });
}

async function transact(card: LiteCard, kind: 'load' | 'debit', amount: number, number: number) {
  const purse = opened(await open(card));
  const intent = intentOf(kind, amount, await snapshotOf(purse), number);
  expect(await purse.write(intent)).toEqual({ result: 'written' });
  return intent;
}

async function evidence(card: LiteCard, intent: PurseIntent): Promise<string> {
  const purse = opened(await open(card));
  const snapshot = await snapshotOf(purse);
  const history = (await purse.readHistory()) ?? [];
  return evidenceOf(intent, { purse: snapshot.purse, history });
}

/** The card whose exchange with this number, from 1, has no answer. */
function torn(card: LiteCard, exchangeNumber: number, isExecuted: boolean): CardLink {
  let count = 0;
  return {
    powerOn: () => card.powerOn(),
    powerOff: () => card.powerOff(),
    exchange: (frame) => {
      count += 1;
      if (count < exchangeNumber) return card.exchange(frame);
      if (count === exchangeNumber && isExecuted) card.exchange(frame);
      card.powerOff();
      return undefined;
    },
  };
}

it('loads and debits, and the log tells it', async () => {
  const card = issuedLiteCard();
  await transact(card, 'load', 1_000, 1);
  for (let number = 2; number <= 10; number += 1) await transact(card, 'debit', 50, number);
  const purse = opened(await open(card));
  const { purse: block, newestEntry } = await snapshotOf(purse);
  expect(block).toMatchObject({ balance: 550, cashback: 50, executionId: executionIdOf(10, 10) });
  expect(newestEntry).toMatchObject({ kind: 'debit', cardCounter: 10, balanceAfter: 550 });
  const counters = (await purse.readHistory())?.map(({ cardCounter }) => cardCounter);
  expect(counters).toEqual([10, 9, 8, 7, 6, 5, 4, 3]);
});

it('a card without our key is not authentic, and nothing is written', async () => {
  const card = issuedLiteCard();
  const before = card.snapshot();
  const result = await open(
    card,
    card,
    LITE_MASTER_KEY.map((byte) => byte ^ 2),
  );
  expect(result).toEqual({ result: 'not-authentic' });
  expect(card.snapshot()).toEqual(before);
});

/** 3 to 4 open, 5 and 6 read, 7 writes the log, 8 the purse, 9 reads it back. */
const TEARS = [7, 8, 9].flatMap((exchange) => [
  { exchange, isExecuted: false },
  { exchange, isExecuted: true },
]);

describe.each(TEARS)(
  'torn at exchange $exchange, executed: $isExecuted',
  ({ exchange, isExecuted }) => {
    it('the card alone tells what happened, also after another sale', async () => {
      const card = issuedLiteCard();
      await transact(card, 'load', 1_000, 1);
      const purse = opened(await open(card, torn(card, exchange, isExecuted)));
      const intent = intentOf('debit', 150, await snapshotOf(purse), 2);
      expect(await purse.write(intent)).toEqual({ result: 'lost' });
      const isDone = exchange > 8 || (exchange === 8 && isExecuted);
      const told = isDone ? 'done' : 'not-done';
      expect(await evidence(card, intent)).toBe(told);
      await transact(card, 'debit', 10, 3);
      expect(await evidence(card, intent)).toBe(told);
      const { purse: after } = await snapshotOf(opened(await open(card)));
      expect(after.balance).toBe(isDone ? 840 : 990);
    });
  },
);

it('a frame that was held back is dead once the card was opened again', async () => {
  const card = issuedLiteCard();
  await transact(card, 'load', 1_000, 1);
  const frames: Uint8Array[] = [];
  const link = torn(card, 8, false);
  const exchange = (frame: Uint8Array): Uint8Array | undefined => {
    frames.push(frame);
    return link.exchange(frame);
  };
  const purse = opened(await open(card, { ...link, exchange }));
  await purse.write(intentOf('debit', 150, await snapshotOf(purse), 2));
  const [challenge, heldBack] = [frames[0], frames[7]];
  if (!(challenge && heldBack)) throw new Error('expected eight frames');
  await open(card);
  const before = card.snapshot();
  card.exchange(challenge);
  card.exchange(heldBack);
  expect(card.snapshot()).toEqual(before);
});

it('a blocked card is blocked when it is read again', async () => {
  const card = issuedLiteCard();
  const purse = opened(await open(card));
  const { validity } = await snapshotOf(purse);
  expect(await purse.block(blockingDecrement(validity, 7))).toEqual({ result: 'written' });
  const { validity: after } = await snapshotOf(opened(await open(card)));
  expect(isValidCard(after)).toBe(false);
});
