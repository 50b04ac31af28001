import { AuditError } from '../audit/proof-folder.ts';
import { BackupError } from '../backup.ts';
import { ConfigError } from '../config.ts';
import { DatabaseError } from '../database/database-error.ts';
import { KeystoreError } from '../issuer/keystore-error.ts';
import { SecretFileError } from '../issuer/secret-file.ts';
import { SettlementError } from '../settlement/settlement-error.ts';

/** What a person reads of a command that failed. Throws `error` itself where it is a mistake of ours. */
export function failureText(error: unknown): string {
  if (!isExpected(error)) throw error;
  // What the disk says begins with its code.
  const isNamed = error.message.startsWith(error.code);
  return isNamed ? error.message : `${error.code}: ${error.message}`;
}

/** What the folder, the disk or the network refused. */
function isExpected(error: unknown): error is Error & { readonly code: string } {
  return (
    error instanceof AuditError ||
    error instanceof ConfigError ||
    error instanceof BackupError ||
    error instanceof KeystoreError ||
    error instanceof SecretFileError ||
    error instanceof DatabaseError ||
    error instanceof SettlementError ||
    (error instanceof Error && 'syscall' in error && 'code' in error)
  );
}
