import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Replaces a small file of the owner's. What it returned from would survive a power cut. */
export function writeDurably(path: string, text: string): void {
  const newPath = `${path}.new`;
  const file = openSync(newPath, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(newPath, path);
  // Windows makes the name durable with the file, and opens no folder.
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
