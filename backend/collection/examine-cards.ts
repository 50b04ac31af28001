import { formatIdm, idm } from '#felica/identifiers';
import { type EpochMs, epochMs } from '#units';
import type { SqlRow } from '../database/connection.ts';
import type { Database, SqlReader, Transaction } from '../database/database.ts';
import { bytesIn, numberIn } from '../database/row.ts';
import { type Chain, followChain, type ProvenWrite, type Watermark } from './card-chain.ts';
import { openCases, type Suspicion } from './fraud-case.ts';
import { agedGaps, type SeenGap } from './gap.ts';

/** So many cards in one database transaction. */
const CARDS_MAX = 1_000;

const SHADOWS = `
SELECT shadow.idm AS idm, shadow.watermark AS watermark,
  shadow.watermark_balance_yen AS watermark_balance_yen, record.id AS record_id,
  record.card_counter AS card_counter, record.balance_before_yen AS balance_before_yen,
  record.balance_after_yen AS balance_after_yen, batch.received_at_ms AS received_at_ms
FROM (SELECT idm FROM card_to_examine ORDER BY idm LIMIT ?1) AS asked
CROSS JOIN card_shadow AS shadow ON shadow.idm = asked.idm`;

const BATCH = 'CROSS JOIN batch ON batch.id = record.batch_id';

/** The proven writes above the watermarks of the cards that are waiting; two searches a card. */
export const PROVEN_WRITES_STATEMENT: string = `
${SHADOWS}
CROSS JOIN record INDEXED BY record_certified ON record.idm = shadow.idm
  AND record.has_certificate = 1 AND record.card_counter > shadow.watermark ${BATCH}
UNION ALL ${SHADOWS}
CROSS JOIN record INDEXED BY record_uncertified ON record.idm = shadow.idm
  AND record.has_certificate = 0 AND record.card_counter > shadow.watermark
CROSS JOIN resolution ON resolution.record_id = record.id AND resolution.outcome = 'released'
${BATCH}
ORDER BY idm, card_counter`;

export const CARD_GAPS_STATEMENT = `
SELECT asked.idm AS idm, gap.first AS first, gap.last AS last, gap.first_seen_ms AS first_seen_ms
FROM (SELECT idm FROM card_to_examine ORDER BY idm LIMIT ?1) AS asked
CROSS JOIN gap ON gap.sequence = 'card' AND gap.owner = lower(hex(asked.idm))`;

/** Numbers of `card_to_examine` are in the same order in every statement of a transaction. */
const WAITING_CARDS = 'SELECT idm FROM card_to_examine ORDER BY idm LIMIT ?1';

const RAISE_WATERMARK_STATEMENT = `
UPDATE card_shadow SET watermark = CAST(raised.value ->> 1 AS INTEGER),
  watermark_balance_yen = CAST(raised.value ->> 2 AS INTEGER)
FROM json_each(?1) AS raised WHERE card_shadow.idm = unhex(raised.value ->> 0)`;

const INSERT_GAPS_STATEMENT = `
INSERT INTO gap SELECT 'card', value ->> 0, CAST(value ->> 1 AS INTEGER),
  CAST(value ->> 2 AS INTEGER), CAST(value ->> 3 AS INTEGER)
FROM json_each(?1)`;

/**
 * Follows the chains of the cards whose watermark could not be raised when their records were posted:
 * something is missing, came late, or does not fit. Resolves with the number of cards.
 */
export async function examineCards(database: Database, now: EpochMs): Promise<number> {
  let total = 0;
  for (;;) {
    const [waiting] = await database.all('SELECT 1 FROM card_to_examine LIMIT 1');
    if (waiting === undefined) return total;
    total += await database.transaction((transaction) => examineSome(transaction, now));
  }
}

async function examineSome(transaction: Transaction, now: EpochMs): Promise<number> {
  const cards = await readCards(transaction);
  const gapsBefore = await readCardGaps(transaction);
  const chains = cards.map((card) => ({ ...card, chain: followChain(card.from, card.writes) }));
  const raised = chains.filter(({ from, chain }) => chain.watermark > from.watermark);
  if (raised.length > 0) {
    const rows = raised.map(({ card, chain }) => [card, chain.watermark, chain.balance]);
    await transaction.run(RAISE_WATERMARK_STATEMENT, [JSON.stringify(rows)]);
  }
  if (gapsBefore.size > 0) {
    await transaction.run(
      `DELETE FROM gap WHERE sequence = 'card' AND owner IN (
  SELECT lower(hex(idm)) FROM (${WAITING_CARDS}) AS waiting)`,
      [CARDS_MAX],
    );
  }
  const gaps = chains.flatMap(({ card, chain }) =>
    gapsOf(chain, gapsBefore.get(card) ?? []).map((gap) => [
      card,
      gap.first,
      gap.last,
      gap.firstSeen,
    ]),
  );
  if (gaps.length > 0) await transaction.run(INSERT_GAPS_STATEMENT, [JSON.stringify(gaps)]);
  const jumps = chains.flatMap(({ card, chain }) => suspicionsOfJumps(card, chain));
  await openCases(transaction, [...jumps, ...(await negativeShadows(transaction))], now);
  return transaction.run(`DELETE FROM card_to_examine WHERE idm IN (${WAITING_CARDS})`, [
    CARDS_MAX,
  ]);
}

/** A card certified both writes, and nothing that it wrote explains the difference. */
function suspicionsOfJumps(card: string, { jumps }: Chain): readonly Suspicion[] {
  return jumps.map(({ recordId, cardCounter, expected, found }) => ({
    kind: 'balance-jump',
    subject: `${card}:${cardCounter}`,
    card,
    isProof: true,
    expected: `${expected} yen before write ${cardCounter}`,
    found: `${found} yen`,
    evidence: { records: [recordId], cardCounter },
  }));
}

/**
 * Cards that spent more than was ever loaded, with no write missing. A load or void that is certified and held
 * is on the card and not in the shadow yet: then it is too early to tell.
 */
export const NEGATIVE_SHADOWS_STATEMENT = `
SELECT shadow.idm AS idm, shadow.balance_yen AS balance_yen, shadow.watermark AS watermark
FROM (SELECT idm FROM card_to_examine ORDER BY idm LIMIT ?1) AS asked
CROSS JOIN card_shadow AS shadow ON shadow.idm = asked.idm
WHERE shadow.balance_yen < 0 AND shadow.watermark >= shadow.last_counter AND NOT EXISTS (
  SELECT 1 FROM record INDEXED BY record_certified WHERE record.idm = shadow.idm
    AND record.has_certificate = 1 AND record.is_held = 1 AND record.kind <> 2
    AND NOT EXISTS (SELECT 1 FROM resolution WHERE record_id = record.id))`;

async function negativeShadows(reader: SqlReader): Promise<readonly Suspicion[]> {
  const rows = await reader.all(NEGATIVE_SHADOWS_STATEMENT, [CARDS_MAX]);
  return rows.map((row): Suspicion => {
    const card = formatIdm(idm(bytesIn(row, 'idm')));
    const watermark = numberIn(row, 'watermark');
    return {
      kind: 'negative-shadow',
      subject: card,
      card,
      isProof: true,
      expected: 'no less than 0 yen of loads less spending',
      found: `${numberIn(row, 'balance_yen')} yen after write ${watermark}`,
      evidence: { cardCounter: watermark },
    };
  });
}

function gapsOf({ missing }: Chain, before: readonly SeenGap[]): readonly SeenGap[] {
  return missing.flatMap(({ seenAt, ...range }) => agedGaps(before, [range], seenAt));
}

interface WaitingCard {
  /** The IDm in hexadecimal. */
  readonly card: string;
  readonly from: Watermark;
  readonly writes: readonly ProvenWrite[];
}

async function readCards(reader: SqlReader): Promise<readonly WaitingCard[]> {
  const cards = new Map<string, { readonly from: Watermark; readonly writes: ProvenWrite[] }>();
  for (const row of await reader.all(PROVEN_WRITES_STATEMENT, [CARDS_MAX])) {
    const card = formatIdm(idm(bytesIn(row, 'idm')));
    const known = cards.get(card) ?? {
      from: {
        watermark: numberIn(row, 'watermark'),
        balance: numberIn(row, 'watermark_balance_yen'),
      },
      writes: [],
    };
    known.writes.push(provenWriteOf(row));
    cards.set(card, known);
  }
  return [...cards].map(([card, known]) => ({ card, ...known }));
}

function provenWriteOf(row: SqlRow): ProvenWrite {
  return {
    recordId: numberIn(row, 'record_id'),
    cardCounter: numberIn(row, 'card_counter'),
    balanceBefore: numberIn(row, 'balance_before_yen'),
    balanceAfter: numberIn(row, 'balance_after_yen'),
    receivedAt: epochMs(numberIn(row, 'received_at_ms')),
  };
}

async function readCardGaps(reader: SqlReader): Promise<ReadonlyMap<string, SeenGap[]>> {
  const gaps = new Map<string, SeenGap[]>();
  for (const row of await reader.all(CARD_GAPS_STATEMENT, [CARDS_MAX])) {
    const card = formatIdm(idm(bytesIn(row, 'idm')));
    const firstSeen: EpochMs = epochMs(numberIn(row, 'first_seen_ms'));
    const gap = { first: numberIn(row, 'first'), last: numberIn(row, 'last'), firstSeen };
    gaps.set(card, [...(gaps.get(card) ?? []), gap]);
  }
  return gaps;
}
