import type { KeyObject } from 'node:crypto';
import { ConfigError, readText } from './config.ts';

/** Throws `ConfigError`, which names the file and never shows what is in it. */
export function keyAt(path: string, remedy: string, parse: (pem: string) => KeyObject): KeyObject {
  const pem = readText(path, remedy);
  try {
    return parse(pem);
  } catch (cause) {
    throw invalidKey(path, remedy, cause);
  }
}

function invalidKey(path: string, remedy: string, cause: unknown): ConfigError {
  const message = `${path}: expected an Ed25519 key in PEM; ${remedy}`;
  return new ConfigError('CONFIG_INVALID', message, { cause });
}
