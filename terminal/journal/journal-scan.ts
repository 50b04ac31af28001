import type { JournalFile } from './journal-file.ts';
import { decodeLine, FIRST_LINK, lineEnd, linkOf } from './journal-line.ts';

/** Where a line stands in the file. */
export interface LinePlace {
  readonly offset: number;
  readonly length: number;
}

/**
 * What the file does not hold as it was written. `unreadable`: lines in the middle that are not
 * whole. `unlinked`: whole lines that do not follow the line before them, because something there
 * was changed, taken out or put in.
 */
export interface JournalDamage {
  readonly kind: 'unreadable' | 'unlinked';
  readonly offset: number;
  readonly byteCount: number;
}

export interface ScannedJournal {
  readonly damages: readonly JournalDamage[];
  /** How many whole lines there are. */
  readonly lineCount: number;
  /** Where the last line ends. What follows is half an entry, which was never reported as durable. */
  readonly end: number;
  readonly lastLink: string;
}

const CHUNK_BYTES = 1 << 20;

/** Reads the whole file once, in bounded memory, and hands over each whole line in its order. */
export async function scanJournal(
  file: JournalFile,
  take: (json: string, place: LinePlace) => void,
): Promise<ScannedJournal> {
  const scan = new Scan(take);
  let rest = new Uint8Array(0);
  let offset = 0;
  while (offset + rest.length < file.size) {
    const chunk = await file.read(offset + rest.length, CHUNK_BYTES);
    if (chunk.length === 0) break;
    const bytes = joined(rest, chunk);
    let from = 0;
    for (let end = lineEnd(bytes, from); end >= 0; end = lineEnd(bytes, from)) {
      scan.see(bytes.subarray(from, end), { offset: offset + from, length: end + 1 - from });
      from = end + 1;
    }
    rest = bytes.slice(from);
    offset += from;
  }
  // A torn entry has no line break: what has one was whole once.
  scan.endAt(offset);
  return scan.result();
}

class Scan {
  readonly #take: (json: string, place: LinePlace) => void;
  readonly #damages: JournalDamage[] = [];
  #lastLink = FIRST_LINK;
  #end = 0;
  #lineCount = 0;

  constructor(take: (json: string, place: LinePlace) => void) {
    this.#take = take;
  }

  see(line: Uint8Array, place: LinePlace): void {
    const decoded = decodeLine(line);
    if (decoded === undefined) return;
    const gap = place.offset - this.#end;
    if (gap > 0) {
      this.#damages.push({ kind: 'unreadable', offset: this.#end, byteCount: gap });
    } else if (linkOf(this.#lastLink, decoded.json) !== decoded.link) {
      this.#damages.push({ kind: 'unlinked', offset: place.offset, byteCount: 0 });
    }
    this.#lastLink = decoded.link;
    this.#end = place.offset + place.length;
    this.#lineCount += 1;
    this.#take(decoded.json, place);
  }

  endAt(offset: number): void {
    const byteCount = offset - this.#end;
    if (byteCount > 0) this.#damages.push({ kind: 'unreadable', offset: this.#end, byteCount });
    this.#end = offset;
  }

  result(): ScannedJournal {
    return {
      damages: this.#damages,
      lineCount: this.#lineCount,
      end: this.#end,
      lastLink: this.#lastLink,
    };
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
