import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  backendFolder,
  createBackendFolder,
  readOperatorToken,
  readPartyTokens,
  readText,
  writeNewFile,
} from '../../backend/config.ts';
import { openKeystore } from '../../backend/open-keystore.ts';
import { PLAIN_KEYSTORE, seededRandom } from '../scheme.ts';

describe('data directory', () => {
  let parent: string;
  let path: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'kazasu-'));
    path = join(parent, 'office');
  });
  afterEach(() => rmSync(parent, { recursive: true }));
  const create = (seed = 'issuer') => createBackendFolder(path, 81, seededRandom(seed));

  it('is its owner’s, and so is every secret in it', () => {
    const folder = create();
    expect(statSync(path).mode & 0o777).toBe(0o700);
    for (const secret of [folder.keystorePath, folder.operatorTokenPath]) {
      expect(statSync(secret).mode & 0o777).toBe(0o600);
    }
    expect(readdirSync(path).sort()).toEqual([
      'issuer-keys.json',
      'issuer-public.pem',
      'operator-token',
    ]);
  });

  it('holds the keys, their public half and a token that cannot be guessed', async () => {
    const folder = create();
    const keystore = await openKeystore(folder, PLAIN_KEYSTORE);
    expect(keystore.issuerId).toBe(81);
    expect(readText(folder.publicKeyPath, '')).toBe(keystore.publicKeyPem);
    expect(readOperatorToken(folder)).toMatch(/^[\w-]{43}$/);
  });

  it('gets the tokens of the carrier when they are asked for, once', () => {
    const folder = create();
    const tokens = readPartyTokens(folder, seededRandom('carrier'));
    expect(new Set([...Object.values(tokens), readOperatorToken(folder)]).size).toBe(5);
    expect(readPartyTokens(folder, seededRandom('another'))).toEqual(tokens);
    for (const secret of [
      folder.carrierTokenPath,
      folder.paymentTokenPath,
      folder.channelTokenPath,
    ]) {
      expect(statSync(secret).mode & 0o777).toBe(0o600);
    }
  });

  it('is never made over an existing one', () => {
    const folder = create();
    const [keys, token] = [readText(folder.keystorePath, ''), readOperatorToken(folder)];
    expect(() => create('another')).toThrow(expect.objectContaining({ code: 'CONFIG_EXISTS' }));
    expect(readText(folder.keystorePath, '')).toBe(keys);
    expect(readOperatorToken(folder)).toBe(token);
  });

  it('is made by one of two commands at once, and its public key belongs to its keys', async () => {
    const refusals: unknown[] = [];
    const random = seededRandom('first');
    // The second one begins while the first makes its keys.
    const folder = createBackendFolder(path, 81, (byteCount) => {
      if (refusals.length === 0) refusals.push(refusalOf(() => create('second')));
      return random(byteCount);
    });
    expect(refusals).toEqual(['KEYSTORE_BUSY']);
    const keystore = await openKeystore(folder, PLAIN_KEYSTORE);
    expect(readText(folder.publicKeyPath, '')).toBe(keystore.publicKeyPem);
  });

  it('can be made after an attempt that failed', async () => {
    const failing = (): never => {
      throw new Error('no entropy');
    };
    expect(() => createBackendFolder(path, 81, failing)).toThrow('no entropy');
    expect((await openKeystore(create(), PLAIN_KEYSTORE)).issuerId).toBe(81);
  });

  it('can be made where an earlier attempt stopped before the keys were written', async () => {
    const folder = create();
    rmSync(folder.keystorePath);
    const keystore = await openKeystore(create('another'), PLAIN_KEYSTORE);
    expect(keystore.issuerId).toBe(81);
  });

  it('says what to do where it is missing', async () => {
    await expect(openKeystore(backendFolder(path), PLAIN_KEYSTORE)).rejects.toThrow(
      expect.objectContaining({
        code: 'CONFIG_MISSING',
        message: expect.stringContaining('make it with `kazasu backend init`'),
      }),
    );
  });

  it('writes no file over another', () => {
    const file = join(parent, 'sam.json');
    writeFileSync(file, 'the only keys');
    expect(() => writeNewFile(file, 'others')).toThrow(
      expect.objectContaining({ code: 'CONFIG_EXISTS' }),
    );
    expect(readText(file, '')).toBe('the only keys');
  });
});

function refusalOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}
