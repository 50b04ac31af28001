import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hexToBytes } from '@noble/ciphers/utils.js';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addHotListCommand } from '../../../terminal/command/hotlist-command.ts';
import { terminalFolder } from '../../../terminal/config.ts';
import { encryptSamFile } from '../../../terminal/sam/encrypt-sam.ts';
import { samKeys, seededRandom } from '../../scheme.ts';
import batch from '../../vectors/batch.json' with { type: 'json' };
import vectors from '../../vectors/hotlist.json' with { type: 'json' };
import { samFileText } from '../sam-file-text.ts';

let path: string;
let printed: string;

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'kazasu-command-'));
  const folder = terminalFolder(path);
  writeFileSync(folder.samPath, samFileText('pos', 7));
  writeFileSync(folder.issuerKeyPath, batch.publicKeyPem);
  for (const [name, hex] of [
    ['first', vectors.first.list],
    ['second', vectors.second.list],
    ['delta', vectors.second.delta],
  ] as const) {
    writeFileSync(join(path, name), hexToBytes(hex));
  }
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  rmSync(path, { recursive: true });
});

async function run(...words: readonly string[]): Promise<string> {
  const command = new Command();
  addHotListCommand(command);
  printed = '';
  await command.parseAsync(['hotlist', ...words, '--data', path], { from: 'user' });
  return printed;
}

const importFile = (name: string, ...words: readonly string[]): Promise<string> =>
  run('import', join(path, name), ...words);

describe('kazasu terminal hotlist', () => {
  it('tells which list is here, before and after it came', async () => {
    expect(await run('status')).toBe('There is no hot list here.\n');
    expect(await importFile('first')).toBe('Hot list 1 is here now: 43 cards.\n');
    expect(await importFile('delta')).toBe('Hot list 2 is here now: 43 cards.\n');
    expect(await importFile('first')).toBe('Hot list 1 is not newer than what is here.\n');
    expect(await run('status')).toBe('Hot list 2 of 2026-11-24T03:00:00.000Z: 43 cards.\n');
    expect(process.exitCode ?? 0).toBe(0);
  });

  it('tells the same to a program', async () => {
    expect(JSON.parse(await run('status', '--json'))).toEqual({ sequence: null });
    const imported = { result: 'imported', sequence: 1, cards: 43 };
    expect(JSON.parse(await importFile('first', '--json'))).toEqual(imported);
    expect(JSON.parse(await run('status', '--json'))).toEqual({
      sequence: 1,
      created: '2026-11-23T03:00:00.000Z',
      cards: 43,
      bytes: hexToBytes(vectors.first.list).length,
    });
  });

  it('fetches from the issuer, and says why where it cannot', async () => {
    await importFile('first');
    const offer = { sequence: 2, byteCount: 9_999, deltas: [{ sequence: 2, byteCount: 9 }] };
    const bytes = hexToBytes(vectors.second.delta);
    const answers: Record<string, string | Uint8Array> = {
      '/hotlist': JSON.stringify({ ...offer, deltas: [{ sequence: 2, byteCount: bytes.length }] }),
      '/hotlist/deltas/2': bytes,
    };
    const listener = createServer((request, response) => response.end(answers[request.url ?? '']));
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as AddressInfo;
    rmSync(terminalFolder(path).configPath, { force: true });
    const names = { terminalId: 7, merchantId: 1001, merchantName: 'Kissa', amountMax: 30_000 };
    const config = { version: 1, ...names, issuerUrl: `http://127.0.0.1:${port}` };
    writeFileSync(terminalFolder(path).configPath, JSON.stringify(config));
    expect(await run('update')).toBe('Hot list 2 is here now: 43 cards. It came by 1 delta.\n');
    expect(await run('update')).toBe('Hot list 2 is the newest.\n');
    expect(process.exitCode ?? 0).toBe(0);
    listener.closeAllConnections();
    await new Promise((resolve) => listener.close(resolve));
    const answer = JSON.parse(await run('update', '--json'));
    expect(answer).toMatchObject({
      result: 'unreachable',
      code: 'UPLINK_UNREACHABLE',
      sequence: 2,
    });
    expect(process.exitCode).toBe(1);
  });

  it('needs no secret of a SAM that is encrypted', async () => {
    const secret = { by: 'key-file', bytes: new Uint8Array(32).fill(3) } as const;
    const random = seededRandom('sam');
    await encryptSamFile(terminalFolder(path).samPath, samKeys('pos', 7), { secret, random });
    expect(await importFile('first')).toBe('Hot list 1 is here now: 43 cards.\n');
  });

  it('ends with status 3 where it refuses, and says why', async () => {
    expect(await importFile('delta')).toMatch(/^Refused: HOTLIST_GAP, .*no list\n$/);
    expect(process.exitCode).toBe(3);
  });
});
