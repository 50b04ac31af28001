import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ISSUER_SCHEMA } from '../../backend/database/issuer-schema.ts';
import { migrate } from '../../backend/database/migration.ts';
import { PostgresConnection } from '../../backend/database/postgres-connection.ts';
import { postgresStatement } from '../../backend/database/postgres-statement.ts';
import { HOT_STATEMENTS } from '../backend/hot-statement.ts';
import { GROWING_TABLES } from '../backend/query-plan.ts';

/** With sequential scans made dear, one is planned only where no index can be used. */
const SETTINGS = 'SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan;';

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

describe('query plan of PostgreSQL', () => {
  const address = inject('postgresAddress');
  let client: pg.Client;
  beforeAll(async () => {
    const connection = await PostgresConnection.open(`${address}&schema=plans`, 'write');
    await migrate(connection, ISSUER_SCHEMA);
    await connection.close();
    client = new pg.Client({ connectionString: address, options: '-c search_path=plans' });
    await client.connect();
    await client.query(SETTINGS);
  });
  afterAll(() => client.end());

  async function walksOf(name: string, sql: string): Promise<readonly string[]> {
    await client.query(`PREPARE ${name} AS ${postgresStatement(sql)}`);
    const { rows } = await client.query(
      `SELECT cardinality(parameter_types) AS n FROM pg_prepared_statements WHERE name = $1`,
      [name.toLowerCase()],
    );
    const given = Array.from({ length: Number(rows[0].n) }, () => 'NULL').join(', ');
    const call = given === '' ? name : `${name} (${given})`;
    const explained = await client.query(`EXPLAIN (FORMAT JSON) EXECUTE ${call}`);
    const found: string[] = [];
    const visit = (plan: Plan): void => {
      const table = plan['Relation Name'];
      if (plan['Node Type'] === 'Seq Scan' && table !== undefined) found.push(table);
      for (const part of plan.Plans ?? []) visit(part);
    };
    visit(explained.rows[0]['QUERY PLAN'][0].Plan);
    return found.filter((table) => GROWING_TABLES.includes(table));
  }

  it.each(Object.entries(HOT_STATEMENTS))('%s walks no table that grows', async (name, sql) => {
    expect(await walksOf(name, sql)).toEqual([]);
  });

  it('finds a walk where there is no index', async () => {
    expect(await walksOf('walk', 'SELECT 1 FROM record WHERE amount_yen = ?')).toEqual(['record']);
  });
});
