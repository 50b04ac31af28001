import pg from 'pg';

/** Deletes every row, also of append-only tables, and begins to count from 1 again. */
const CLEAN = (schema: string): string => `
DO $body$ DECLARE found record; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR found IN SELECT relname, relkind FROM pg_class WHERE relnamespace = '${schema}'::regnamespace
    AND relkind IN ('r', 'S') AND relname <> 'schema_mark' LOOP
    IF found.relkind = 'r' THEN EXECUTE format('DELETE FROM ${schema}.%I', found.relname);
    ELSE PERFORM setval(format('${schema}.%I', found.relname)::regclass, 1, false); END IF;
  END LOOP;
END $body$`;

/** A database of a test file has one of these names. Of every other one the schema is not known. */
const REUSED_NAMES = new Set(['issuer.db', 'carrier.db']);

/** The module is loaded again for each test file; the process is the same. */
const POOL = Symbol.for('kazasu.test.postgresql.schemas');

/**
 * Schemas for the databases of tests. To make one takes far longer than to empty it, so those of a party
 * are emptied after a test file and given to the next.
 */
export class SchemaPool {
  readonly #address: string;
  readonly #free: Map<string, string[]> = new Map();
  readonly #used: Map<string, { readonly name: string; readonly schema: string }> = new Map();
  #count = 0;

  private constructor(address: string) {
    this.#address = address;
  }

  /** One for all test files of this process. */
  static ofProcess(address: string): SchemaPool {
    const held = globalThis as { [POOL]?: SchemaPool };
    held[POOL] ??= new SchemaPool(address);
    return held[POOL];
  }

  /** The address of the schema that stands for the database at a path. */
  placeOf(path: string, name: string): string {
    let used = this.#used.get(path);
    if (used === undefined) {
      used = { name, schema: this.#free.get(name)?.pop() ?? this.#newSchema() };
      this.#used.set(path, used);
    }
    const url = new URL(this.#address);
    url.searchParams.set('schema', used.schema);
    return url.href;
  }

  async clean(): Promise<void> {
    const client = new pg.Client(this.#address);
    await client.connect();
    for (const { name, schema } of this.#used.values()) {
      if (!REUSED_NAMES.has(name)) continue;
      await client.query(CLEAN(schema));
      this.#free.set(name, [...(this.#free.get(name) ?? []), schema]);
    }
    this.#used.clear();
    await client.end();
  }

  #newSchema(): string {
    this.#count += 1;
    return `test_${process.pid}_${this.#count}`;
  }
}
