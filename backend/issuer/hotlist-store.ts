import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { PublishedHotList } from './hot-listing.ts';

/** A terminal that is further behind takes the whole list; a delta a day reaches back a year. */
const DELTAS_KEPT = 400;
/** The one before stays while somebody may still be downloading it. */
const LISTS_KEPT = 2;

/** The newest list and the deltas that lead to it: what a terminal needs to choose by. */
export interface HotListCatalogue {
  readonly sequence: number;
  /** Of the whole list. */
  readonly byteCount: number;
  /** Oldest first and without a gap up to the list; together fewer bytes than the list. */
  readonly deltas: readonly { readonly sequence: number; readonly byteCount: number }[];
}

/** The published lists in the data directory: files that never change under their name. */
export class HotListStore {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * Keeps a publication for download and lets old ones go. The delta comes first: a list that is there
   * is complete. A crash in between leaves a sequence without a list, and the next one is taken whole.
   */
  keep({ sequence, list, delta }: PublishedHotList): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    if (delta !== undefined) this.#write(deltaName(sequence), delta);
    this.#write(listName(sequence), list);
    for (const old of this.#sequences(LIST_NAME).slice(LISTS_KEPT)) this.#remove(listName(old));
    for (const old of this.#sequences(DELTA_NAME).slice(DELTAS_KEPT)) this.#remove(deltaName(old));
  }

  /** `undefined` where nothing was published yet. */
  catalogue(): HotListCatalogue | undefined {
    const [sequence] = this.#sequences(LIST_NAME);
    if (sequence === undefined) return undefined;
    const byteCount = this.#size(listName(sequence));
    const known = new Set(this.#sequences(DELTA_NAME));
    const deltas: { sequence: number; byteCount: number }[] = [];
    let total = 0;
    for (let next = sequence; known.has(next); next -= 1) {
      const delta = { sequence: next, byteCount: this.#size(deltaName(next)) };
      total += delta.byteCount;
      if (total >= byteCount) break;
      deltas.unshift(delta);
    }
    return { sequence, byteCount, deltas };
  }

  /** The name of the file in the folder, or `undefined` if it is not kept. */
  nameOf(kind: 'list' | 'delta', sequence: number): string | undefined {
    const name = kind === 'list' ? listName(sequence) : deltaName(sequence);
    return existsSync(join(this.folder, name)) ? name : undefined;
  }

  /** Newest first. */
  #sequences(pattern: RegExp): readonly number[] {
    if (!existsSync(this.folder)) return [];
    const found = readdirSync(this.folder).map((name) => Number(pattern.exec(name)?.[1] ?? 0));
    return found.filter((sequence) => sequence > 0).sort((first, second) => second - first);
  }

  #size(name: string): number {
    return statSync(join(this.folder, name)).size;
  }

  #write(name: string, bytes: Uint8Array): void {
    const path = join(this.folder, name);
    writeFileSync(`${path}.new`, bytes, { flush: true });
    renameSync(`${path}.new`, path);
  }

  #remove(name: string): void {
    rmSync(join(this.folder, name), { force: true });
  }
}

const LIST_NAME = /^hotlist-(\d{1,10})\.bin$/;
const DELTA_NAME = /^hotlist-(\d{1,10})-delta\.bin$/;

/** As the files are named that go to terminals by hand. */
export function listName(sequence: number): string {
  return `hotlist-${sequence}.bin`;
}

export function deltaName(sequence: number): string {
  return `hotlist-${sequence}-delta.bin`;
}
