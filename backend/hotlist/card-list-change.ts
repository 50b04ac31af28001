import { IDM_BYTES } from '#felica/identifiers';
import type { CardList } from './card-list.ts';
import { type CardListBytes, CardListCursor, compareAt } from './card-list-cursor.ts';
import { CardListWriter } from './card-list-writer.ts';

export type CardListChange =
  | { readonly result: 'changed'; readonly list: CardListBytes }
  /** A card to add is on the list already, or one to remove is not: the change is of another list. */
  | { readonly result: 'unfit'; readonly field: 'added' | 'removed' };

/** One pass over all three, in their order: the new bytes are all that is made. */
export function changeCardList(
  base: CardList,
  { added, removed }: { readonly added: CardList; readonly removed: CardList },
): CardListChange {
  const writer = new CardListWriter(base.bytes.length + added.bytes.length);
  const kept = new Walk(base);
  const comes = new Walk(added);
  const goes = new Walk(removed);
  while (kept.isThere || comes.isThere) {
    const order = kept.compare(comes);
    if (order === 0) return { result: 'unfit', field: 'added' };
    if (order > 0) {
      // Whatever comes was not there, so it cannot go in the same change either.
      if (goes.compare(comes) === 0) return { result: 'unfit', field: 'removed' };
      writer.add(comes.idm);
      comes.step();
      continue;
    }
    const fate = goes.compare(kept);
    if (fate < 0) return { result: 'unfit', field: 'removed' };
    if (fate === 0) goes.step();
    else writer.add(kept.idm);
    kept.step();
  }
  if (goes.isThere) return { result: 'unfit', field: 'removed' };
  return { result: 'changed', list: { count: writer.count, bytes: writer.bytes } };
}

/** A list and the card it has come to. */
class Walk {
  readonly #cursor: CardListCursor;
  isThere: boolean;

  constructor(list: CardList) {
    this.#cursor = new CardListCursor(list);
    this.isThere = this.#cursor.next();
  }

  get idm(): Uint8Array {
    return this.#cursor.idm;
  }

  step(): void {
    this.isThere = this.#cursor.next();
  }

  /** Less than 0 where its card comes first; a list at its end comes last. */
  compare(other: Walk): number {
    if (!this.isThere) return other.isThere ? IDM_BYTES : 0;
    if (!other.isThere) return -1;
    return compareAt(this.idm, 0, other.idm);
  }
}
