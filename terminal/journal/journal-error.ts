/**
 * `JOURNAL_UNAVAILABLE`: the file cannot be opened, or another program has it open.
 * `JOURNAL_FOREIGN`: it belongs to another terminal or SAM, or is no journal. `JOURNAL_DAMAGED`:
 * entries that had been durable are unreadable. `JOURNAL_FULL`: the disk is full, or so nearly that
 * no sale is begun. `JOURNAL_WRITE_FAILED`: anything else on the way to disk.
 */
export type JournalErrorCode =
  | 'JOURNAL_UNAVAILABLE'
  | 'JOURNAL_FOREIGN'
  | 'JOURNAL_DAMAGED'
  | 'JOURNAL_FULL'
  | 'JOURNAL_WRITE_FAILED';

export class JournalError extends Error {
  readonly code: JournalErrorCode;

  constructor(code: JournalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JournalError';
    this.code = code;
  }
}
