import type { ReaderErrorCode } from './reader.ts';

/** What a failure of PC/SC means for the one who sent a packet. */
export type PcscVerdict =
  /** The card is gone, was reset or answered nonsense: it may have executed. */
  | { readonly result: 'card-lost' }
  | { readonly result: 'reader-failed'; readonly code: ReaderErrorCode };

/** Numbers as in pcsclite.h. What is not here is a fault that nobody has decided about. */
const CARD_LOST: ReadonlySet<number> = new Set([
  0x8010_0008, // Insufficient buffer: the reply was longer than any packet, so it is none.
  0x8010_000c, // No smart card.
  0x8010_0016, // Not transacted.
  0x8010_002f, // Communication error with the card.
  0x8010_0065, // Unsupported card: its answer to reset makes no sense.
  0x8010_0066, // Unresponsive card.
  0x8010_0067, // Unpowered card.
  0x8010_0068, // The card was reset, by us or by another program.
  0x8010_0069, // The card was removed.
]);

const READER_FAILED: ReadonlyMap<number, ReaderErrorCode> = new Map([
  [0x8010_0009, 'READER_DISCONNECTED'], // Unknown reader.
  [0x8010_000b, 'READER_BUSY'], // Sharing violation.
  [0x8010_0013, 'READER_SERVICE_UNAVAILABLE'], // Communication with the service failed.
  [0x8010_0017, 'READER_DISCONNECTED'], // Reader unavailable.
  [0x8010_001d, 'READER_SERVICE_UNAVAILABLE'], // No service.
  [0x8010_001e, 'READER_SERVICE_UNAVAILABLE'], // Service stopped.
  [0x8010_002e, 'READER_DISCONNECTED'], // No readers.
  [0x8010_006a, 'READER_PERMISSION'], // Security violation: polkit said no.
]);

/**
 * The number in a message of the binding, which gives it nowhere else:
 * `SCardTransmit error: Transaction failed. (0x80100016)`.
 */
export function pcscNumberOf(message: string): number | undefined {
  const [, digits] = /0x([0-9a-f]{8})\b/i.exec(message) ?? [];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

export function pcscVerdictOf(message: string): PcscVerdict {
  const number = pcscNumberOf(message);
  if (number === undefined) return { result: 'reader-failed', code: 'READER_FAULT' };
  if (CARD_LOST.has(number)) return { result: 'card-lost' };
  return { result: 'reader-failed', code: READER_FAILED.get(number) ?? 'READER_FAULT' };
}
