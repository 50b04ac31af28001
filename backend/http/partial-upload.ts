import { createHash } from 'node:crypto';

/** Of all uploads together. Anybody can begin one, so the oldest give way. */
const BYTES_MAX: number = 64 * 1024 * 1024;

interface PartialUpload {
  /** As long as the whole batch, so that many small pieces take no more than it. */
  readonly bytes: Uint8Array;
  received: number;
}

export interface UploadChunk {
  /** Of the whole batch, at least 1. */
  readonly byteCount: number;
  /** Where the chunk belongs. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export type ChunkResult =
  | { readonly result: 'partial'; readonly received: number }
  | { readonly result: 'whole'; readonly bytes: Uint8Array };

/**
 * Batches of which a part has come, in memory: what a restart forgets is sent again. A batch is named
 * by its hash, so whoever continues an upload cannot mix two of them.
 */
export class PartialUploads {
  /** Oldest first. */
  readonly #uploads = new Map<string, PartialUpload>();
  #byteCount = 0;

  /** How many bytes from the beginning have come. */
  received(terminalId: number, hash: string): number {
    return this.#uploads.get(nameOf(terminalId, hash))?.received ?? 0;
  }

  /**
   * Takes a chunk if it continues what has come, and ignores it otherwise: the result says where to go
   * on. Bytes that make up another batch than they were named after are forgotten.
   */
  take(terminalId: number, hash: string, chunk: UploadChunk): ChunkResult {
    const name = nameOf(terminalId, hash);
    const upload = this.#uploads.get(name);
    if (isContinued(upload, chunk)) this.#append(name, chunk);
    const taken = this.#uploads.get(name);
    if (taken === undefined) return { result: 'partial', received: 0 };
    const { bytes, received } = taken;
    if (received < bytes.length) return { result: 'partial', received };
    if (createHash('sha256').update(bytes).digest('hex') === hash) {
      return { result: 'whole', bytes: bytes.slice() };
    }
    this.#forget(name);
    return { result: 'partial', received: 0 };
  }

  #append(name: string, { byteCount, offset, bytes }: UploadChunk): void {
    const known = this.#uploads.get(name);
    const upload = known ?? { bytes: new Uint8Array(byteCount), received: 0 };
    if (known === undefined) this.#byteCount += byteCount;
    upload.bytes.set(bytes, offset);
    upload.received += bytes.length;
    // Set anew, so that it is the youngest.
    this.#uploads.delete(name);
    this.#uploads.set(name, upload);
    for (const oldest of this.#uploads.keys()) {
      if (this.#byteCount <= BYTES_MAX || oldest === name) return;
      this.#forget(oldest);
    }
  }

  #forget(name: string): void {
    this.#byteCount -= this.#uploads.get(name)?.bytes.length ?? 0;
    this.#uploads.delete(name);
  }
}

/** An empty piece begins nothing: it would be remembered for no bytes at all. */
function isContinued(
  upload: PartialUpload | undefined,
  { byteCount, offset, bytes }: UploadChunk,
): boolean {
  const isSameLength = upload === undefined || upload.bytes.length === byteCount;
  const isNext = offset === (upload?.received ?? 0);
  return isSameLength && isNext && bytes.length > 0 && offset + bytes.length <= byteCount;
}

function nameOf(terminalId: number, hash: string): string {
  return `${terminalId} ${hash}`;
}
