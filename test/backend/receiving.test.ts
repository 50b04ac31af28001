import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { receiveFiles } from '../../backend/receiving.ts';
import { Scenario } from './scenario.ts';

let scenario: Scenario;
let place: string;

beforeEach(async () => {
  scenario = await Scenario.open();
  place = mkdtempSync(join(tmpdir(), 'kazasu-'));
});
afterEach(async () => {
  await scenario.remove();
  rmSync(place, { recursive: true });
});

describe('receiveFiles', () => {
  it('takes what can be read, tells of the rest, and makes the folder for the acknowledgements', async () => {
    const till = await scenario.terminal(42);
    till.write(await scenario.card(1), 100);
    const batch = join(place, 'batch');
    writeFileSync(batch, till.close());
    const missing = join(place, 'missing');
    const out = join(place, 'stick', 'acks');
    const files = [missing, place, batch, batch];
    const { json, lines, exitCode } = await receiveFiles(scenario.backend, files, out);
    const acknowledgement = join(out, 'terminal-42-batch-1.ack');
    expect(json['files']).toMatchObject([
      { file: missing, result: 'refused', code: 'ENOENT' },
      { file: place, result: 'refused', code: 'EISDIR' },
      { file: batch, result: 'stored', acknowledgement },
      { file: batch, result: 'repeated', acknowledgement },
    ]);
    expect(exitCode).toBe(3);
    expect(lines).toHaveLength(4);
    expect(existsSync(acknowledgement)).toBe(true);
  });

  it('stores nothing where no acknowledgement can be written', async () => {
    const till = await scenario.terminal(42);
    till.write(await scenario.card(1), 100);
    const batch = join(place, 'batch');
    writeFileSync(batch, till.close());
    const receiving = receiveFiles(scenario.backend, [batch], join(batch, 'acks'));
    await expect(receiving).rejects.toMatchObject({ code: 'ENOTDIR' });
    expect(await scenario.count('SELECT count(*) FROM batch')).toBe(0);
  });
});
