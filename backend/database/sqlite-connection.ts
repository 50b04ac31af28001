import assert from 'node:assert/strict';
import sqlite3 from 'sqlite3';
import type { Connection, SchemaMark, SqlRow, SqlValue } from './connection.ts';
import { databaseErrorOf } from './database-error.ts';
import { numberIn } from './row.ts';

const BUSY_TIMEOUT_MS = 10_000;
/** Each statement is a constant text, so their number does not grow with the data. */
const STATEMENTS_MAX = 400;

/**
 * One connection to a SQLite file. Whoever uses it asks one thing at a time and waits for the
 * answer: the engine does not keep the order of different prepared statements (storage.md 1.7).
 */
export class SqliteConnection implements Connection {
  readonly #database: sqlite3.Database;
  readonly #statements: Map<string, sqlite3.Statement> = new Map();

  private constructor(database: sqlite3.Database) {
    this.#database = database;
  }

  /** Opens or creates the file and applies `settings`. Rejects with `DatabaseError`. */
  static async open(path: string, settings: string): Promise<SqliteConnection> {
    return SqliteConnection.#with(await openDatabase(path), settings);
  }

  /** Opens a file that is there, so that the engine refuses every write. Rejects with `DatabaseError`. */
  static async openReadOnly(path: string): Promise<SqliteConnection> {
    return SqliteConnection.#with(await openDatabase(path, sqlite3.OPEN_READONLY), '');
  }

  static async #with(database: sqlite3.Database, settings: string): Promise<SqliteConnection> {
    const connection = new SqliteConnection(database);
    connection.#database.configure('busyTimeout', BUSY_TIMEOUT_MS);
    try {
      await connection.execute(settings);
    } catch (error) {
      await connection.close();
      throw error;
    }
    return connection;
  }

  /** Resolves with the number of changed rows. */
  async run(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    const statement = await this.#statement(sql);
    return new Promise((resolve, reject) => {
      statement.run([...values], function changed(this: sqlite3.RunResult, error: Error | null) {
        if (error === null) resolve(this.changes);
        else reject(databaseErrorOf(error));
      });
    });
  }

  /** Reads to the last row: an open cursor would block commits and checkpoints (storage.md 1.7). */
  async all(sql: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    const statement = await this.#statement(sql);
    return new Promise((resolve, reject) => {
      statement.all<SqlRow>([...values], (error: Error | null, rows) => {
        if (error === null) resolve(rows);
        else reject(databaseErrorOf(error));
      });
    });
  }

  /** Several statements without values, such as a schema. */
  execute(sql: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#database.exec(sql, (error) => {
        if (error === null) resolve();
        else reject(databaseErrorOf(error));
      });
    });
  }

  async beginWriting(): Promise<void> {
    // IMMEDIATE: another process must not change between our questions and our writes.
    await this.run('BEGIN IMMEDIATE');
  }

  async beginReading(): Promise<void> {
    await this.run('BEGIN');
  }

  async commit(): Promise<void> {
    await this.run('COMMIT');
  }

  async rollBack(): Promise<void> {
    await this.run('ROLLBACK').catch(() => undefined);
  }

  async readMark(): Promise<SchemaMark> {
    const [party] = await this.all('PRAGMA application_id');
    const [step] = await this.all('PRAGMA user_version');
    const [table] = await this.all('SELECT count(*) AS count FROM sqlite_schema');
    return {
      applicationId: numberIn(party, 'application_id'),
      step: numberIn(step, 'user_version'),
      isEmpty: numberIn(table, 'count') === 0,
    };
  }

  writeMark(applicationId: number, step: number): Promise<void> {
    return this.execute(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${step};`);
  }

  async close(): Promise<void> {
    for (const statement of this.#statements.values()) {
      await new Promise<void>((resolve) => statement.finalize(() => resolve()));
    }
    this.#statements.clear();
    await new Promise<void>((resolve, reject) => {
      this.#database.close((error) => {
        if (error === null) resolve();
        else reject(databaseErrorOf(error));
      });
    });
  }

  /** Preparing costs as much as running (storage.md 6), so each text is prepared once. */
  async #statement(sql: string): Promise<sqlite3.Statement> {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    assert(this.#statements.size < STATEMENTS_MAX, 'a statement is a constant text');
    const prepared = await new Promise<sqlite3.Statement>((resolve, reject) => {
      const statement = this.#database.prepare(sql, (error: Error | null) => {
        if (error === null) resolve(statement);
        else reject(databaseErrorOf(error));
      });
    });
    this.#statements.set(sql, prepared);
    return prepared;
  }
}

function openDatabase(
  path: string,
  mode: number = sqlite3.OPEN_READWRITE | sqlite3.OPEN_CREATE,
): Promise<sqlite3.Database> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(path, mode, (error) => {
      if (error === null) resolve(database);
      else reject(databaseErrorOf(error));
    });
  });
}
