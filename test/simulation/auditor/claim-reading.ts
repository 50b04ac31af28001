import { hex } from './card-reading.ts';

/*
 * Reads records of refund claims, from backend/batch/batch-format.md alone.
 */

export interface ReadRefundClaim {
  readonly card: string;
  /** Of the sale that is given back. */
  readonly counter: number;
  readonly terminalId: number;
  readonly samId: number;
  readonly samNumber: number;
  readonly amount: number;
  /** All bytes, in hexadecimal. */
  readonly bytes: string;
}

const CLAIM_BYTES = 92;
const CLAIM_KIND = 5;

/** `undefined` for a record of anything else. */
export function readRefundClaim(bytes: Uint8Array): ReadRefundClaim | undefined {
  if (bytes.length !== CLAIM_BYTES || bytes[1] !== CLAIM_KIND) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    card: hex(bytes.subarray(4, 12)),
    counter: view.getUint16(14),
    terminalId: view.getUint32(16),
    samId: view.getUint32(20),
    samNumber: view.getUint32(24),
    amount: view.getUint32(32),
    bytes: hex(bytes),
  };
}
