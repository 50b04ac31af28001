export type SamErrorCode =
  | 'SAM_FILE_INVALID'
  | 'SAM_FILE_RIGHTS_EXCESSIVE'
  | 'SAM_FILE_TAMPERED'
  | 'SAM_SECRET_MISSING'
  | 'SAM_SECRET_INVALID'
  | 'SAM_SECRET_WRONG'
  | 'SAM_LOCKED'
  | 'SAM_STATE_INVALID'
  | 'SAM_TOKEN_UNAVAILABLE'
  | 'SAM_TOKEN_UNSUITABLE';

/** No message of it ever holds a key, a passphrase or a PIN. */
export class SamError extends Error {
  readonly code: SamErrorCode;

  constructor(code: SamErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SamError';
    this.code = code;
  }
}
