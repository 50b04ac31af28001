import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backUp, restore } from '../../backend/backup.ts';
import { makeBackup, useBackup } from '../../backend/command/backup-command.ts';
import { backendFolder } from '../../backend/config.ts';
import { readBalances } from '../../backend/ledger/books.ts';
import { merchantPayableOf } from '../../backend/ledger/chart-of-accounts.ts';
import { openBackend } from '../../backend/open-backend.ts';
import { closeWindow } from '../../backend/settlement/close-window.ts';
import { NOON, PLAIN_KEYSTORE } from '../scheme.ts';
import { MERCHANT_ID, Scenario, type TestTerminal } from './scenario.ts';

let scenario: Scenario;
let till: TestTerminal;
let place: string;
let out: string;
let restored: string;

beforeEach(async () => {
  scenario = await Scenario.open();
  till = await scenario.terminal(42);
  place = mkdtempSync(join(tmpdir(), 'kazasu-'));
  out = join(place, 'backup');
  restored = join(place, 'data');
});
afterEach(async () => {
  await scenario.remove();
  rmSync(place, { recursive: true });
});

/** One sale of 100 yen in a batch of its own. */
async function sell(): Promise<Uint8Array> {
  till.write(await scenario.card(1 + till.batchNumber), 100);
  const batch = till.close();
  await scenario.upload(till, batch);
  return batch;
}

const save = (): ReturnType<typeof backUp> => backUp(backendFolder(scenario.folder), out, NOON);

describe('a backup', () => {
  it('is made while the backend works, and is the whole of it as it stood then', async () => {
    await sell();
    const later = sell();
    await save();
    await later;
    await sell();
    await restore(out, restored);
    const again = await openBackend(backendFolder(restored), PLAIN_KEYSTORE, () => NOON);
    const balances = await readBalances(again.database);
    const sales = -(balances.get(merchantPayableOf(MERCHANT_ID)) ?? 0);
    // The second sale may have come before or after the moment of the copy, and the third did not.
    expect([97, 194]).toContain(sales);
    expect((await closeWindow(again.settlement)).result).toBe('closed');
    await again.close();
  });

  it('takes what came after it once more, and knows what came before', async () => {
    const first = await sell();
    await save();
    const second = await sell();
    await restore(out, restored);
    const again = await openBackend(backendFolder(restored), PLAIN_KEYSTORE, () => NOON);
    expect(await again.receiver.receiveBatch(42, first)).toMatchObject({ result: 'repeated' });
    expect(await again.receiver.receiveBatch(42, second)).toMatchObject({ result: 'stored' });
    await again.close();
  });

  it('holds published hot lists, and nothing that others may read', async () => {
    const { hotLists } = scenario.backend;
    const list = Uint8Array.of(1, 2, 3);
    hotLists.keep({ sequence: 1, cardCount: 0, list, delta: undefined });
    const { files } = await save();
    expect(files.map(({ name }) => name)).toContain('hotlist/hotlist-1.bin');
    for (const { name } of files) expect(statSync(join(out, name)).mode & 0o077).toBe(0);
    expect(statSync(out).mode & 0o077).toBe(0);
    await restore(out, restored);
    expect(readFileSync(join(restored, 'hotlist', 'hotlist-1.bin'))).toEqual(Buffer.from(list));
  });

  it('is written over nothing', async () => {
    mkdirSync(out);
    await expect(save()).rejects.toMatchObject({ code: 'CONFIG_EXISTS' });
    rmSync(out, { recursive: true });
    await save();
    mkdirSync(restored);
    await expect(restore(out, restored)).rejects.toMatchObject({ code: 'CONFIG_EXISTS' });
  });

  it('that failed leaves nothing', async () => {
    const none = backendFolder(join(place, 'none'));
    await expect(backUp(none, out, NOON)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(() => statSync(out)).toThrow();
  });

  it.each(['issuer.db', 'issuer-keys.json', 'carrier.db', 'operator-token'])(
    'with a changed or a missing %s is restored to nothing',
    async (name) => {
      await save();
      const file = join(out, name);
      const bytes = readFileSync(file);
      writeFileSync(file, bytes.with(bytes.length >> 1, (bytes[bytes.length >> 1] ?? 0) ^ 1));
      await expect(restore(out, restored)).rejects.toMatchObject({ code: 'BACKUP_INVALID' });
      rmSync(file);
      await expect(restore(out, restored)).rejects.toMatchObject({ code: 'BACKUP_INVALID' });
      expect(() => statSync(restored)).toThrow();
      expect(() => statSync(`${restored}.restoring`)).toThrow();
    },
  );

  it.each(['../x', 'a/../../x', '/etc/x', 'a/b/c', ''])('cannot name the file %j', async (name) => {
    await save();
    const file = { name, byteCount: 0, sha256: '0'.repeat(64) };
    const list = { format: 'kazasu-backup-1', madeAt: new Date(NOON).toISOString(), files: [file] };
    writeFileSync(join(out, 'backup.json'), JSON.stringify(list));
    await expect(restore(out, restored)).rejects.toMatchObject({ code: 'BACKUP_INVALID' });
  });

  it('is told of in words', async () => {
    const made = await makeBackup(scenario.folder, out, NOON);
    expect(made.lines[0]).toMatch(/^\d+ files, \d+ bytes, backed up in /);
    const used = await useBackup(out, restored);
    expect(used.json).toMatchObject({ result: 'restored', madeAt: new Date(NOON).toISOString() });
  });
});
