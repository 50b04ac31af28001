import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { sameBytes } from '#felica/identifiers';
import { ConfigError } from './config.ts';

/**
 * Makes a file for the bank whole or not at all, readable by its owner only. One that is there already
 * with the same content is left as it is, and one with another content is never written over: it may be
 * what the bank has got. Throws `ConfigError`, and what the disk says.
 */
export function writeBankFile(path: string, content: Uint8Array): void {
  if (existsSync(path)) {
    if (sameBytes(Uint8Array.from(readFileSync(path)), content)) return;
    throw new ConfigError('CONFIG_EXISTS', `${path}: is there already, with another content`);
  }
  const newPath = `${path}.new`;
  // What a crash left of an earlier one may be readable by others.
  rmSync(newPath, { force: true });
  const file = openSync(newPath, 'wx', 0o600);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(newPath, path);
  syncFolder(dirname(path));
}

/** A name that is not on disk is a file that is lost. Windows opens no folder. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
