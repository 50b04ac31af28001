import { CardStructureError } from '../card/card-error.ts';
import { BLOCK_BYTES } from '../felica/block-access.ts';
import { type IDm, idm, type PMm, pmm } from '../felica/identifiers.ts';
import { type BusinessDate, businessDate, type Yen, yen } from '../units.ts';

/*
 * What a test may write plainly (`3_450`, '2031-03-31', hexadecimal digits) as the types of the card.
 * All of it throws `CardStructureError`, which names the field of the card that is wrong.
 */

/** Bytes, or as many hexadecimal digits; blanks between them are for the reader. */
export type BytesText = Uint8Array | string;

export function bytesOf(field: string, value: BytesText): Uint8Array {
  if (typeof value !== 'string') return value.slice();
  const digits = value.replaceAll(/\s/g, '');
  if (!/^(?:[0-9a-f]{2})*$/i.test(digits)) {
    throw new CardStructureError(field, 'expected hexadecimal digits, two for each byte');
  }
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}

/** The content may be a key: only its length is shown. */
export function bytesOfLength(field: string, value: BytesText, byteCount: number): Uint8Array {
  const bytes = bytesOf(field, value);
  if (bytes.length === byteCount) return bytes;
  throw new CardStructureError(field, `expected ${byteCount} bytes, got ${bytes.length}`);
}

export function idmOf(field: string, value: BytesText): IDm {
  return idm(bytesOfLength(field, value, 8));
}

export function pmmOf(field: string, value: BytesText): PMm {
  return pmm(bytesOfLength(field, value, 8));
}

export function blockOf(field: string, value: BytesText): Uint8Array {
  return bytesOfLength(field, value, BLOCK_BYTES);
}

export function wholeOf(field: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new CardStructureError(field, `expected a whole number from 0 to ${max}, got ${value}`);
}

export function yenOf(field: string, value: number, max: number): Yen {
  return yen(wholeOf(field, value, max));
}

/** The last day that fits the two bytes that a card has for one. */
const LAST_DAY = '2199-06-06';

export function dayOf(field: string, value: string): BusinessDate {
  try {
    const day = businessDate(value);
    if (day >= '2020-01-01' && day <= LAST_DAY) return day;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new CardStructureError(
    field,
    `expected a day from 2020-01-01 to ${LAST_DAY}, got ${value}`,
  );
}
