import assert from 'node:assert/strict';
import type { Connection, SqlRow, SqlValue } from './connection.ts';
import { Lane } from './lane.ts';
import { migrate, type Schema } from './migration.ts';
import { openConnection } from './open-connection.ts';

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

/**
 * The database of one party: one connection that writes, behind a lane, and one that only reads, so that
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

  /** Opens or creates the database ({@link openConnection} says at which place) and brings it to the last schema. Rejects with `DatabaseError`. */
  static async open(
    place: string,
    schema: Schema,
    watch: StepWatch = () => undefined,
  ): Promise<Database> {
    const writer = await openConnection(place, 'write');
    try {
      await migrate(writer, schema);
      const reader = await openConnection(place, 'read');
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
      await this.#writer.beginWriting();
      const { transaction, end } = transactionOn(this.#writer, this.#watch);
      try {
        const result = await work(transaction);
        end();
        this.#watch('commit');
        await this.#writer.commit();
        this.#watch('committed');
        return result;
      } catch (error) {
        end();
        await this.#writer.rollBack();
        throw error;
      }
    });
  }

  /** Waits for what has begun. */
  async close(): Promise<void> {
    await this.#reading.run(() => this.#reader.close());
    await this.#writing.run(() => this.#writer.close());
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
