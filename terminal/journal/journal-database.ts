import sqlite3 from 'sqlite3';

/**
 * `JOURNAL_UNAVAILABLE`: the file cannot be opened, or another program has it open. `JOURNAL_FOREIGN`: it belongs to another terminal
 * or SAM. `JOURNAL_FULL`: the disk is full. `JOURNAL_WRITE_FAILED`: anything else on the way to disk.
 */
export type JournalErrorCode =
  | 'JOURNAL_UNAVAILABLE'
  | 'JOURNAL_FOREIGN'
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

export type SqlValue = string | number | Uint8Array | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** Long enough for a command that is about to end, short for a cashier who started two. */
const BUSY_TIMEOUT_MS = 1_000;

/**
 * Sales and loads are rows that are written once. An intent comes before its card write, an outcome
 * after; the triggers refuse everything else, so no bug and no operator can rewrite the past.
 */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS terminal (
  id INTEGER PRIMARY KEY CHECK (id = 1), terminal_id INTEGER NOT NULL, sam_id INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS intent (
  number INTEGER PRIMARY KEY, sale_id TEXT NOT NULL, kind TEXT NOT NULL, idm BLOB NOT NULL,
  key_version INTEGER NOT NULL, amount_yen INTEGER NOT NULL, balance_before_yen INTEGER NOT NULL,
  balance_after_yen INTEGER NOT NULL, card_counter INTEGER NOT NULL, execution_id BLOB NOT NULL,
  purse_block BLOB NOT NULL, history_block BLOB NOT NULL, time_ms INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS intent_by_sale ON intent (sale_id);
CREATE INDEX IF NOT EXISTS intent_by_card ON intent (idm);
CREATE TABLE IF NOT EXISTS outcome (
  intent_number INTEGER PRIMARY KEY REFERENCES intent, state TEXT NOT NULL, resolution TEXT,
  certificate BLOB, detail TEXT, sam_number INTEGER UNIQUE, record BLOB, at_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS batch (
  number INTEGER PRIMARY KEY, last_sam_number INTEGER NOT NULL, hash BLOB NOT NULL,
  bytes BLOB NOT NULL, closed_at_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS acknowledgement (
  batch_number INTEGER PRIMARY KEY REFERENCES batch, bytes BLOB NOT NULL);
${['terminal', 'intent', 'outcome', 'batch', 'acknowledgement'].map(appendOnly).join('')}`;

function appendOnly(table: string): string {
  return ['UPDATE', 'DELETE']
    .map(
      (
        verb,
      ) => `CREATE TRIGGER IF NOT EXISTS ${table}_no_${verb.toLowerCase()} BEFORE ${verb} ON ${table}
BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;
`,
    )
    .join('');
}

/** The journal's file: SQLite in WAL mode, where each commit is on disk before it is reported. */
export class JournalDatabase {
  readonly #database: sqlite3.Database;
  readonly #statements: Map<string, sqlite3.Statement> = new Map();

  private constructor(database: sqlite3.Database) {
    this.#database = database;
  }

  /** Opens or creates the file. Throws {@link JournalError} `JOURNAL_UNAVAILABLE`. */
  static async open(path: string): Promise<JournalDatabase> {
    try {
      const database = await openDatabase(path);
      database.configure('busyTimeout', BUSY_TIMEOUT_MS);
      const opened = new JournalDatabase(database);
      // Exclusive: a second program with counters of its own would number records twice.
      await opened.#execute(
        'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;',
      );
      await opened.#execute(SCHEMA);
      return opened;
    } catch (cause) {
      throw openError(path, cause);
    }
  }

  /** One statement is one commit: it resolves when the row would survive a power cut. */
  run(sql: string, values: readonly SqlValue[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#statement(sql).run([...values], (error: Error | null) => {
        if (error === null) resolve();
        else reject(writeError(error));
      });
    });
  }

  all(sql: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return new Promise((resolve, reject) => {
      this.#statement(sql).all<SqlRow>([...values], (error: Error | null, rows) => {
        if (error === null) resolve(rows);
        else reject(writeError(error));
      });
    });
  }

  async close(): Promise<void> {
    for (const statement of this.#statements.values()) await finalize(statement);
    this.#statements.clear();
    await new Promise<void>((resolve, reject) => {
      this.#database.close((error) => (error === null ? resolve() : reject(writeError(error))));
    });
  }

  /** Preparing costs as much as running (storage.md 6), so each text is prepared once. */
  #statement(sql: string): sqlite3.Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const prepared = this.#database.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }

  #execute(sql: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#database.exec(sql, (error) => (error === null ? resolve() : reject(error)));
    });
  }
}

function openDatabase(path: string): Promise<sqlite3.Database> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(path, (error) => {
      if (error === null) resolve(database);
      else reject(error);
    });
  });
}

function finalize(statement: sqlite3.Statement): Promise<void> {
  return new Promise((resolve) => {
    statement.finalize(() => resolve());
  });
}

function openError(path: string, cause: unknown): JournalError {
  return new JournalError(
    'JOURNAL_UNAVAILABLE',
    `journal ${path}: cannot be opened; is another terminal program running?`,
    { cause },
  );
}

function writeError(cause: Error): JournalError {
  const isFull = 'code' in cause && cause.code === 'SQLITE_FULL';
  return isFull
    ? new JournalError('JOURNAL_FULL', 'journal: the disk is full', { cause })
    : new JournalError('JOURNAL_WRITE_FAILED', `journal: ${cause.message}`, { cause });
}
