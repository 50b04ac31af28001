import { createHash } from 'node:crypto';

/** Of all uploads together. Anybody can begin one, so the oldest give way. */
const BYTES_MAX: number = 64 * 1024 * 1024;

interface PartialUpload {
  readonly chunks: Uint8Array[];
  byteCount: number;
}

export interface UploadChunk {
  /** Of the whole batch. */
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
    return this.#uploads.get(nameOf(terminalId, hash))?.byteCount ?? 0;
  }

  /**
   * Takes a chunk if it continues what has come, and ignores it otherwise: the result says where to go
   * on. Bytes that make up another batch than they were named after are forgotten.
   */
  take(terminalId: number, hash: string, chunk: UploadChunk): ChunkResult {
    const name = nameOf(terminalId, hash);
    const upload = this.#uploads.get(name) ?? { chunks: [], byteCount: 0 };
    const isNext = chunk.offset === upload.byteCount;
    if (isNext && upload.byteCount + chunk.bytes.length <= chunk.byteCount) {
      this.#append(name, upload, chunk.bytes);
    }
    const { byteCount } = upload;
    if (byteCount < chunk.byteCount) return { result: 'partial', received: byteCount };
    const bytes = Uint8Array.from(Buffer.concat(upload.chunks));
    if (createHash('sha256').update(bytes).digest('hex') === hash) {
      return { result: 'whole', bytes };
    }
    this.#forget(name);
    return { result: 'partial', received: 0 };
  }

  #append(name: string, upload: PartialUpload, bytes: Uint8Array): void {
    upload.chunks.push(bytes.slice());
    upload.byteCount += bytes.length;
    this.#byteCount += bytes.length;
    // Set anew, so that it is the youngest.
    this.#uploads.delete(name);
    this.#uploads.set(name, upload);
    for (const oldest of this.#uploads.keys()) {
      if (this.#byteCount <= BYTES_MAX || oldest === name) return;
      this.#forget(oldest);
    }
  }

  #forget(name: string): void {
    this.#byteCount -= this.#uploads.get(name)?.byteCount ?? 0;
    this.#uploads.delete(name);
  }
}

function nameOf(terminalId: number, hash: string): string {
  return `${terminalId} ${hash}`;
}
