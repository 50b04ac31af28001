import { describe, expect, it } from 'vitest';
import { appendOnly } from '../../../backend/database/append-only.ts';
import { SqliteConnection } from '../../../backend/database/sqlite-connection.ts';

describe('appendOnly', () => {
  it('lets rows be added and refuses to change or delete them', async () => {
    const settings = `CREATE TABLE a (n); INSERT INTO a VALUES (1); ${appendOnly('a')}`;
    const connection = await SqliteConnection.open(':memory:', settings);
    await connection.run('INSERT INTO a VALUES (2)');
    for (const sql of ['UPDATE a SET n = 3', 'DELETE FROM a WHERE n = 1']) {
      await expect(connection.run(sql)).rejects.toMatchObject({
        code: 'DATABASE_CONFLICT',
        message: expect.stringContaining('a is append-only'),
      });
    }
    expect(await connection.all('SELECT n FROM a')).toEqual([{ n: 1 }, { n: 2 }]);
    await connection.close();
  });
});
