import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Replaces a file of the owner's: until it returns, the one before would survive a power cut, and
 * then the new one does. Throws what the disk says.
 */
export function writeDurably(path: string, content: string | Uint8Array): void {
  const newPath = `${path}.new`;
  const file = openSync(newPath, 'w', 0o600);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(newPath, path);
  syncFolder(dirname(path));
}

/**
 * Makes a file of the owner's that would survive a power cut, and never over another one: `EEXIST`.
 * `contentOf` is called when the place is taken. Where it throws or the disk refuses, nothing stays
 * there, and that is thrown.
 */
export function makeDurably(path: string, contentOf: () => string | Uint8Array): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, contentOf());
    fsyncSync(file);
  } catch (error) {
    closeSync(file);
    rmSync(path);
    throw error;
  }
  closeSync(file);
  syncFolder(dirname(path));
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
