import { formatIdm, type IDm, idm, shortIdm } from '#felica/identifiers';
import { type EpochMs, type Yen, yen } from '#units';
import { readGaps } from '../collection/gap.ts';
import { isWrittenOff } from '../collection/gap-list.ts';
import type { Database, SqlReader, Transaction } from '../database/database.ts';
import { bytesIn, numberIn } from '../database/row.ts';
import {
  customerPaymentTransfer,
  replacementTransfer,
  valueRefundTransfer,
} from '../ledger/issuer-transfer.ts';
import { openWindowNumber } from '../ledger/open-window.ts';
import { postTransfers } from '../ledger/posting.ts';
import { type CardEnd, readCardEnd, readShadowBalance } from './card-end.ts';
import { quietUntil } from './replacement-rule.ts';

/** In the order in which they are looked for (api.md). */
export type MoveRefusal =
  | 'REPLACEMENT_NOT_ORDERED'
  | 'REPLACEMENT_QUIET'
  | 'REPLACEMENT_WRITES_MISSING'
  | 'REPLACEMENT_WITHOUT_REFUND';

export type MoveResult =
  | {
      readonly result: 'moved';
      readonly id: number;
      readonly amount: Yen;
      readonly to: IDm | 'owner';
    }
  /** There is nothing to move, or no more than was moved before. */
  | { readonly result: 'nothing' }
  | { readonly result: 'refused'; readonly reason: MoveRefusal; readonly detail: string };

/** So many yen were given to a card by nobody's cash: there is no merchant, and no batch. */
const NOBODY = 0;

/**
 * Moves what an ended card has by its records: to the new card, where it waits to be loaded, or to what is
 * owed to its owner. Not before the quiet period is over and no write of the card is missing; what a person
 * has written off is not waited for. Sales that arrive later make the balance of the old card negative, which
 * is a case (api.md): the issuer bears what the owner was given too much. Once more, it moves what came since.
 */
export function moveValue(database: Database, card: IDm, now: EpochMs): Promise<MoveResult> {
  return database.transaction(async (transaction): Promise<MoveResult> => {
    const end = await readCardEnd(transaction, card);
    if (end === undefined) {
      return refused('REPLACEMENT_NOT_ORDERED', `card …${shortIdm(card)} is in use`);
    }
    const quiet = quietUntil(end.endedAt);
    if (now < quiet) {
      return refused(
        'REPLACEMENT_QUIET',
        `its sales may arrive until ${new Date(quiet).toISOString()}`,
      );
    }
    const missing = await missingWrites(transaction, card);
    if (missing !== undefined) return refused('REPLACEMENT_WRITES_MISSING', missing);
    if (end.newIdm === undefined && end.refund === undefined) {
      return refused('REPLACEMENT_WITHOUT_REFUND', `it was closed without a refund: ${end.note}`);
    }
    const balance = (await readShadowBalance(transaction, card)) ?? 0;
    if (balance <= 0) return { result: 'nothing' };
    return move(transaction, end, { amount: yen(balance), now });
  });
}

async function move(
  transaction: Transaction,
  { idm: card, newIdm }: CardEnd,
  { amount, now }: { readonly amount: Yen; readonly now: EpochMs },
): Promise<MoveResult> {
  const windowNumber = await openWindowNumber(transaction);
  const [row] = await transaction.all('SELECT coalesce(max(id), 0) + 1 AS next FROM moved_value');
  const id = numberIn(row, 'next');
  await transaction.run(
    'INSERT INTO moved_value (id, idm, amount_yen, window_number, moved_at_ms) VALUES (?, ?, ?, ?, ?)',
    [id, card, amount, windowNumber, now],
  );
  await transaction.run('UPDATE card_shadow SET balance_yen = balance_yen - ? WHERE idm = ?', [
    amount,
    card,
  ]);
  const reference = `moved:${id}`;
  const posted =
    newIdm === undefined
      ? valueRefundTransfer(reference, amount)
      : replacementTransfer(reference, amount);
  await postTransfers(transaction, [posted], { windowNumber, postedAt: now });
  if (newIdm !== undefined) {
    await transaction.run(
      `INSERT INTO pending_load
(number, idm, amount_yen, batch_id, sam_number, window_number, merchant_id, created_at_ms)
SELECT coalesce(max(number), 0) + 1, ?, ?, ?, ?, ?, ?, ? FROM pending_load`,
      [newIdm, amount, NOBODY, id, windowNumber, NOBODY, now],
    );
  }
  return { result: 'moved', id, amount, to: newIdm ?? 'owner' };
}

export type CustomerPaymentResult =
  | { readonly result: 'paid' | 'repeated'; readonly amount: Yen }
  | { readonly result: 'unknown' };

/** Notes that a refund was paid out of the float. Once: the note of the first time stays. */
export function notePayment(
  database: Database,
  { id, note }: { readonly id: number; readonly note: string },
  now: EpochMs,
): Promise<CustomerPaymentResult> {
  return database.transaction(async (transaction): Promise<CustomerPaymentResult> => {
    const [row] = await transaction.all(MOVED_STATEMENT, [id]);
    if (row === undefined) return { result: 'unknown' };
    const amount = yen(numberIn(row, 'amount_yen'));
    if (numberIn(row, 'is_paid') === 1) return { result: 'repeated', amount };
    await transaction.run('INSERT INTO customer_payment VALUES (?, ?, ?)', [id, note, now]);
    const windowNumber = await openWindowNumber(transaction);
    const paid = customerPaymentTransfer(`moved:${id}:paid`, amount);
    await postTransfers(transaction, [paid], { windowNumber, postedAt: now });
    return { result: 'paid', amount };
  });
}

export const MOVED_STATEMENT = `
SELECT moved_value.amount_yen AS amount_yen,
  iif(EXISTS (SELECT 1 FROM customer_payment WHERE moved_id = moved_value.id), 1, 0) AS is_paid
FROM moved_value CROSS JOIN card_end ON card_end.idm = moved_value.idm
WHERE moved_value.id = ? AND card_end.new_idm IS NULL`;

export const ENDED_STATEMENT = `
SELECT card_end.idm AS idm, new_idm, refund, ended_at_ms, coalesce(balance_yen, 0) AS balance_yen,
  (SELECT coalesce(sum(amount_yen), 0) FROM moved_value WHERE moved_value.idm = card_end.idm)
    AS moved_yen
FROM card_end LEFT JOIN card_shadow ON card_shadow.idm = card_end.idm
ORDER BY ended_at_ms DESC LIMIT ?`;

export interface EndedCard {
  readonly card: string;
  readonly newCard: string | undefined;
  readonly refund: string | undefined;
  readonly ended: string;
  /** What is left by its records: below zero it was given too much. */
  readonly balance: number;
  readonly moved: number;
}

/** Ended cards, the newest first. */
export async function listEndedCards(
  reader: SqlReader,
  cardsMax: number,
): Promise<readonly EndedCard[]> {
  return (await reader.all(ENDED_STATEMENT, [cardsMax])).map((row) => ({
    card: formatIdm(idm(bytesIn(row, 'idm'))),
    newCard: row['new_idm'] === null ? undefined : formatIdm(idm(bytesIn(row, 'new_idm'))),
    refund: row['refund'] === null ? undefined : String(row['refund']),
    ended: new Date(numberIn(row, 'ended_at_ms')).toISOString(),
    balance: numberIn(row, 'balance_yen'),
    moved: numberIn(row, 'moved_yen'),
  }));
}

async function missingWrites(reader: SqlReader, card: IDm): Promise<string | undefined> {
  const of = { sequence: 'card', owner: card } as const;
  for (const gap of await readGaps(reader, of)) {
    if (await isWrittenOff(reader, of, gap)) continue;
    return `writes ${gap.first} to ${gap.last} of the card were never reported`;
  }
  return undefined;
}

function refused(reason: MoveRefusal, detail: string): MoveResult {
  return { result: 'refused', reason, detail };
}
