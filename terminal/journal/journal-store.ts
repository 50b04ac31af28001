import type { EpochMs } from '#units';
import { decodeEntry, encodeEntry, type JournalEntry } from './journal-entry.ts';
import { JournalError } from './journal-error.ts';
import type { JournalFile } from './journal-file.ts';
import { JournalIndex } from './journal-index.ts';
import { decodeLine, encodeLine, isTornFirstLine } from './journal-line.ts';
import { type JournalDamage, type LinePlace, scanJournal } from './journal-scan.ts';

/** So much of a torn end is kept as evidence. */
const TAIL_BYTES_MAX = 4096;

/** Entries on a file: appended durably, read by their place, summed up in an index. */
export class JournalStore {
  readonly index: JournalIndex;
  /** Damages that nobody has accepted yet. */
  readonly damages: readonly JournalDamage[];
  /** Whether there is nothing in the file that is not ours. */
  readonly isJournal: boolean;
  readonly #file: JournalFile;
  #lastLink: string;
  /** Set when the file may end in anything: nothing more is appended to it. */
  #isBroken: boolean = false;

  private constructor(
    file: JournalFile,
    opened: {
      readonly index: JournalIndex;
      readonly damages: readonly JournalDamage[];
      readonly isJournal: boolean;
      readonly lastLink: string;
    },
  ) {
    this.#file = file;
    this.index = opened.index;
    this.damages = opened.damages;
    this.isJournal = opened.isJournal;
    this.#lastLink = opened.lastLink;
  }

  /**
   * Reads the file. Bytes behind the last whole entry are what a power cut leaves of an entry that
   * was never reported as durable: they are cut off, and kept in an entry of their own.
   */
  static async open(file: JournalFile, now: () => EpochMs): Promise<JournalStore> {
    const index = new JournalIndex();
    const scanned = await scanJournal(file, (json, place) => index.apply(known(json), place));
    const accepted = new Set(index.acceptedDamages.map(nameOf));
    const damages = scanned.damages.filter((damage) => !accepted.has(nameOf(damage)));
    const { lastLink } = scanned;
    // A file without one entry of ours is somebody else's: it is left as it is.
    const isJournal = scanned.lineCount > 0 || isTornFirstLine(await file.read(0, TAIL_BYTES_MAX));
    const store = new JournalStore(file, { index, damages, isJournal, lastLink });
    if (isJournal) await store.#cutTail(scanned.end, now());
    return store;
  }

  /** Throws {@link JournalError} `JOURNAL_DAMAGED` unless every entry can be read and follows. */
  requireUndamaged(): void {
    const [first] = this.damages;
    if (first === undefined || !this.isJournal) return;
    throw new JournalError(
      'JOURNAL_DAMAGED',
      `journal: ${this.damages.length} damaged place(s), the first at byte ${first.offset} ` +
        `(${first.kind}); entries are missing, so nothing is sold until \`kazasu terminal journal ` +
        'accept-damage` was run',
    );
  }

  /** Resolves when the entry is on disk. After a rejection it is not in the journal. */
  async append(entry: JournalEntry): Promise<void> {
    if (this.#isBroken) {
      throw new JournalError('JOURNAL_WRITE_FAILED', 'journal: an earlier write failed; restart');
    }
    const { bytes, link } = encodeLine(this.#lastLink, encodeEntry(entry));
    const offset = this.#file.size;
    try {
      await this.#file.append(bytes);
    } catch (cause) {
      await this.#takeBack(offset);
      throw writeError(cause);
    }
    this.#lastLink = link;
    this.index.apply(entry, { offset, length: bytes.length });
  }

  /** The entry at a place that the index gave. Rejects if the disk gives other bytes now. */
  async read<Type extends JournalEntry['type']>(
    type: Type,
    { offset, length }: LinePlace,
  ): Promise<Extract<JournalEntry, { readonly type: Type }>> {
    const bytes = await this.#file.read(offset, length);
    const line = decodeLine(bytes.subarray(0, -1));
    const entry = line && decodeEntry(line.json);
    if (entry !== undefined && isOfType(entry, type)) return entry;
    throw new JournalError('JOURNAL_DAMAGED', `journal: the ${type} at byte ${offset} is damaged`);
  }

  /** What was half written must not stand before the next entry. */
  async #takeBack(size: number): Promise<void> {
    try {
      await this.#file.truncate(size);
    } catch {
      this.#isBroken = true;
    }
  }

  async #cutTail(end: number, at: EpochMs): Promise<void> {
    const byteCount = this.#file.size - end;
    if (byteCount === 0) return;
    const bytes = await this.#file.read(end, Math.min(byteCount, TAIL_BYTES_MAX));
    await this.#file.truncate(end);
    // The first entry says whose journal it is; a file that never came to have one lost nothing.
    if (end > 0) await this.append({ type: 'tail-cut', at, byteCount, bytes });
  }
}

function known(json: string): JournalEntry {
  const entry = decodeEntry(json);
  if (entry !== undefined) return entry;
  throw new JournalError('JOURNAL_FOREIGN', 'journal: an entry of a kind that is not known here');
}

function isOfType<Type extends JournalEntry['type']>(
  entry: JournalEntry,
  type: Type,
): entry is Extract<JournalEntry, { readonly type: Type }> {
  return entry.type === type;
}

function nameOf({ kind, offset, byteCount }: JournalDamage): string {
  return `${kind} ${offset} ${byteCount}`;
}

function writeError(cause: unknown): JournalError {
  const isFull = cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC';
  if (isFull) return new JournalError('JOURNAL_FULL', 'journal: the disk is full', { cause });
  const reason = cause instanceof Error ? cause.message : 'the disk failed';
  return new JournalError('JOURNAL_WRITE_FAILED', `journal: ${reason}`, { cause });
}
