import assert from 'node:assert/strict';
import { encodeRecord, type UnsealedRecord } from '#batch/record';
import { idm as idmOf } from '#felica/identifiers';
import { type EpochMs, epochMs, yen } from '#units';
import type {
  JournalledIntent,
  PurseIntent,
  PurseIntentOutcome,
  PurseJournal,
} from '../debit/purse-journal.ts';
import type { Sam } from '../sam/sam.ts';
import { JournalDatabase, JournalError, type SqlRow, type SqlValue } from './journal-database.ts';

export interface JournalOptions {
  readonly path: string;
  readonly terminalId: number;
  readonly sam: Sam;
  readonly now: () => EpochMs;
}

/** A batch as it was closed. Its bytes never change. */
export interface JournalledBatch {
  readonly number: number;
  readonly lastSamNumber: number;
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
}

const INTENT_COLUMNS = `number, sale_id, kind, idm, key_version, amount_yen, balance_before_yen,
  balance_after_yen, card_counter, execution_id, purse_block, history_block, time_ms`;

/** The terminal's journal on disk. One process opens it; one call at a time writes. */
export class Journal implements PurseJournal {
  readonly #database: JournalDatabase;
  readonly #options: JournalOptions;
  #lastTransactionNumber = 0;
  #lastSamNumber = 0;

  private constructor(database: JournalDatabase, options: JournalOptions) {
    this.#database = database;
    this.#options = options;
  }

  /** Throws {@link JournalError}: `JOURNAL_UNAVAILABLE`, or `JOURNAL_FOREIGN` for another's file. */
  static async open(options: JournalOptions): Promise<Journal> {
    const database = await JournalDatabase.open(options.path);
    const journal = new Journal(database, options);
    await journal.#claim();
    await journal.#resume();
    return journal;
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  nextTransactionNumber(): Promise<number> {
    return Promise.resolve(this.#lastTransactionNumber + 1);
  }

  async recordIntent(intent: PurseIntent): Promise<void> {
    const number = intent.terminalTransactionNumber;
    assert(number > this.#lastTransactionNumber, 'an intent takes the next number');
    const values = intentValues(intent);
    const places = values.map(() => '?').join(', ');
    await this.#database.run(`INSERT INTO intent (${INTENT_COLUMNS}) VALUES (${places})`, values);
    this.#lastTransactionNumber = number;
  }

  async recordOutcome(intent: PurseIntent, outcome: PurseIntentOutcome): Promise<void> {
    const number = intent.terminalTransactionNumber;
    const at = this.#options.now();
    if (outcome.state !== 'done') {
      const detail = outcome.state === 'not-done' ? outcome.detail : null;
      await this.#database.run(
        'INSERT INTO outcome (intent_number, state, detail, at_ms) VALUES (?, ?, ?, ?)',
        [number, outcome.state, detail, at],
      );
      return;
    }
    const samNumber = this.#lastSamNumber + 1;
    const record = await this.#options.sam.seal(this.#recordOf(intent, outcome, samNumber));
    await this.#database.run(
      `INSERT INTO outcome (intent_number, state, resolution, certificate, sam_number, record, at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [
        number,
        'done',
        outcome.resolution,
        outcome.certificate ?? null,
        samNumber,
        encodeRecord(record),
        at,
      ],
    );
    this.#lastSamNumber = samNumber;
  }

  async intentsOfSale(saleId: string): Promise<readonly JournalledIntent[]> {
    const rows = await this.#database.all(
      `SELECT ${INTENT_COLUMNS}, state, resolution, certificate, detail FROM intent
       LEFT JOIN outcome ON intent_number = number WHERE sale_id = ? ORDER BY number`,
      [saleId],
    );
    return rows.map((row) => ({ intent: intentOf(row), outcome: outcomeOf(row) }));
  }

  async unresolvedIntentsOf(idm: Uint8Array): Promise<readonly PurseIntent[]> {
    const rows = await this.#database.all(
      `SELECT ${INTENT_COLUMNS} FROM intent LEFT JOIN outcome ON intent_number = number
       WHERE idm = ? AND state IS NULL ORDER BY number`,
      [idm],
    );
    return rows.map(intentOf);
  }

  /**
   * Every intent of which nobody knows what became of it, oldest first: those that the card can still
   * tell, and those that only the issuer can.
   */
  async unresolvedIntents(): Promise<readonly PurseIntent[]> {
    const rows = await this.#database.all(
      `SELECT ${INTENT_COLUMNS} FROM intent LEFT JOIN outcome ON intent_number = number
       WHERE state IS NULL OR state = 'centre-match' ORDER BY number`,
    );
    return rows.map(intentOf);
  }

  /** Encoded records after `samNumber`, in the order of their SAM numbers. */
  async recordsAfter(samNumber: number, recordsMax: number): Promise<readonly Uint8Array[]> {
    const rows = await this.#database.all(
      'SELECT record FROM outcome WHERE sam_number > ? ORDER BY sam_number LIMIT ?',
      [samNumber, recordsMax],
    );
    return rows.map((row) => bytesIn(row, 'record'));
  }

  async recordBatch(batch: JournalledBatch): Promise<void> {
    await this.#database.run(
      'INSERT INTO batch (number, last_sam_number, hash, bytes, closed_at_ms) VALUES (?, ?, ?, ?, ?)',
      [batch.number, batch.lastSamNumber, batch.hash, batch.bytes, this.#options.now()],
    );
  }

  async lastBatch(): Promise<JournalledBatch | undefined> {
    const [row] = await this.#database.all('SELECT * FROM batch ORDER BY number DESC LIMIT 1');
    return row && batchOf(row);
  }

  /** The oldest batch that the issuer has not acknowledged. */
  async nextBatchToUpload(): Promise<JournalledBatch | undefined> {
    const [row] = await this.#database.all(
      `SELECT batch.* FROM batch LEFT JOIN acknowledgement ON batch_number = number
       WHERE batch_number IS NULL ORDER BY number LIMIT 1`,
    );
    return row && batchOf(row);
  }

  async recordAcknowledgement(batchNumber: number, bytes: Uint8Array): Promise<void> {
    await this.#database.run('INSERT INTO acknowledgement (batch_number, bytes) VALUES (?, ?)', [
      batchNumber,
      bytes,
    ]);
  }

  async #claim(): Promise<void> {
    const { terminalId, sam, path } = this.#options;
    await this.#database.run('INSERT OR IGNORE INTO terminal VALUES (1, ?, ?)', [
      terminalId,
      sam.samId,
    ]);
    const [row] = await this.#database.all('SELECT terminal_id, sam_id FROM terminal');
    if (row?.['terminal_id'] === terminalId && row['sam_id'] === sam.samId) return;
    await this.#database.close();
    throw new JournalError(
      'JOURNAL_FOREIGN',
      `journal ${path}: expected terminal ${terminalId} with SAM ${sam.samId}, ` +
        `got terminal ${row?.['terminal_id']} with SAM ${row?.['sam_id']}`,
    );
  }

  async #resume(): Promise<void> {
    const [row] = await this.#database.all(
      `SELECT (SELECT coalesce(max(number), 0) FROM intent) AS number,
              (SELECT coalesce(max(sam_number), 0) FROM outcome) AS sam_number`,
    );
    assert(row !== undefined, 'an aggregate always gives a row');
    this.#lastTransactionNumber = numberIn(row, 'number');
    this.#lastSamNumber = numberIn(row, 'sam_number');
  }

  #recordOf(
    intent: PurseIntent,
    outcome: PurseIntentOutcome & { readonly state: 'done' },
    samNumber: number,
  ): UnsealedRecord {
    const { terminalId, sam } = this.#options;
    return {
      kind: intent.kind,
      issuerId: sam.issuerId,
      idm: idmOf(intent.idm),
      keyVersion: intent.keyVersion,
      cardCounter: intent.cardCounter,
      terminalId,
      samId: sam.samId,
      samNumber,
      terminalTransactionNumber: intent.terminalTransactionNumber,
      amount: intent.amount,
      balanceBefore: intent.balanceBefore,
      balanceAfter: intent.balanceAfter,
      time: intent.time,
      executionId: intent.executionId,
      certificate: outcome.certificate,
      resolution: outcome.resolution,
    };
  }
}

function intentValues(intent: PurseIntent): readonly SqlValue[] {
  return [
    intent.terminalTransactionNumber,
    intent.saleId,
    intent.kind,
    intent.idm,
    intent.keyVersion,
    intent.amount,
    intent.balanceBefore,
    intent.balanceAfter,
    intent.cardCounter,
    intent.executionId,
    intent.purseBlock,
    intent.historyBlock,
    intent.time,
  ];
}

function intentOf(row: SqlRow): PurseIntent {
  return {
    terminalTransactionNumber: numberIn(row, 'number'),
    saleId: String(row['sale_id']),
    kind: row['kind'] === 'load' ? 'load' : 'debit',
    idm: bytesIn(row, 'idm'),
    keyVersion: numberIn(row, 'key_version'),
    amount: yen(numberIn(row, 'amount_yen')),
    balanceBefore: yen(numberIn(row, 'balance_before_yen')),
    balanceAfter: yen(numberIn(row, 'balance_after_yen')),
    cardCounter: numberIn(row, 'card_counter'),
    executionId: bytesIn(row, 'execution_id'),
    purseBlock: bytesIn(row, 'purse_block'),
    historyBlock: bytesIn(row, 'history_block'),
    time: epochMs(numberIn(row, 'time_ms')),
  };
}

function outcomeOf(row: SqlRow): PurseIntentOutcome | undefined {
  const state = row['state'];
  if (state === 'centre-match') return { state };
  if (state === 'not-done') return { state, detail: String(row['detail']) };
  if (state !== 'done') return undefined;
  const certificate = row['certificate'];
  return {
    state,
    resolution: row['resolution'] === 'at-tap' ? 'at-tap' : 'at-re-tap',
    certificate: certificate instanceof Uint8Array ? Uint8Array.from(certificate) : undefined,
  };
}

function batchOf(row: SqlRow): JournalledBatch {
  return {
    number: numberIn(row, 'number'),
    lastSamNumber: numberIn(row, 'last_sam_number'),
    hash: bytesIn(row, 'hash'),
    bytes: bytesIn(row, 'bytes'),
  };
}

function numberIn(row: SqlRow, column: string): number {
  const value = row[column];
  assert(typeof value === 'number', `${column} is a number`);
  return value;
}

/** SQLite hands out a `Buffer`, which stays in this file. */
function bytesIn(row: SqlRow, column: string): Uint8Array {
  const value = row[column];
  assert(value instanceof Uint8Array, `${column} is a BLOB`);
  return Uint8Array.from(value);
}
