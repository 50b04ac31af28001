/*
 * What the auditor is shown: bytes and rows, as an outsider would find them after the shops have
 * closed. Nothing here was interpreted by the programs that are audited.
 */

export interface Evidence {
  readonly cards: readonly CardEvidence[];
  readonly terminals: readonly TerminalEvidence[];
  readonly issuer: IssuerEvidence;
  /** What the people at the counters were told, in the order in which they were. */
  readonly told: readonly ToldOutcome[];
}

/** One piece of plastic. A clone has the IDm and the keys of another. */
export interface CardEvidence {
  readonly idm: Uint8Array;
  readonly isClone: boolean;
  /**
   * The card's memory at the start, and again after each change of it, in their order: what a probe
   * on the chip would see (card-profile.md).
   */
  readonly states: readonly CardState[];
}

export interface CardState {
  /** 16 bytes. */
  readonly purseBlock: Uint8Array;
  /** The newest block of the log, 16 bytes. */
  readonly historyBlock: Uint8Array;
  /**
   * How it came to be. `written`: a command of a reader. `restored`: somebody put an older content of
   * the chip back.
   */
  readonly cause: 'start' | 'written' | 'restored';
}

export interface TerminalEvidence {
  readonly terminalId: number;
  readonly samId: number;
  readonly kind: 'pos-void' | 'load';
  /** The bytes of its journal (journal-format.md). */
  readonly journal: Uint8Array;
}

/** The issuer's database, read with SQL alone (backend/database/issuer-schema.ts names the tables). */
export interface IssuerEvidence {
  /** The raw bytes of every stored batch (batch-format.md), in the order in which they came. */
  readonly batches: readonly Uint8Array[];
  /** Every record that was posted, held ones included. */
  readonly records: readonly PostedRecord[];
  /** Every record that was not simply accepted, and why. A held one may be resolved since. */
  readonly findings: readonly FindingRow[];
  /** Every leg of every transfer in the books; debits are positive. */
  readonly entries: readonly EntryRow[];
  /** Every hit of the hot list that terminals reported. */
  readonly hits: readonly HitRow[];
  readonly pendingLoads: readonly PendingLoadRow[];
}

export interface PostedRecord {
  readonly samId: number;
  readonly samNumber: number;
  readonly idm: Uint8Array;
  readonly cardCounter: number;
  readonly kind: 'load' | 'debit' | 'void';
  readonly amountYen: number;
  readonly isHeld: boolean;
  /** Its terminal did not know whether it was done, and no money moved with it. */
  readonly isInterrupted: boolean;
  /** What became of a held or interrupted record since. */
  readonly resolution: 'released' | 'superseded' | 'contradicted' | undefined;
}

export interface FindingRow {
  readonly terminalId: number;
  readonly batchNumber: number;
  readonly samNumber: number;
  readonly verdict: 'held' | 'interrupted' | 'refused' | 'ignored' | 'fraud';
  readonly reason: string;
}

export interface EntryRow {
  readonly transfer: string;
  readonly account: string;
  readonly amountYen: number;
}

/** What waits, or has waited, at the issuer for a card; by the claim that it comes from. */
export interface PendingLoadRow {
  readonly samId: number;
  readonly samNumber: number;
  readonly idm: Uint8Array;
  readonly amountYen: number;
  readonly isPaid: boolean;
}

export interface HitRow {
  readonly samId: number;
  readonly samNumber: number;
  readonly idm: Uint8Array;
  readonly listSequence: number;
  readonly isBlocked: boolean;
  /** Why it is not believed; `null` if it is. */
  readonly reason: string | null;
}

/** What was told at the end of a tap. `crashed`: nothing was, the terminal had stopped or failed. */
export interface ToldOutcome {
  readonly terminalId: number;
  readonly saleId: string;
  readonly kind: 'load' | 'debit' | 'void';
  readonly amountYen: number;
  readonly outcome: 'approved' | 'refused' | 'unresolved' | 'no-tap' | 'crashed';
}
