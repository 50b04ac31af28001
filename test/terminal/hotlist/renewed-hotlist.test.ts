import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hexToBytes } from '@noble/ciphers/utils.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type TerminalFolder, terminalFolder } from '../../../terminal/config.ts';
import { RenewedHotList } from '../../../terminal/hotlist/renewed-hotlist.ts';
import { ISSUER_ID } from '../../scheme.ts';
import batch from '../../vectors/batch.json' with { type: 'json' };
import vectors from '../../vectors/hotlist.json' with { type: 'json' };

let path: string;
let folder: TerminalFolder;
let warnings: string[];

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'kazasu-renewed-'));
  folder = terminalFolder(path);
  writeFileSync(folder.issuerKeyPath, batch.publicKeyPem);
  warnings = [];
});

afterEach(() => rmSync(path, { recursive: true }));

const open = (): Promise<RenewedHotList> =>
  RenewedHotList.open({ folder, issuerId: ISSUER_ID, warn: (line) => warnings.push(line) });
const bring = (hex: string): void => writeFileSync(folder.hotListPath, hexToBytes(hex));

it('is none until one is brought, then the newest, and the same object while nothing changes', async () => {
  const renewed = await open();
  expect(await renewed.newest()).toBeUndefined();
  bring(vectors.first.list);
  const first = await renewed.newest();
  expect(first?.sequence).toBe(1);
  expect(await renewed.newest()).toBe(first);
  bring(vectors.second.list);
  expect((await renewed.newest())?.sequence).toBe(2);
  expect(warnings).toEqual([]);
});

it('is not given up for none, an older or a damaged one, nor where the key has gone', async () => {
  bring(vectors.second.list);
  const renewed = await open();
  bring(vectors.first.list);
  expect((await renewed.newest())?.sequence).toBe(2);
  writeFileSync(folder.hotListPath, 'damaged');
  expect((await renewed.newest())?.sequence).toBe(2);
  rmSync(folder.hotListPath);
  expect((await renewed.newest())?.sequence).toBe(2);
  rmSync(folder.issuerKeyPath);
  bring(vectors.first.list);
  expect((await renewed.newest())?.sequence).toBe(2);
  expect(warnings).toEqual([
    expect.stringContaining('HOTLIST_DAMAGED'),
    expect.stringContaining('CONFIG_MISSING'),
  ]);
});

it('is refused at the start where somebody changed it', async () => {
  writeFileSync(folder.hotListPath, 'damaged');
  await expect(open()).rejects.toMatchObject({ code: 'HOTLIST_DAMAGED' });
});
