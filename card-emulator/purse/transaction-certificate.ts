import { cmac } from '@noble/ciphers/aes.js';
import { BLOCK_BYTES } from '../felica/block-access.ts';
import type { IDm } from '../felica/identifiers.ts';
import type { Yen } from '../units.ts';
import { EXECUTION_ID_BYTES } from './purse-block.ts';

export const CERTIFICATE_BYTES = 8;

export type PurseOperation = 'direct' | 'decrement' | 'cashback';

const OPERATION_CODES: Readonly<Record<PurseOperation, number>> = {
  direct: 1,
  decrement: 2,
  cashback: 3,
};

/** `KZC1`: no other message under the certificate key begins so. */
const DOMAIN = Uint8Array.of(0x4b, 0x5a, 0x43, 0x31);
const MESSAGE_BYTES = 41;

/** The purse write that a transaction certificate speaks of. */
export interface CertifiedWrite {
  readonly idm: IDm;
  readonly operation: PurseOperation;
  readonly balanceBefore: Yen;
  readonly balanceAfter: Yen;
  readonly executionId: Uint8Array;
  /** The history entry written in the same command, 16 bytes; zeros if there was none. */
  readonly history: Uint8Array;
}

/** The content of the certificate service: which purse write was the last, and its certificate. */
export interface CertificateBlock {
  readonly executionId: Uint8Array;
  readonly operation: PurseOperation;
  readonly keyVersion: number;
  readonly certificate: Uint8Array;
}

/**
 * What the card states about a purse write under a key that only the issuer shares: neither a
 * terminal nor a carrier can invent a debit, and the issuer can check one years later.
 *
 * `AES-CMAC(key; "KZC1" ‖ IDm ‖ operation ‖ balance before LE4 ‖ balance after LE4 ‖ execution ID ‖
 * history entry)`, first 8 bytes.
 */
export function transactionCertificate(key: Uint8Array, write: CertifiedWrite): Uint8Array {
  return cmac(encodeCertifiedWrite(write), key).subarray(0, CERTIFICATE_BYTES);
}

/** The 41 bytes that {@link transactionCertificate} authenticates. */
export function encodeCertifiedWrite(write: CertifiedWrite): Uint8Array {
  const message = new Uint8Array(MESSAGE_BYTES);
  const view = new DataView(message.buffer);
  message.set(DOMAIN, 0);
  message.set(write.idm, 4);
  message[12] = OPERATION_CODES[write.operation];
  view.setUint32(13, write.balanceBefore, true);
  view.setUint32(17, write.balanceAfter, true);
  message.set(write.executionId, 21);
  message.set(write.history, 25);
  return message;
}

export function encodeCertificateBlock(content: CertificateBlock): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(content.executionId, 0);
  block[4] = OPERATION_CODES[content.operation];
  block[5] = content.keyVersion;
  block.set(content.certificate, 8);
  return block;
}

/** `undefined` for a block without a certificate: the purse was never written, or it is not ours. */
export function decodeCertificateBlock(block: Uint8Array): CertificateBlock | undefined {
  const operation = operationOf(block[4]);
  const keyVersion = block[5];
  if (block.length !== BLOCK_BYTES || operation === undefined || keyVersion === undefined) {
    return undefined;
  }
  return {
    executionId: block.slice(0, EXECUTION_ID_BYTES),
    operation,
    keyVersion,
    certificate: block.slice(8, 8 + CERTIFICATE_BYTES),
  };
}

function operationOf(code: number | undefined): PurseOperation | undefined {
  if (code === OPERATION_CODES.direct) return 'direct';
  if (code === OPERATION_CODES.decrement) return 'decrement';
  if (code === OPERATION_CODES.cashback) return 'cashback';
  return undefined;
}
