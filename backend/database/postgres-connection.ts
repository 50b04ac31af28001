import pg from 'pg';
import type { Connection, SchemaMark, SqlRow, SqlValue } from './connection.ts';
import { DatabaseError } from './database-error.ts';
import { postgresErrorOf } from './postgres-error.ts';
import { POSTGRES_FUNCTIONS } from './postgres-function.ts';
import { postgresSchema, postgresStatement } from './postgres-statement.ts';
import { postgresColumn, postgresParameter } from './postgres-value.ts';
import { numberIn } from './row.ts';

const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/u;
const CONNECT_MS_MAX = 10_000;
const LOCK_MS_MAX = 10_000;

const TABLES_STATEMENT = `
SELECT relname AS name FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'`;

/** Its address without `schema`, which the driver does not know. */
interface PostgresPlace {
  readonly address: string;
  readonly schema: string;
}

interface Prepared {
  readonly name: string;
  readonly text: string;
}

/**
 * One connection to a schema of a PostgreSQL database. When the server has gone away meanwhile, the next
 * question connects again; one that was under way rejects with `DATABASE_UNAVAILABLE`, and whether a commit
 * was done is then not known, as with any lost answer.
 */
export class PostgresConnection implements Connection {
  readonly #place: PostgresPlace;
  readonly #access: string;
  readonly #statements: Map<string, Prepared> = new Map();
  #client: pg.Client | undefined;
  /** The one that has a transaction open: what is left of that must not be done over another. */
  #inTransaction: pg.Client | undefined;

  private constructor(place: PostgresPlace, access: string) {
    this.#place = place;
    this.#access = access;
  }

  /** `access`: `write` makes the schema where there is none; anything else cannot change a row. */
  static async open(
    address: string,
    access: 'write' | 'read' | 'snapshot',
  ): Promise<PostgresConnection> {
    const connection = new PostgresConnection(placeOf(address), access);
    await connection.#connected();
    try {
      if (access === 'write') await connection.#makeSchema();
    } catch (error) {
      await connection.close();
      throw error;
    }
    return connection;
  }

  async run(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    return (await this.#query(sql, values)).rowCount ?? 0;
  }

  async all(sql: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return (await this.#query(sql, values)).rows;
  }

  async execute(sql: string): Promise<void> {
    await this.#told(postgresSchema(sql));
  }

  async beginWriting(): Promise<void> {
    await this.#begin('BEGIN');
    try {
      // Another process must not change between our questions and our writes.
      await this.all('SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), 0))');
    } catch (error) {
      await this.rollBack();
      throw error;
    }
  }

  async beginReading(): Promise<void> {
    await this.#begin('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  }

  async commit(): Promise<void> {
    try {
      const { command } = await this.#query('COMMIT', []);
      // A transaction in which a statement failed is rolled back then, and that is no error to the server.
      if (command !== 'COMMIT') {
        throw new DatabaseError('DATABASE_FAILED', 'database: a statement before had failed');
      }
    } finally {
      this.#inTransaction = undefined;
    }
  }

  async rollBack(): Promise<void> {
    // A connection that was lost has taken its transaction with it.
    if (this.#client !== undefined) await this.run('ROLLBACK').catch(() => undefined);
    this.#inTransaction = undefined;
  }

  async readMark(): Promise<SchemaMark> {
    const tables = await this.#tables();
    const [row] = tables.has('schema_mark')
      ? await this.all('SELECT application_id, step FROM schema_mark')
      : [];
    if (row === undefined) return { applicationId: 0, step: 0, isEmpty: isNew(tables) };
    const applicationId = numberIn(row, 'application_id');
    return { applicationId, step: numberIn(row, 'step'), isEmpty: false };
  }

  async writeMark(applicationId: number, step: number): Promise<void> {
    await this.run(
      `INSERT INTO schema_mark (id, application_id, step) VALUES (1, ?, ?)
ON CONFLICT (id) DO UPDATE SET application_id = excluded.application_id, step = excluded.step`,
      [applicationId, step],
    );
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }

  /** The schema, and in it what every database has. A schema that is somebody else's is left alone. */
  async #makeSchema(): Promise<void> {
    const { schema } = this.#place;
    const [known] = await this.all('SELECT to_regnamespace(?) AS name', [schema]);
    // Who may not make schemas can be given one.
    if (known?.['name'] === null) await this.#told(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
    await this.beginWriting();
    try {
      if ((await this.#tables()).size === 0) await this.#told(POSTGRES_FUNCTIONS);
      await this.commit();
    } catch (error) {
      await this.rollBack();
      throw error;
    }
  }

  async #tables(): Promise<ReadonlySet<SqlValue | undefined>> {
    const rows = await this.all(TABLES_STATEMENT);
    return new Set(rows.map(({ name }) => name));
  }

  async #query(sql: string, values: readonly SqlValue[]): Promise<pg.QueryResult<SqlRow>> {
    const client = await this.#connected();
    try {
      const statement = { ...this.#prepared(sql), values: values.map(postgresParameter) };
      return await client.query<SqlRow>(statement);
    } catch (error) {
      throw postgresErrorOf(error);
    }
  }

  async #told(sql: string): Promise<void> {
    const client = await this.#connected();
    try {
      await client.query(sql);
    } catch (error) {
      throw postgresErrorOf(error);
    }
  }

  #prepared(sql: string): Prepared {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const prepared = { name: `s${this.#statements.size}`, text: postgresStatement(sql) };
    this.#statements.set(sql, prepared);
    return prepared;
  }

  async #begin(sql: string): Promise<void> {
    await this.run(sql);
    this.#inTransaction = this.#client;
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client !== undefined) return this.#client;
    if (this.#inTransaction !== undefined) {
      throw new DatabaseError('DATABASE_UNAVAILABLE', 'database: the connection was lost');
    }
    const client = new pg.Client({
      connectionString: this.#place.address,
      options: optionsOf(this.#place, this.#access),
      application_name: `kazasu ${this.#place.schema}`,
      connectionTimeoutMillis: CONNECT_MS_MAX,
      keepAlive: true,
      types: { getTypeParser: postgresColumn },
    });
    // Without a listener a lost server would end the process; the next question finds out.
    client.on('error', () => this.#forget(client));
    client.on('end', () => this.#forget(client));
    try {
      await client.connect();
    } catch (error) {
      throw postgresErrorOf(error);
    }
    this.#client = client;
    return client;
  }

  #forget(client: pg.Client): void {
    if (this.#client === client) this.#client = undefined;
  }
}

function isNew(tables: ReadonlySet<SqlValue | undefined>): boolean {
  return [...tables].every((name) => name === 'schema_mark');
}

function optionsOf({ schema }: PostgresPlace, access: string): string {
  return [
    `search_path=${schema}`,
    `lock_timeout=${LOCK_MS_MAX}`,
    'bytea_output=hex',
    // To compile a plan takes longer than these short statements.
    'jit=off',
    ...(access === 'write' ? ['synchronous_commit=on'] : ['default_transaction_read_only=on']),
  ]
    .map((setting) => `-c ${setting}`)
    .join(' ');
}

function placeOf(text: string): PostgresPlace {
  const url = new URL(text);
  const schema = url.searchParams.get('schema') ?? '';
  if (!SCHEMA_NAME.test(schema)) {
    const message = `database: expected the address to end with schema=NAME of small letters, got ${JSON.stringify(schema)}`;
    throw new DatabaseError('DATABASE_UNAVAILABLE', message);
  }
  url.searchParams.delete('schema');
  return { address: url.href, schema };
}
