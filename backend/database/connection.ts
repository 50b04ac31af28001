export type SqlValue = string | number | Uint8Array | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** Which schema a database has. `applicationId` is 0 where nobody has written one. */
export interface SchemaMark {
  readonly applicationId: number;
  /** How many steps of the schema were done. */
  readonly step: number;
  /** Whether there is nothing in it at all. */
  readonly isEmpty: boolean;
}

/**
 * One connection to an engine. Whoever uses it asks one thing at a time and waits for the answer.
 * Statements are constant texts in the SQL that both engines understand ({@link openConnection}).
 * Everything rejects with `DatabaseError`.
 */
export interface Connection {
  /** Resolves with the number of changed rows. */
  run(sql: string, values?: readonly SqlValue[]): Promise<number>;
  all(sql: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]>;
  /** Several statements without values, such as a schema. */
  execute(sql: string): Promise<void>;
  /** Begins a database transaction in which nobody else writes to this database until its end. */
  beginWriting(): Promise<void>;
  /** Begins one that sees the database as it stands at its first question, and writes nothing. */
  beginReading(): Promise<void>;
  commit(): Promise<void>;
  /** Also where the engine has already rolled back by itself, as after a full disk. */
  rollBack(): Promise<void>;
  readMark(): Promise<SchemaMark>;
  writeMark(applicationId: number, step: number): Promise<void>;
  close(): Promise<void>;
}
