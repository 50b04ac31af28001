import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatIdm } from '#felica/identifiers';
import type { EpochMs } from '#units';
import { readHits } from './collection/hit-row.ts';
import { signHotList } from './hotlist/hotlist-signature.ts';
import { decideHotListing, type HotListing, publishHotList } from './issuer/hot-listing.ts';
import { deltaName, listName } from './issuer/hotlist-store.ts';
import type { Backend } from './open-backend.ts';
import { type Outcome, registrationOutcome } from './outcome-text.ts';

const HITS_LISTED_MAX = 1_000;

/** Puts a card on the hot list, or takes it off. */
export async function hotListCard(
  { database }: Backend,
  listing: HotListing,
  now: EpochMs,
): Promise<Outcome> {
  const decision = await decideHotListing(database, listing, now);
  const name = formatIdm(listing.idm);
  const place = listing.isListed ? 'on the next hot list' : 'not on the next hot list';
  return registrationOutcome(decision, `card ${name} is ${place}`, { idm: name });
}

/**
 * Puts the next list and its delta where terminals download them, and into a folder if one is named:
 * `hotlist-7.bin` and `hotlist-7-delta.bin`. No file is written over. If the disk refuses, the next
 * publication is a whole list that every terminal takes.
 */
export async function publishHotListFiles(
  { database, keystore, hotLists }: Backend,
  { out = hotLists.folder }: { readonly out?: string },
  now: EpochMs,
): Promise<Outcome> {
  const { issuerId, signingKey } = keystore;
  const sign = (bytes: Uint8Array): Uint8Array => signHotList(signingKey, bytes);
  const published = await publishHotList(database, { issuerId, sign }, now);
  hotLists.keep(published);
  const { sequence, cardCount, list, delta } = published;
  mkdirSync(out, { recursive: true });
  const write = (name: string, bytes: Uint8Array): string => {
    const path = join(out, name);
    if (out !== hotLists.folder) writeFileSync(path, bytes, { flag: 'wx', flush: true });
    return path;
  };
  const listPath = write(listName(sequence), list);
  const deltaPath = delta && write(deltaName(sequence), delta);
  return {
    json: {
      result: 'published',
      sequence,
      cards: cardCount,
      list: listPath,
      delta: deltaPath ?? null,
    },
    lines: [
      `Hot list ${sequence}: ${cardCount} cards, in ${listPath}.`,
      ...(deltaPath === undefined ? [] : [`What changes list ${sequence - 1} is in ${deltaPath}.`]),
    ],
  };
}

/** The newest hits that terminals reported, the newest arrival first. */
export async function listHits({ database }: Backend): Promise<Outcome> {
  const hits = await readHits(database, HITS_LISTED_MAX);
  const rows = hits.map(({ idm, terminalId, time, receivedAt, sequence, isBlockedOnCard }) => ({
    card: formatIdm(idm),
    terminalId,
    time: new Date(time).toISOString(),
    receivedAt: new Date(receivedAt).toISOString(),
    sequence,
    blocked: isBlockedOnCard,
  }));
  const lines = rows.map(
    ({ card, terminalId, time, sequence, blocked }) =>
      `${time}  card ${card}  terminal ${terminalId}  list ${sequence}  ` +
      `${blocked ? 'blocked' : 'not known to be blocked'}`,
  );
  return { json: { hits: rows }, lines: lines.length > 0 ? lines : ['No card of a list was hit.'] };
}
