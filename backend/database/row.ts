import assert from 'node:assert/strict';
import type { SqlRow } from './connection.ts';

/** A column that our own schema declares `INTEGER NOT NULL`. */
export function numberIn(row: SqlRow | undefined, column: string): number {
  const value = row?.[column];
  assert(typeof value === 'number', `${column}: expected a number`);
  return value;
}

/** A column that our own schema declares `TEXT NOT NULL`. */
export function textIn(row: SqlRow | undefined, column: string): string {
  const value = row?.[column];
  assert(typeof value === 'string', `${column}: expected a text`);
  return value;
}

/** A column that our own schema declares `BLOB NOT NULL`. The engine's `Buffer` ends here. */
export function bytesIn(row: SqlRow | undefined, column: string): Uint8Array {
  const value = row?.[column];
  assert(value instanceof Uint8Array, `${column}: expected bytes`);
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}
