import assert from 'node:assert/strict';
import type { SqlValue } from './connection.ts';

const BOOL = 16;
const BYTEA = 17;
const NUMBERS = new Set([20, 21, 23, 26, 700, 701, 1700]);

/**
 * Reads a column of PostgreSQL's text format as SQLite has it: whole numbers as numbers, which are refused
 * where one would lose a digit, conditions as 0 and 1, bytes as bytes, everything else as text.
 */
export function postgresColumn(type: number): (text: string) => SqlValue {
  if (NUMBERS.has(type)) return numberOf;
  if (type === BOOL) return (text) => (text === 't' ? 1 : 0);
  if (type === BYTEA) return bytesOf;
  return (text) => text;
}

function numberOf(text: string): number {
  const value = Number(text);
  assert(!Number.isInteger(value) || Number.isSafeInteger(value), `${text}: too large a number`);
  return value;
}

function bytesOf(text: string): Uint8Array {
  assert(text.startsWith('\\x'), 'bytea_output is hex');
  return Buffer.from(text.slice(2), 'hex');
}

/** The driver knows bytes by their class. */
export function postgresParameter(value: SqlValue): string | number | Buffer | null {
  if (!(value instanceof Uint8Array)) return value;
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
