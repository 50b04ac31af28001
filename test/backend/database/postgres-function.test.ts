import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Connection, SqlValue } from '../../../backend/database/connection.ts';
import { PostgresConnection } from '../../../backend/database/postgres-connection.ts';
import { SqliteConnection } from '../../../backend/database/sqlite-connection.ts';

const engines: Connection[] = [];
beforeAll(async () => {
  const address = `${inject('postgresAddress')}&schema=functions`;
  engines.push(await PostgresConnection.open(address, 'write'));
  engines.push(await SqliteConnection.open(':memory:', ''));
});
afterAll(() => Promise.all(engines.map((engine) => engine.close())));

it.each<[string, readonly SqlValue[], unknown]>([
  [
    'SELECT key, value ->> 1 AS v FROM json_each(?) ORDER BY key',
    ['[["a","5"],["b",null]]'],
    undefined,
  ],
  ['SELECT CAST(value ->> 0 AS INTEGER) AS v FROM json_each(?)', ['[[5],[-6],[null]]'], undefined],
  ["SELECT value ->> 'a' AS v FROM json_each(?)", ['[{"a":"x"},{"b":1}]'], undefined],
  ['SELECT atom FROM json_each(?)', ['["a","b"]'], [{ atom: 'a' }, { atom: 'b' }]],
  ['SELECT CAST(atom AS INTEGER) AS v FROM json_each(?)', ['[3,4]'], [{ v: 3 }, { v: 4 }]],
  [
    `SELECT leg.value ->> 'n' AS v FROM json_each(?) AS t, json_each(t.value ->> 'legs') AS leg`,
    ['[{"legs":[{"n":"1"},{"n":"2"}]}]'],
    [{ v: '1' }, { v: '2' }],
  ],
  ["SELECT unhex('00ff') AS a, hex(unhex('00ff')) AS b, unhex(NULL) AS c", [], undefined],
  ['SELECT max(1, 2) AS a, min(1, 2) AS b, max(1, NULL) AS c, min(NULL, 1) AS d', [], undefined],
  [
    "SELECT iif(1 = 1, 2, 3) AS a, iif(1 = 0, 'b', 'c') AS b, iif(1 = 0, 1, NULL) AS c",
    [],
    undefined,
  ],
  ["SELECT substr(unhex('0a0b0c0d'), 2, 2) AS a, instr('a:b', ':') AS b", [], undefined],
  ['SELECT 7 / 2 AS a, -7 / 2 AS b, 7 % 4 AS c', [], undefined],
  [
    'SELECT CAST(sum(v) AS INTEGER) AS v FROM (SELECT 1 AS v UNION ALL SELECT 2) AS t',
    [],
    [{ v: 3 }],
  ],
  [
    'SELECT NULL IS DISTINCT FROM 1 AS a, NULL IS NOT DISTINCT FROM NULL AS b',
    [],
    [{ a: 1, b: 1 }],
  ],
])('both engines answer alike: %s', async (sql, values, expected) => {
  const [ofPostgres, ofSqlite] = await Promise.all(engines.map((each) => each.all(sql, values)));
  expect(ofPostgres).toEqual(ofSqlite);
  if (expected !== undefined) expect(ofPostgres).toEqual(expected);
});
