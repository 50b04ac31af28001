import { BLOCK_BYTES } from '../felica/block-access.ts';
import type { IDm } from '../felica/identifiers.ts';
import {
  encodeCertificateBlock,
  transactionCertificate,
} from '../purse/transaction-certificate.ts';
import type { CardFileSystem } from './card-file-system.ts';
import type { CertificateFiles } from './card-layout.ts';
import type { WriteStage } from './write-stage.ts';

const NO_HISTORY = new Uint8Array(BLOCK_BYTES);

/**
 * Our extension to FeliCa (card-profile.md): a Write that changes the purse also stores, in the
 * same commit, the card's own statement about it. A Write that leaves the purse as it was, because
 * it repeats an execution ID, leaves the certificate of the first one as it was.
 */
export function stageCertificate(
  stage: WriteStage,
  files: CertificateFiles,
  { fileSystem, idm }: { readonly fileSystem: CardFileSystem; readonly idm: IDm },
): void {
  const write = stage.purseWriteOf(files.purse);
  if (write === undefined) return;
  const { operation, before, after } = write;
  const { executionId } = after;
  // Only an entry of this same command: an older one would prove another debit.
  const history = stage.isChanged(files.history) ? stage.block(files.history, 0) : NO_HISTORY;
  const certificate = transactionCertificate(fileSystem.key(files.key), {
    idm,
    operation,
    balanceBefore: before.balance,
    balanceAfter: after.balance,
    executionId,
    history,
  });
  const keyVersion = fileSystem.version(files.key);
  const block = encodeCertificateBlock({ executionId, operation, keyVersion, certificate });
  stage.replaceBlock(files.certificate, 0, block);
}
