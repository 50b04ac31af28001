/** What does not agree with what was computed anew. In the order in which they are looked for. */
export type AuditCode =
  | 'AUDIT_BATCH_BYTES'
  | 'AUDIT_BATCH_ROW'
  | 'AUDIT_BATCH_SIGNATURE'
  | 'AUDIT_BATCH_CHAIN'
  | 'AUDIT_RECORD_FATE'
  | 'AUDIT_RECORD_ROW'
  | 'AUDIT_RECORD_UNFIT'
  | 'AUDIT_RECORD_TWICE'
  | 'AUDIT_CERTIFICATE'
  | 'AUDIT_CARD_SHADOW'
  | 'AUDIT_POSTED_ROW'
  | 'AUDIT_TRANSFER'
  | 'AUDIT_TRANSFER_CAUSELESS'
  | 'AUDIT_BOOKS_UNBALANCED'
  | 'AUDIT_WINDOW_UNCLEARED';

export interface AuditFinding {
  readonly code: AuditCode;
  /** Where: a batch, a record, a card, a transfer. */
  readonly place: string;
  readonly expected: string;
  readonly found: string;
}

/** Takes what does not agree, as it is found. */
export type Report = (finding: AuditFinding) => void;

export function compare(
  report: Report,
  at: Pick<AuditFinding, 'code' | 'place'>,
  expected: string,
  found: string,
): void {
  if (expected !== found) report({ ...at, expected, found });
}
