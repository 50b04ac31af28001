import { isListed } from '#hotlist/card-list';
import type { HotList } from '#hotlist/hotlist';
import type { HotListLookUp } from '../debit/hot-list-hit.ts';

/** A list as a debit asks it: the file's own bytes are searched, and nothing is copied. */
export function hotListLookUp({ sequence, createdAt, cards }: HotList): HotListLookUp {
  return { sequence, createdAt, has: (idm) => isListed(cards, idm) };
}
