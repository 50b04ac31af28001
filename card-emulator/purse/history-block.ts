import { BLOCK_BYTES } from '../felica/block-access.ts';
import {
  type BusinessDate,
  businessDateAfter2020,
  daysSince2020,
  type Yen,
  yen,
} from '../units.ts';

/** Terminal ids fit the 3 bytes that a history entry has for them. */
export const TERMINAL_ID_MAX = 0xff_ffff;

/** The largest amount and balance that a history entry can hold, so the largest a purse may have. */
export const HISTORY_AMOUNT_MAX: Yen = yen(0xff_ffff);

export type HistoryKind = 'load' | 'debit' | 'cashback';

const KIND_CODES: Readonly<Record<HistoryKind, number>> = { load: 1, debit: 2, cashback: 3 };

/**
 * One entry of the card's log: 16 bytes, little endian.
 *
 * | byte | field |
 * |---|---|
 * | 0 | kind: 1 load, 2 debit, 3 cashback |
 * | 1–2 | card counter after this write |
 * | 3–5 | terminal id |
 * | 6–7 | terminal transaction number, low 16 bits |
 * | 8–10 | amount in yen |
 * | 11–13 | balance after in yen |
 * | 14–15 | business date in days since 2020-01-01 |
 *
 * The counter makes each entry unique, which a cyclic service needs: it drops a write that equals
 * the newest entry (M617 §3.4.3).
 */
export interface HistoryEntry {
  readonly kind: HistoryKind;
  readonly cardCounter: number;
  readonly terminalId: number;
  /** The terminal transaction number modulo 65536. */
  readonly terminalNumber: number;
  readonly amount: Yen;
  readonly balanceAfter: Yen;
  readonly date: BusinessDate;
}

export function encodeHistoryEntry(entry: HistoryEntry): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block[0] = KIND_CODES[entry.kind];
  writeLittleEndian(block, 1, 2, entry.cardCounter);
  writeLittleEndian(block, 3, 3, entry.terminalId);
  writeLittleEndian(block, 6, 2, entry.terminalNumber);
  writeLittleEndian(block, 8, 3, entry.amount);
  writeLittleEndian(block, 11, 3, entry.balanceAfter);
  writeLittleEndian(block, 14, 2, daysSince2020(entry.date));
  return block;
}

/** `undefined` for a block that holds no entry of ours: never written, or of an unknown kind. */
export function decodeHistoryEntry(block: Uint8Array): HistoryEntry | undefined {
  if (block.length !== BLOCK_BYTES) return undefined;
  const kind = historyKindOf(block[0]);
  if (kind === undefined) return undefined;
  return {
    kind,
    cardCounter: readLittleEndian(block, 1, 2),
    terminalId: readLittleEndian(block, 3, 3),
    terminalNumber: readLittleEndian(block, 6, 2),
    amount: yen(readLittleEndian(block, 8, 3)),
    balanceAfter: yen(readLittleEndian(block, 11, 3)),
    date: businessDateAfter2020(readLittleEndian(block, 14, 2)),
  };
}

function historyKindOf(code: number | undefined): HistoryKind | undefined {
  if (code === KIND_CODES.load) return 'load';
  if (code === KIND_CODES.debit) return 'debit';
  if (code === KIND_CODES.cashback) return 'cashback';
  return undefined;
}

function writeLittleEndian(block: Uint8Array, offset: number, length: number, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * length)) {
    throw new RangeError(`history entry byte ${offset}: ${value} does not fit ${length} bytes`);
  }
  for (let index = 0; index < length; index++) block[offset + index] = value >>> (8 * index);
}

function readLittleEndian(block: Uint8Array, offset: number, length: number): number {
  let value = 0;
  for (let index = length - 1; index >= 0; index--) {
    value = value * 256 + (block[offset + index] ?? 0);
  }
  return value;
}
