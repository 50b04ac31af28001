import assert from 'node:assert/strict';
import { Connection, type SqlRow, type SqlValue } from './connection.ts';
import { Lane } from './lane.ts';
import { migrate, type Schema } from './migration.ts';

/** Whatever answers questions: a database outside of a transaction, or a transaction. */
export interface SqlReader {
  all(sql: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]>;
}

/** A database transaction. It ends with the function that it was given to. */
export interface Transaction extends SqlReader {
  /** Resolves with the number of changed rows. */
  run(sql: string, values?: readonly SqlValue[]): Promise<number>;
}

/**
 * Called at each durable step of a transaction: before a statement, before the commit, and after it.
 * What it throws ends the transaction there, as a loss of power would.
 */
export type StepWatch = (step: 'statement' | 'commit' | 'committed') => void;

// With WAL a commit is durable only under synchronous=FULL; from a thousand rows in a commit on it
// costs nothing measurable. A large cache and rare checkpoints keep each page of a random key from
// being written again and again (storage.md 1.2, 1.5, 1.7).
const SETTINGS = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA cache_size = -262144;
PRAGMA temp_store = MEMORY;
PRAGMA wal_autocheckpoint = 20000;`;

/**
 * The file of one party: one connection that writes, behind a lane, and one that only reads, so that
 * questions do not wait for a posting. Every commit is on disk before it is reported.
 */
export class Database implements SqlReader {
  readonly #writer: Connection;
  readonly #reader: Connection;
  readonly #writing: Lane = new Lane();
  readonly #reading: Lane = new Lane();
  readonly #watch: StepWatch;

  private constructor(writer: Connection, reader: Connection, watch: StepWatch) {
    this.#writer = writer;
    this.#reader = reader;
    this.#watch = watch;
  }

  /** Opens or creates the file and brings it to the last schema. Rejects with `DatabaseError`. */
  static async open(
    path: string,
    schema: Schema,
    watch: StepWatch = () => undefined,
  ): Promise<Database> {
    const writer = await Connection.open(path, SETTINGS);
    try {
      await migrate(writer, schema);
      const reader = await Connection.open(path, `${SETTINGS} PRAGMA query_only = ON;`);
      return new Database(writer, reader, watch);
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  /** What was committed when the question is asked. */
  all(sql: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return this.#reading.run(() => this.#reader.all(sql, values));
  }

  /**
   * Runs `work` alone, and commits when it resolves; nothing of it stays when it rejects. One never
   * begins inside another: it would wait for its own end.
   */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.#writing.run(async () => {
      // IMMEDIATE: another process must not change between our questions and our writes.
      await this.#writer.run('BEGIN IMMEDIATE');
      const { transaction, end } = transactionOn(this.#writer, this.#watch);
      try {
        const result = await work(transaction);
        end();
        this.#watch('commit');
        await this.#writer.run('COMMIT');
        this.#watch('committed');
        return result;
      } catch (error) {
        end();
        await this.#rollBack();
        throw error;
      }
    });
  }

  /** Waits for what has begun. */
  async close(): Promise<void> {
    await this.#reading.run(() => this.#reader.close());
    await this.#writing.run(() => this.#writer.close());
  }

  /** The engine has already rolled back by itself after a full disk; then there is nothing to undo. */
  async #rollBack(): Promise<void> {
    await this.#writer.run('ROLLBACK').catch(() => undefined);
  }
}

function transactionOn(
  connection: Connection,
  watch: StepWatch,
): {
  readonly transaction: Transaction;
  readonly end: () => void;
} {
  let isOpen = true;
  return {
    transaction: {
      run: (sql, values = []) => {
        assert(isOpen, 'the transaction is over');
        watch('statement');
        return connection.run(sql, values);
      },
      all: (sql, values = []) => {
        assert(isOpen, 'the transaction is over');
        return connection.all(sql, values);
      },
    },
    end: () => {
      isOpen = false;
    },
  };
}
