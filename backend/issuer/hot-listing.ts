import { formatIdm, type IDm, idm, shortIdm } from '#felica/identifiers';
import type { EpochMs } from '#units';
import type { Database, SqlReader, Transaction } from '../database/database.ts';
import { bytesIn, numberIn } from '../database/row.ts';
import {
  cardListOf,
  firstHotList,
  type HotListPublication,
  nextHotList,
  type Sign,
} from '../hotlist/hotlist-publication.ts';
import { type Registration, refused } from './registration.ts';

/** In the order in which they are looked for (api.md). */
export type HotListingRefusal = 'ACCOUNT_CARD_UNKNOWN' | 'ACCOUNT_CARD_ENDED';

export interface HotListing {
  readonly idm: IDm;
  /** `false` takes the card off the list again. */
  readonly isListed: boolean;
}

export interface PublishedHotList extends HotListPublication {
  readonly sequence: number;
  readonly cardCount: number;
}

/** Decides about one card. Terminals hear of it with the next list. */
export function decideHotListing(
  database: Database,
  { idm: card, isListed }: HotListing,
  now: EpochMs,
): Promise<Registration<HotListingRefusal>> {
  return database.transaction(async (transaction) => {
    const [known] = await transaction.all('SELECT 1 FROM card_account WHERE idm = ?', [card]);
    if (known === undefined) {
      return refused('ACCOUNT_CARD_UNKNOWN', `no card …${shortIdm(card)} was issued`);
    }
    if (!isListed && (await hasEnded(transaction, card))) {
      return refused(
        'ACCOUNT_CARD_ENDED',
        `card …${shortIdm(card)} has ended, and stays on the list`,
      );
    }
    const [last] = await transaction.all(
      'SELECT is_listed FROM hot_listing WHERE idm = ? ORDER BY id DESC LIMIT 1',
      [card],
    );
    const wasListed = last?.['is_listed'] === 1;
    if (wasListed === isListed) return { result: 'repeated' };
    await transaction.run(
      'INSERT INTO hot_listing (idm, is_listed, decided_at_ms) VALUES (?, ?, ?)',
      [card, Number(isListed), now],
    );
    return { result: 'registered' };
  });
}

async function hasEnded(reader: SqlReader, card: IDm): Promise<boolean> {
  const [end] = await reader.all('SELECT 1 FROM card_end WHERE idm = ?', [card]);
  return end !== undefined;
}

/**
 * Signs the next list, and what changes the last one into it. Its sequence is taken before anything is
 * signed, so no two lists of one sequence can ever go out.
 */
export async function publishHotList(
  database: Database,
  { issuerId, sign }: { readonly issuerId: number; readonly sign: Sign },
  createdAt: EpochMs,
): Promise<PublishedHotList> {
  const { last, sequence, lastListingId } = await database.transaction((transaction) =>
    takeSequence(transaction, createdAt),
  );
  const listed = await listedCards(database, lastListingId);
  const cardCount = listed.size;
  if (last === undefined) {
    const list = firstHotList({ issuerId, createdAt }, [...listed.values()], sign);
    return { sequence, cardCount, list, delta: undefined };
  }
  const before = await listedCards(database, last.lastListingId);
  const publication = nextHotList(
    { issuerId, sequence: last.sequence, cards: cardListOf([...before.values()]) },
    { createdAt, added: missingIn(before, listed), removed: missingIn(listed, before) },
    sign,
  );
  return { sequence, cardCount, ...publication };
}

interface TakenSequence {
  readonly sequence: number;
  readonly lastListingId: number;
}

async function takeSequence(
  transaction: Transaction,
  now: EpochMs,
): Promise<TakenSequence & { readonly last: TakenSequence | undefined }> {
  const [row] = await transaction.all('SELECT * FROM hot_list ORDER BY sequence DESC LIMIT 1');
  const last = row && {
    sequence: numberIn(row, 'sequence'),
    lastListingId: numberIn(row, 'last_listing_id'),
  };
  const [newest] = await transaction.all('SELECT coalesce(max(id), 0) AS id FROM hot_listing');
  const lastListingId = numberIn(newest, 'id');
  const sequence = (last?.sequence ?? 0) + 1;
  await transaction.run('INSERT INTO hot_list VALUES (?, ?, ?)', [sequence, lastListingId, now]);
  return { sequence, lastListingId, last };
}

/** By IDm in hexadecimal: the cards that were on the list after that decision. */
async function listedCards(
  reader: SqlReader,
  lastListingId: number,
): Promise<ReadonlyMap<string, IDm>> {
  const rows = await reader.all(
    `SELECT idm FROM hot_listing AS decided WHERE is_listed = 1 AND id = (
       SELECT max(id) FROM hot_listing WHERE idm = decided.idm AND id <= ?)`,
    [lastListingId],
  );
  const cards = rows.map((row) => idm(bytesIn(row, 'idm')));
  return new Map(cards.map((card) => [formatIdm(card), card]));
}

function missingIn(
  some: ReadonlyMap<string, IDm>,
  others: ReadonlyMap<string, IDm>,
): readonly IDm[] {
  return [...others].filter(([name]) => !some.has(name)).map(([, card]) => card);
}
