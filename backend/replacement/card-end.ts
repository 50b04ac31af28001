import { type IDm, idm, shortIdm } from '#felica/identifiers';
import { type EpochMs, epochMs, type SignedYen, signedYen } from '#units';
import type { Database, SqlReader, Transaction } from '../database/database.ts';
import { bytesIn, numberIn, textIn } from '../database/row.ts';
import { type Registration, refused } from '../issuer/registration.ts';
import { type RefundReason, type RefundRefusal, refundRefusal } from './replacement-rule.ts';

/** In the order in which they are looked for (api.md). */
export type CardEndRefusal =
  | 'ACCOUNT_CARD_UNKNOWN'
  | 'ACCOUNT_OWNER_TAKEN'
  | 'REPLACEMENT_CARD_ANONYMOUS'
  | 'ACCOUNT_CARD_ENDED'
  | 'REPLACEMENT_CARD_UNUSABLE'
  | RefundRefusal;

/** A card that is used no more, and where its value goes: to another card, to its owner, or nowhere. */
export interface CardEnd {
  readonly idm: IDm;
  readonly newIdm: IDm | undefined;
  readonly refund: RefundReason | undefined;
  /** Who decided it, and why. */
  readonly note: string;
  readonly endedAt: EpochMs;
}

export const CARD_END_STATEMENT = 'SELECT * FROM card_end WHERE idm = ?';
export const OWNER_STATEMENT = 'SELECT owner FROM card_owner WHERE idm = ?';
export const SHADOW_BALANCE_STATEMENT = 'SELECT balance_yen FROM card_shadow WHERE idm = ?';

/** Notes whose card it is, by the name that the issuer has for them. It never changes. */
export function registerOwner(
  database: Database,
  { idm: card, owner }: { readonly idm: IDm; readonly owner: string },
  now: EpochMs,
): Promise<Registration<CardEndRefusal>> {
  return database.transaction(async (transaction) => {
    if (!(await isIssued(transaction, card))) return unknown(card);
    return noteOwner(transaction, { card, owner, now });
  });
}

/**
 * Ends a registered card that was lost or broken, and says which other card takes its place. It is on the
 * hot list at once; its value follows after the quiet period ({@link moveValue}). The new card gets its
 * owner.
 */
export function replaceCard(
  database: Database,
  { idm: card, newIdm, note }: Omit<CardEnd, 'refund' | 'endedAt'> & { readonly newIdm: IDm },
  now: EpochMs,
): Promise<Registration<CardEndRefusal>> {
  return database.transaction(async (transaction) => {
    if (!(await isIssued(transaction, card))) return unknown(card);
    if (!(await isIssued(transaction, newIdm))) return unknown(newIdm);
    const owner = await readOwner(transaction, card);
    if (owner === undefined) {
      return refused(
        'REPLACEMENT_CARD_ANONYMOUS',
        `nobody is registered for card …${shortIdm(card)}`,
      );
    }
    const end = await readCardEnd(transaction, card);
    if (end?.newIdm !== undefined && isSame(end.newIdm, newIdm)) return { result: 'repeated' };
    if (end !== undefined) return ended(card);
    const unusable = await reasonAgainst(transaction, card, newIdm);
    if (unusable !== undefined) return refused('REPLACEMENT_CARD_UNUSABLE', unusable);
    const noted = await noteOwner(transaction, { card: newIdm, owner, now });
    if (noted.result === 'refused') return noted;
    return endCard(transaction, { idm: card, newIdm, refund: undefined, note, endedAt: now });
  });
}

/**
 * Ends a card for good. With a reason to refund it, its value is owed to its owner after the quiet period;
 * without one, and of an anonymous card, it stays owed to the card.
 */
export function closeCard(
  database: Database,
  { idm: card, refund, note }: Omit<CardEnd, 'newIdm' | 'endedAt'>,
  now: EpochMs,
): Promise<Registration<CardEndRefusal>> {
  return database.transaction(async (transaction) => {
    if (!(await isIssued(transaction, card))) return unknown(card);
    const end = await readCardEnd(transaction, card);
    if (end !== undefined) {
      const isRepeated = end.newIdm === undefined && end.refund === refund;
      return isRepeated ? { result: 'repeated' } : ended(card);
    }
    if (refund !== undefined) {
      const isRegistered = (await readOwner(transaction, card)) !== undefined;
      const balance = (await readShadowBalance(transaction, card)) ?? signedYen(0);
      const refusal = refundRefusal(isRegistered, refund, balance);
      if (refusal !== undefined) return refused(refusal, `card …${shortIdm(card)}, ${balance} yen`);
    }
    return endCard(transaction, { idm: card, newIdm: undefined, refund, note, endedAt: now });
  });
}

export async function readCardEnd(reader: SqlReader, card: IDm): Promise<CardEnd | undefined> {
  const [row] = await reader.all(CARD_END_STATEMENT, [card]);
  if (row === undefined) return undefined;
  return {
    idm: card,
    newIdm: row['new_idm'] === null ? undefined : idm(bytesIn(row, 'new_idm')),
    refund: row['refund'] === null ? undefined : (textIn(row, 'refund') as RefundReason),
    note: textIn(row, 'note'),
    endedAt: epochMs(numberIn(row, 'ended_at_ms')),
  };
}

/** What the issuer believes to be on the card. Absent if no record of it was ever posted. */
export async function readShadowBalance(
  reader: SqlReader,
  card: IDm,
): Promise<SignedYen | undefined> {
  const [row] = await reader.all(SHADOW_BALANCE_STATEMENT, [card]);
  return row && signedYen(numberIn(row, 'balance_yen'));
}

/** Terminals hear of it with the next hot list, and it is never taken off that again. */
async function endCard(
  transaction: Transaction,
  { idm: card, newIdm, refund, note, endedAt }: CardEnd,
): Promise<Registration<never>> {
  await transaction.run(
    'INSERT INTO card_end (idm, new_idm, refund, note, ended_at_ms) VALUES (?, ?, ?, ?, ?)',
    [card, newIdm ?? null, refund ?? null, note, endedAt],
  );
  await transaction.run(
    `INSERT INTO hot_listing (idm, is_listed, decided_at_ms) SELECT ?1, 1, ?2
WHERE coalesce((SELECT is_listed FROM hot_listing WHERE idm = ?1 ORDER BY id DESC LIMIT 1), 0) = 0`,
    [card, endedAt],
  );
  return { result: 'registered' };
}

async function reasonAgainst(
  reader: SqlReader,
  card: IDm,
  newIdm: IDm,
): Promise<string | undefined> {
  if (isSame(card, newIdm)) return 'it is the same card';
  if ((await readCardEnd(reader, newIdm)) !== undefined) return 'the new card has ended itself';
  const [taken] = await reader.all('SELECT 1 FROM card_end WHERE new_idm = ?', [newIdm]);
  return taken && 'the new card replaces another one already';
}

async function noteOwner(
  transaction: Transaction,
  { card, owner, now }: { readonly card: IDm; readonly owner: string; readonly now: EpochMs },
): Promise<Registration<CardEndRefusal>> {
  const known = await readOwner(transaction, card);
  if (known === owner) return { result: 'repeated' };
  if (known !== undefined) {
    return refused('ACCOUNT_OWNER_TAKEN', `card …${shortIdm(card)} belongs to somebody else`);
  }
  await transaction.run('INSERT INTO card_owner VALUES (?, ?, ?)', [card, owner, now]);
  return { result: 'registered' };
}

async function readOwner(reader: SqlReader, card: IDm): Promise<string | undefined> {
  const [row] = await reader.all(OWNER_STATEMENT, [card]);
  return row && textIn(row, 'owner');
}

async function isIssued(reader: SqlReader, card: IDm): Promise<boolean> {
  const [row] = await reader.all('SELECT 1 FROM card_account WHERE idm = ?', [card]);
  return row !== undefined;
}

function isSame(one: IDm, other: IDm): boolean {
  return Buffer.compare(one, other) === 0;
}

function unknown(card: IDm): Registration<CardEndRefusal> {
  return refused('ACCOUNT_CARD_UNKNOWN', `no card …${shortIdm(card)} was issued`);
}

function ended(card: IDm): Registration<CardEndRefusal> {
  return refused('ACCOUNT_CARD_ENDED', `card …${shortIdm(card)} has ended already`);
}
