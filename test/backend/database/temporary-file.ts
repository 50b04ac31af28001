import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** The path of a database file that is removed after the tests of the file that asks. */
export function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kazasu-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return join(folder, 'test.db');
}
