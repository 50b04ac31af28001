import { closeSync, fsyncSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const SECRET_FILE_MODE = 0o600;

/** Makes a file that only its owner reads, to be written. Throws `EEXIST` where there is one. */
export function openNewFile(path: string): number {
  return openSync(path, 'wx', SECRET_FILE_MODE);
}

/**
 * Writes what would survive a power cut into a file of {@link openNewFile}, and closes it. Where the disk
 * refuses, nothing stays at `path`, and what the disk says is thrown.
 */
export function fillNewFile(file: number, path: string, content: string | Uint8Array): void {
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } catch (error) {
    discardNewFile(file, path);
    throw error;
  }
  closeSync(file);
  syncFolder(dirname(path));
}

/** Nothing is at `path` then. */
export function discardNewFile(file: number, path: string): void {
  closeSync(file);
  rmSync(path);
}

/** Makes names durable: a file whose name is not on disk is lost with everything in it. */
export function syncFolder(path: string): void {
  // Windows makes the name durable with the file, and opens no folder.
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Whether `error` says that the file is there already. */
export function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
