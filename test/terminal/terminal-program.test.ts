import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hexToBytes } from '@noble/ciphers/utils.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { milliseconds, yen } from '#units';
import { createTerminalFolder, type TerminalFolder } from '../../terminal/config.ts';
import { EmulatedReader } from '../../terminal/reader/emulated-reader.ts';
import { TerminalProgram } from '../../terminal/terminal-program.ts';
import { issuedCard, NOON } from '../scheme.ts';
import batch from '../vectors/batch.json' with { type: 'json' };
import vectors from '../vectors/hotlist.json' with { type: 'json' };
import { samFileText } from './sam-file-text.ts';

const CONFIG = {
  terminalId: 9,
  merchantId: 1001,
  merchantName: 'Kissa',
  issuerUrl: 'http://127.0.0.1:9',
  amountMax: 30_000,
};

let base: string;
let folder: TerminalFolder;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'kazasu-program-'));
  folder = createTerminalFolder(join(base, 'terminal'), CONFIG);
  writeFileSync(folder.samPath, samFileText('load', 9));
  const { publicKey } = generateKeyPairSync('ed25519');
  writeFileSync(folder.issuerKeyPath, publicKey.export({ type: 'spki', format: 'pem' }));
});

afterEach(() => rmSync(base, { recursive: true }));

describe('terminal program', () => {
  it('opens its folder, loads a card, closes the batch and keeps it while nobody answers', async () => {
    const program = await TerminalProgram.open(folder, () => NOON);
    const reader = new EmulatedReader();
    reader.present(issuedCard(1));
    const request = { saleId: 'load 1', kind: 'load', amount: yen(1_000) } as const;
    const outcome = await program.at(reader).tap(request, milliseconds(0));
    expect(outcome).toMatchObject({ outcome: 'approved' });
    expect(await program.closeBatches()).toMatchObject([{ number: 1 }]);
    expect(await program.closeBatches()).toEqual([]);
    expect(await program.upload()).toMatchObject([{ result: 'unreachable', batchNumber: 1 }]);
    await program.close();
  });

  it('keeps the limits of its folder', async () => {
    const limits = { offlineTotalMax: 1_500, hotListHoursMax: 24 };
    writeFileSync(folder.configPath, JSON.stringify({ version: 1, ...CONFIG, limits }));
    writeFileSync(folder.issuerKeyPath, batch.publicKeyPem);
    const load = async (saleId: string): Promise<unknown> => {
      const program = await TerminalProgram.open(folder, () => NOON);
      const reader = new EmulatedReader();
      reader.present(issuedCard(1));
      const request = { saleId, kind: 'load', amount: yen(1_000) } as const;
      const outcome = await program.at(reader).tap(request, milliseconds(0));
      await program.close();
      return outcome;
    };
    expect(await load('load 1')).toMatchObject({ reason: 'hot-list-too-old' });
    writeFileSync(folder.hotListPath, hexToBytes(vectors.first.list));
    expect(await load('load 2')).toMatchObject({ outcome: 'approved' });
    expect(await load('load 3')).toMatchObject({ reason: 'over-offline-total' });
  });

  it('refuses a card of the hot list in its folder, and none but that', async () => {
    writeFileSync(folder.issuerKeyPath, batch.publicKeyPem);
    writeFileSync(folder.hotListPath, hexToBytes(vectors.first.list));
    const program = await TerminalProgram.open(folder, () => NOON);
    for (const [number, expected] of [
      [7, { reason: 'card-hot-listed' }],
      [8, { outcome: 'approved' }],
    ] as const) {
      const reader = new EmulatedReader();
      reader.present(issuedCard(number));
      const request = { saleId: `load ${number}`, kind: 'load', amount: yen(1_000) } as const;
      const outcome = await program.at(reader).tap(request, milliseconds(0));
      expect(outcome).toMatchObject(expected);
    }
    await program.close();
  });

  it('takes a new hot list while it runs, and gives none up for less', async () => {
    writeFileSync(folder.issuerKeyPath, batch.publicKeyPem);
    const program = await TerminalProgram.open(folder, () => NOON);
    const reader = new EmulatedReader();
    const terminal = program.at(reader);
    const load = async (saleId: string): Promise<unknown> => {
      reader.present(issuedCard(7));
      const request = { saleId, kind: 'load', amount: yen(1_000) } as const;
      const outcome = await terminal.tap(request, milliseconds(0));
      reader.remove();
      return outcome;
    };
    const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await load('load 1')).toMatchObject({ outcome: 'approved' });
    writeFileSync(folder.hotListPath, hexToBytes(vectors.first.list));
    expect(await load('load 2')).toMatchObject({ reason: 'card-hot-listed' });
    expect(told).not.toHaveBeenCalled();
    writeFileSync(folder.hotListPath, 'damaged');
    expect(await load('load 3')).toMatchObject({ reason: 'card-hot-listed' });
    expect(await load('load 4')).toMatchObject({ reason: 'card-hot-listed' });
    expect(told.mock.calls).toEqual([
      [expect.stringMatching(/HOTLIST_DAMAGED.*goes on with list 1\n/)],
    ]);
    rmSync(folder.hotListPath);
    expect(await load('load 5')).toMatchObject({ reason: 'card-hot-listed' });
    told.mockRestore();
    await program.close();
  });

  it('keeps to the ceilings of its SAM file, over a restart and without an upload', async () => {
    const file = JSON.parse(readFileSync(folder.samPath, 'utf8'));
    const ceilings = { count: 100, amount: 1_500 };
    writeFileSync(folder.samPath, JSON.stringify({ ...file, ceilings }));
    const loadOnce = async (saleId: string): Promise<unknown> => {
      const program = await TerminalProgram.open(folder, () => NOON);
      const reader = new EmulatedReader();
      reader.present(issuedCard(1));
      const request = { saleId, kind: 'load', amount: yen(1_000) } as const;
      const outcome = await program.at(reader).tap(request, milliseconds(0));
      await program.closeBatches();
      await program.upload();
      await program.close();
      return outcome;
    };
    expect(await loadOnce('load 1')).toMatchObject({ outcome: 'approved' });
    expect(await loadOnce('load 2')).toMatchObject({ reason: 'sam-ceiling-reached' });
  });

  it('reads what is on a card without writing', async () => {
    const program = await TerminalProgram.open(folder, () => NOON);
    const reader = new EmulatedReader();
    const terminal = program.at(reader);
    expect(await terminal.readCard(milliseconds(0))).toMatchObject({ reason: 'no-card' });
    reader.present(issuedCard(1));
    expect(await terminal.readCard(milliseconds(0))).toMatchObject({
      reading: { snapshot: { purse: { balance: 0 } } },
    });
    expect(await program.journal.unresolvedIntents()).toEqual([]);
    await program.close();
  });
});

describe('a key of the wrong kind', () => {
  it('is named by its file, and nothing is closed or uploaded', async () => {
    const program = await TerminalProgram.open(folder, () => NOON);
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(folder.privateKeyPath, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(folder.issuerKeyPath, publicKey.export({ type: 'spki', format: 'pem' }));
    await expect(program.closeBatches()).rejects.toThrow(/terminal-key\.pem: expected an Ed25519/);
    await expect(program.upload()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    writeFileSync(folder.issuerKeyPath, 'not a key');
    await expect(program.upload()).rejects.toThrow(/issuer-public\.pem/);
    await program.close();
  });
});
