import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hexToBytes } from '@noble/ciphers/utils.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseIdm } from '#felica/identifiers';
import { HOTLIST_BYTES_MAX } from '#hotlist/hotlist';
import { type TerminalFolder, terminalFolder } from '../../../terminal/config.ts';
import {
  hotListOf,
  importListFile,
  openHotList,
  updateListFile,
} from '../../../terminal/hotlist/terminal-hotlist.ts';
import { ISSUER_ID } from '../../scheme.ts';
import batch from '../../vectors/batch.json' with { type: 'json' };
import vectors from '../../vectors/hotlist.json' with { type: 'json' };
import { samFileText } from '../sam-file-text.ts';

let path: string;
let folder: TerminalFolder;

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'kazasu-hotlist-'));
  folder = terminalFolder(path);
  writeFileSync(folder.samPath, samFileText('pos', 7));
  writeFileSync(folder.issuerKeyPath, batch.publicKeyPem);
});

afterEach(() => rmSync(path, { recursive: true }));

/** The issuer's file, as a technician brings it. */
function brought(hex: string): string {
  const file = join(path, 'brought.bin');
  writeFileSync(file, hexToBytes(hex));
  return file;
}

const importHex = (hex: string): ReturnType<typeof importListFile> =>
  importListFile(folder, brought(hex));
const keptHex = (): string => readFileSync(folder.hotListPath).toString('hex');
const code = (value: string): unknown => expect.objectContaining({ code: value });

describe('the hot list of a terminal', () => {
  it('is none, and needs no key, until one was imported', async () => {
    rmSync(folder.issuerKeyPath);
    expect(await hotListOf(folder)).toBeUndefined();
    expect(await openHotList(folder, ISSUER_ID)).toBeUndefined();
  });

  it('is kept as the issuer signed it, first whole, then by deltas', async () => {
    expect(await importHex(vectors.first.list)).toMatchObject({ result: 'imported' });
    expect(keptHex()).toBe(vectors.first.list);
    expect(await importHex(vectors.second.delta)).toMatchObject({ result: 'imported' });
    expect(keptHex()).toBe(vectors.second.list);
    expect(statSync(folder.hotListPath).mode & 0o777).toBe(0o600);
    expect(existsSync(`${folder.hotListPath}.new`)).toBe(false);
    const list = await openHotList(folder, ISSUER_ID);
    expect(list?.sequence).toBe(2);
    expect(list?.has(parseIdm(vectors.second.added[0]!)!)).toBe(true);
  });

  it('stays as it is where the import is refused or brings nothing new', async () => {
    await importHex(vectors.second.list);
    expect(await importHex(vectors.first.list)).toMatchObject({ result: 'ignored' });
    const damaged = vectors.second.delta.replace(/..$/, '00');
    expect(await importHex(damaged)).toMatchObject({ result: 'refused' });
    expect(keptHex()).toBe(vectors.second.list);
  });

  it('stays where a newer one was brought while an older one was fetched', async () => {
    const source = {
      offer: () => Promise.resolve({ sequence: 1, byteCount: 10_000, deltas: [] }),
      download: async () => {
        await importHex(vectors.second.list);
        return hexToBytes(vectors.first.list);
      },
    };
    expect(await updateListFile(folder, source)).toMatchObject({ sequence: 2 });
    expect(keptHex()).toBe(vectors.second.list);
  });

  it('stays as it is where the new one cannot be written', async () => {
    await importHex(vectors.first.list);
    mkdirSync(`${folder.hotListPath}.new`);
    await expect(importHex(vectors.second.delta)).rejects.toThrow(code('HOTLIST_UNAVAILABLE'));
    expect(keptHex()).toBe(vectors.first.list);
  });

  it('takes the place of what a power cut left of a new one', async () => {
    writeFileSync(`${folder.hotListPath}.new`, 'half');
    expect(await openHotList(folder, ISSUER_ID)).toBeUndefined();
    await importHex(vectors.first.list);
    expect(keptHex()).toBe(vectors.first.list);
  });

  it('that was changed in the folder is not used, and a whole list mends it', async () => {
    await importHex(vectors.first.list);
    const changed = readFileSync(folder.hotListPath);
    changed[30] = (changed[30] ?? 0) ^ 1;
    writeFileSync(folder.hotListPath, changed);
    await expect(openHotList(folder, ISSUER_ID)).rejects.toThrow(code('HOTLIST_DAMAGED'));
    await expect(hotListOf(folder)).rejects.toThrow('kazasu terminal hotlist import');
    expect(await importHex(vectors.second.delta)).toMatchObject({ reason: 'HOTLIST_GAP' });
    expect(await importHex(vectors.second.list)).toMatchObject({ result: 'imported' });
    expect(await hotListOf(folder)).toMatchObject({ sequence: 2 });
  });

  it('is never read from a file that is longer than any list', async () => {
    const file = brought(vectors.first.list);
    truncateSync(file, HOTLIST_BYTES_MAX + 1);
    const expected = { reason: 'HOTLIST_MALFORMED', detail: 'length' };
    expect(await importListFile(folder, file)).toMatchObject(expected);
  });

  it('needs the issuer’s key and the file', async () => {
    const missing = join(path, 'missing.bin');
    await expect(importListFile(folder, missing)).rejects.toThrow(code('HOTLIST_UNAVAILABLE'));
    rmSync(folder.issuerKeyPath);
    await expect(importHex(vectors.first.list)).rejects.toThrow(code('CONFIG_MISSING'));
  });
});
