import type { KeyObject } from 'node:crypto';
import { verifyAcknowledgement } from '#batch/acknowledgement';
import { sameBytes } from '#felica/identifiers';
import type { Journal } from '../journal/journal.ts';

/*
 * Batches that go to the issuer as files, and acknowledgements that come back so: for a shop without
 * any network. The bytes are those that HTTP would carry.
 */

/** `terminal-42-batch-7.kzb`: whoever carries many of them can tell them apart. */
export function batchFileName(terminalId: number, batchNumber: number): string {
  return `terminal-${terminalId}-batch-${batchNumber}.kzb`;
}

export type AcknowledgementImport =
  | { readonly result: 'acknowledged' | 'repeated'; readonly batchNumber: number }
  /** Not signed by the issuer, or of another terminal. */
  | { readonly result: 'foreign' }
  /** Signed by the issuer for this terminal, and of a batch that it never closed so. */
  | { readonly result: 'other-batch'; readonly batchNumber: number };

export interface AcknowledgementSource {
  readonly journal: Journal;
  readonly terminalId: number;
  readonly issuerKey: KeyObject;
}

/** Takes the bytes of an acknowledgement file as an answer of the issuer. Doing it again is safe. */
export async function importAcknowledgement(
  { journal, terminalId, issuerKey }: AcknowledgementSource,
  bytes: Uint8Array,
): Promise<AcknowledgementImport> {
  const acknowledgement = verifyAcknowledgement(issuerKey, bytes);
  if (acknowledgement?.terminalId !== terminalId) return { result: 'foreign' };
  const { batchNumber, batchHash } = acknowledgement;
  const closed = await journal.closedBatch(batchNumber);
  if (closed === undefined || !sameBytes(closed.batch.hash, batchHash)) {
    return { result: 'other-batch', batchNumber };
  }
  if (closed.isAcknowledged) return { result: 'repeated', batchNumber };
  await journal.recordAcknowledgement(batchNumber, bytes);
  return { result: 'acknowledged', batchNumber };
}
