import { hex } from './card-reading.ts';

/*
 * Reads records of hits of the hot list, from backend/batch/batch-format.md alone.
 */

export interface ReadHit {
  readonly card: string;
  readonly terminalId: number;
  readonly samId: number;
  readonly samNumber: number;
  readonly listSequence: number;
  readonly isBlocked: boolean;
  readonly time: number;
  /** All bytes, in hexadecimal. */
  readonly bytes: string;
}

const HIT_BYTES = 92;
const HIT_KIND = 4;

/** `undefined` for a record of anything else. */
export function readHit(bytes: Uint8Array): ReadHit | undefined {
  if (bytes.length !== HIT_BYTES || bytes[1] !== HIT_KIND) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    card: hex(bytes.subarray(4, 12)),
    terminalId: view.getUint32(16),
    samId: view.getUint32(20),
    samNumber: view.getUint32(24),
    listSequence: view.getUint32(28),
    isBlocked: view.getUint8(32) === 1,
    time: Number(view.getBigUint64(44)),
    bytes: hex(bytes),
  };
}
