import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
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
