import { BLOCK_BYTES } from '../felica/block-access.ts';
import { requireWhole } from '../felica/byte-field.ts';
import {
  type BusinessDate,
  businessDateAfter2020,
  daysSince2020,
  type Yen,
  yen,
} from '../units.ts';

/** The version of this layout. A card of another version is refused, never guessed at. */
export const SCHEME_VERSION = 1;

const FLAG_BLOCKED = 0x01;

/**
 * The card data block: 16 bytes, little endian.
 *
 * | byte | field |
 * |---|---|
 * | 0 | scheme version, 1 |
 * | 1 | key version |
 * | 2–3 | issuer id |
 * | 4–5 | expiry, the last day of use, in days since 2020-01-01 |
 * | 6 | flags: bit 0 blocked |
 * | 7 | 0 |
 * | 8–11 | the most the purse may hold, in yen |
 * | 12–15 | the most one debit may take, in yen |
 */
export interface CardData {
  readonly keyVersion: number;
  readonly issuerId: number;
  readonly expiry: BusinessDate;
  readonly isBlocked: boolean;
  readonly balanceMax: Yen;
  readonly debitMax: Yen;
}

/** Throws `RangeError` for an expiry that two bytes of days do not hold. */
export function encodeCardData(data: CardData): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  const view = new DataView(block.buffer);
  block[0] = SCHEME_VERSION;
  block[1] = data.keyVersion;
  view.setUint16(2, data.issuerId, true);
  view.setUint16(4, requireWhole('expiry in days', daysSince2020(data.expiry), 0xffff), true);
  block[6] = data.isBlocked ? FLAG_BLOCKED : 0;
  view.setUint32(8, data.balanceMax, true);
  view.setUint32(12, data.debitMax, true);
  return block;
}

/** `undefined` for a block of another scheme version or length. */
export function decodeCardData(block: Uint8Array): CardData | undefined {
  if (block.length !== BLOCK_BYTES || block[0] !== SCHEME_VERSION) return undefined;
  const view = new DataView(block.buffer, block.byteOffset, BLOCK_BYTES);
  return {
    keyVersion: view.getUint8(1),
    issuerId: view.getUint16(2, true),
    expiry: businessDateAfter2020(view.getUint16(4, true)),
    isBlocked: (view.getUint8(6) & FLAG_BLOCKED) !== 0,
    balanceMax: yen(view.getUint32(8, true)),
    debitMax: yen(view.getUint32(12, true)),
  };
}
