import { chmodSync } from 'node:fs';
import { type FileHandle, open, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../durable-file.ts';
import { JournalError } from './journal-error.ts';
import type { JournalFile } from './journal-file.ts';
import { JournalLock } from './journal-lock.ts';

/** Long enough for a command that is about to end, short for a cashier who started two. */
const LOCK_WAIT_MS = 1_000;
const OWNER_ONLY = 0o600;

/**
 * Opens the journal's file, or makes it, with a lock beside it. Rejects with {@link JournalError}
 * `JOURNAL_UNAVAILABLE`.
 */
export async function openDiskFile(path: string): Promise<JournalFile> {
  try {
    const lock = await JournalLock.take(`${path}.lock`, LOCK_WAIT_MS);
    try {
      return await openLocked(path, lock);
    } catch (error) {
      await lock.release();
      throw error;
    }
  } catch (cause) {
    throw unavailable(path, cause);
  }
}

function unavailable(path: string, cause: unknown): JournalError {
  const message = `journal ${path}: cannot be opened; is another terminal program running?`;
  return new JournalError('JOURNAL_UNAVAILABLE', message, { cause });
}

async function openLocked(path: string, lock: JournalLock): Promise<JournalFile> {
  const handle = await open(path, 'a+', OWNER_ONLY);
  try {
    chmodSync(`${path}.lock`, OWNER_ONLY);
    syncFolder(dirname(path));
    const { size } = await handle.stat();
    return new DiskFile(handle, { path, lock, size });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

interface OpenedFile {
  readonly path: string;
  readonly lock: JournalLock;
  readonly size: number;
}

class DiskFile implements JournalFile {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #lock: JournalLock;
  #size: number;

  constructor(handle: FileHandle, { path, lock, size }: OpenedFile) {
    this.#handle = handle;
    this.#path = path;
    this.#lock = lock;
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.#handle.appendFile(bytes);
    await this.#handle.datasync();
    this.#size += bytes.length;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let byteCount = 0;
    while (byteCount < length) {
      const rest = length - byteCount;
      const { bytesRead } = await this.#handle.read(bytes, byteCount, rest, offset + byteCount);
      if (bytesRead === 0) break;
      byteCount += bytesRead;
    }
    return bytes.subarray(0, byteCount);
  }

  async truncate(size: number): Promise<void> {
    await this.#handle.truncate(size);
    await this.#handle.sync();
    this.#size = size;
  }

  async bytesFree(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#path);
    return bavail * bsize;
  }

  async close(): Promise<void> {
    await this.#handle.close();
    await this.#lock.release();
  }
}
