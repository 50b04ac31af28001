import { readFile, stat } from 'node:fs/promises';
import { HOTLIST_BYTES_MAX, type HotList } from '#hotlist/hotlist';
import { writeDurably } from '../durable-file.ts';
import { type HotListIssuer, importHotList } from './hotlist-import.ts';

/** `HOTLIST_DAMAGED`: the file is no list of the issuer. `HOTLIST_UNAVAILABLE`: the disk refused. */
export class HotListError extends Error {
  readonly code: 'HOTLIST_DAMAGED' | 'HOTLIST_UNAVAILABLE';

  constructor(
    code: 'HOTLIST_DAMAGED' | 'HOTLIST_UNAVAILABLE',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'HotListError';
    this.code = code;
  }
}

/**
 * The list that was kept, judged as if it came in now; `undefined` where there is none. Throws
 * {@link HotListError}: who changed the file cannot have signed it.
 */
export async function readHotListFile(
  path: string,
  issuer: HotListIssuer,
): Promise<HotList | undefined> {
  const bytes = await readListBytes(path);
  if (bytes === undefined) return undefined;
  const kept = importHotList(undefined, bytes, issuer);
  if (kept.result === 'imported') return kept.list;
  const reason = kept.result === 'refused' ? `${kept.reason}, ${kept.detail}` : kept.result;
  throw new HotListError(
    'HOTLIST_DAMAGED',
    `${path}: ${reason}; import the whole list with \`kazasu terminal hotlist import\``,
  );
}

/**
 * Puts the list durably in the place of the one before. Throws {@link HotListError}
 * `HOTLIST_UNAVAILABLE`.
 */
export function writeHotListFile(path: string, { bytes }: HotList): void {
  try {
    writeDurably(path, bytes);
  } catch (cause) {
    throw unavailable(`${path}: cannot be written`, cause);
  }
}

/** `undefined` where there is no such file. Throws {@link HotListError}. */
export async function readListBytes(path: string): Promise<Uint8Array | undefined> {
  try {
    const { size } = await stat(path);
    // Whatever is longer than any list is refused as one of no length, and stays on the disk.
    return size <= HOTLIST_BYTES_MAX ? await readFile(path) : new Uint8Array();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw unavailable(`${path}: cannot be read`, cause);
  }
}

function unavailable(message: string, cause: unknown): HotListError {
  return new HotListError('HOTLIST_UNAVAILABLE', message, { cause });
}
