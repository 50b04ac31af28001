import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeRecord, type PurseRecord, RECORD_BYTES } from '#batch/record';
import {
  encodeFixedRows,
  type FixedColumn,
  fixedRowsInput,
} from '../../backend/database/fixed-row.ts';
import { SqliteConnection } from '../../backend/database/sqlite-connection.ts';

/** As the issuer's database has them. */
const SETTINGS = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA cache_size = -262144;
PRAGMA temp_store = MEMORY;
PRAGMA wal_autocheckpoint = 20000;`;

const SCHEMA = ['by_row', 'by_blob']
  .map(
    (table) => `CREATE TABLE ${table} (idm BLOB NOT NULL, card_counter INTEGER NOT NULL,
  record BLOB NOT NULL, UNIQUE (idm, card_counter)) STRICT;`,
  )
  .join('');

const COLUMNS: readonly FixedColumn[] = [
  { name: 'idm', kind: 'bytes', width: 8 },
  { name: 'card_counter', kind: 'digits', width: 5 },
  { name: 'record', kind: 'bytes', width: RECORD_BYTES },
];

const INSERT_ROW = 'INSERT INTO by_row VALUES (?, ?, ?)';
const INSERT_BLOB = `INSERT INTO by_blob ${fixedRowsInput(COLUMNS)} SELECT * FROM input`;

/**
 * What SQLite alone does with the same records: no signature, no verification, no ledger. Nothing
 * that stores them with the same settings and driver can be faster.
 */
export class BareTable {
  readonly #connection: SqliteConnection;
  readonly #folder: string;

  private constructor(connection: SqliteConnection, folder: string) {
    this.#connection = connection;
    this.#folder = folder;
  }

  static async open(): Promise<BareTable> {
    const folder = mkdtempSync(join(tmpdir(), 'kazasu-bench-'));
    const connection = await SqliteConnection.open(join(folder, 'bare.db'), SETTINGS);
    await connection.execute(SCHEMA);
    return new BareTable(connection, folder);
  }

  /** One prepared statement for each record, one commit for each batch. Returns the time in ms. */
  async insertByRow(batches: readonly (readonly PurseRecord[])[]): Promise<number> {
    const start = performance.now();
    for (const records of batches) {
      await this.#connection.run('BEGIN IMMEDIATE');
      for (const record of records) {
        const row = [record.idm, record.cardCounter, encodeRecord(record)];
        await this.#connection.run(INSERT_ROW, row);
      }
      await this.#connection.run('COMMIT');
    }
    return performance.now() - start;
  }

  /** One statement with one bound value for each batch, which is its own commit. */
  async insertByBlob(batches: readonly (readonly PurseRecord[])[]): Promise<number> {
    const start = performance.now();
    for (const records of batches) {
      const rows = records.map((record) => [record.idm, record.cardCounter, encodeRecord(record)]);
      await this.#connection.run(INSERT_BLOB, [encodeFixedRows(COLUMNS, rows)]);
    }
    return performance.now() - start;
  }

  async close(): Promise<void> {
    await this.#connection.close();
    rmSync(this.#folder, { recursive: true });
  }
}
