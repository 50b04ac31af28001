export type KeystoreErrorCode =
  | 'KEYSTORE_INVALID'
  | 'KEYSTORE_SECRET_WRONG'
  | 'KEYSTORE_TAMPERED'
  | 'KEYSTORE_BUSY'
  | 'KEYSTORE_GENERATIONS_FULL'
  | 'KEYSTORE_OUTDATED';

/** A message names a field or a file and never shows its content: the content is keys. */
export class KeystoreError extends Error {
  readonly code: KeystoreErrorCode;

  constructor(code: KeystoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KeystoreError';
    this.code = code;
  }
}
