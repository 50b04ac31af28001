import { BLOCK_BYTES } from '../felica/block-access.ts';
import type { IDm } from '../felica/identifiers.ts';
import {
  encodeCertificateBlock,
  transactionCertificate,
} from '../purse/transaction-certificate.ts';
import type { CertificateFiles } from './card-file-system.ts';
import type { WriteStage } from './write-stage.ts';

const NO_HISTORY = new Uint8Array(BLOCK_BYTES);

/**
 * Our extension to FeliCa (card-profile.md): a Write that changes the purse also stores, in the
 * same commit, the card's own statement about it. A Write that leaves the purse as it was, because
 * it repeats an execution ID, leaves the certificate of the first one as it was.
 */
export function stageCertificate(stage: WriteStage, files: CertificateFiles, idm: IDm): void {
  const write = stage.purseWriteOf(files.purse);
  if (write === undefined) return;
  const { operation, before, after } = write;
  const { executionId } = after;
  // Only an entry of this same command: an older one would prove another debit.
  const newest = stage.isChanged(files.history) ? stage.blocksOf(files.history)[0] : undefined;
  const certificate = transactionCertificate(files.key, {
    idm,
    operation,
    balanceBefore: before.balance,
    balanceAfter: after.balance,
    executionId,
    history: newest ?? NO_HISTORY,
  });
  const keyVersion = files.version;
  const block = encodeCertificateBlock({ executionId, operation, keyVersion, certificate });
  stage.replaceBlock(files.certificate, 0, block);
}
