import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issuerPublicKey, terminalPrivateKey } from '../../terminal/batch/terminal-key.ts';
import { createTerminalFolder, readTerminalConfig, terminalFolder } from '../../terminal/config.ts';
import { limitsFile, usualLimits } from '../../terminal/limits-file.ts';

const CONFIG = {
  terminalId: 9,
  merchantId: 1001,
  merchantName: 'Kissa',
  issuerUrl: 'http://127.0.0.1:9',
  amountMax: 30_000,
};

let path: string;

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'kazasu-config-')), 'terminal');
});

afterEach(() => rmSync(join(path, '..'), { recursive: true }));

const rightsOf = (file: string): number => statSync(file).mode & 0o777;

describe('a new terminal folder', () => {
  it('is open to its owner only, even where the folder was there before', () => {
    mkdirSync(path);
    chmodSync(path, 0o755);
    const folder = createTerminalFolder(path, CONFIG);
    expect(rightsOf(path)).toBe(0o700);
    expect(rightsOf(folder.privateKeyPath)).toBe(0o600);
  });

  it('has a key pair whose halves belong together', () => {
    const folder = createTerminalFolder(path, CONFIG);
    const ownKey = terminalPrivateKey(readFileSync(folder.privateKeyPath, 'utf8'));
    const derived = issuerPublicKey(ownKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    const stored = issuerPublicKey(readFileSync(folder.publicKeyPath, 'utf8'));
    expect(stored.equals(derived)).toBe(true);
  });

  it('leaves the key of the terminal that is there as it was', () => {
    const { privateKeyPath } = createTerminalFolder(path, CONFIG);
    const before = readFileSync(privateKeyPath, 'utf8');
    expect(() => createTerminalFolder(path, CONFIG)).toThrow(/exists already/);
    expect(readFileSync(privateKeyPath, 'utf8')).toBe(before);
  });

  it('is not made where an interrupted one, or only a key, lies: it says what to take away', () => {
    const { configPath, privateKeyPath } = createTerminalFolder(path, CONFIG);
    const create = (): unknown => createTerminalFolder(path, CONFIG);
    writeFileSync(configPath, '');
    const interrupted = { code: 'CONFIG_EXISTS', message: expect.stringContaining('interrupted') };
    expect(create).toThrow(expect.objectContaining(interrupted));
    rmSync(configPath);
    expect(create).toThrow(expect.objectContaining(interrupted));
    expect(create).toThrow(privateKeyPath);
  });

  it('is not made at all where a field is wrong', () => {
    expect(() => createTerminalFolder(path, { ...CONFIG, merchantId: 0 })).toThrow(/merchantId/);
    expect(() => statSync(path)).toThrow(/ENOENT/);
  });
});

describe('configuration', () => {
  it('is read back as it was made', () => {
    const folder = createTerminalFolder(path, CONFIG);
    const limits = limitsFile.parse(usualLimits(CONFIG.amountMax));
    expect(readTerminalConfig(folder)).toEqual({ version: 1, ...CONFIG, limits });
    const written = JSON.parse(readFileSync(folder.configPath, 'utf8'));
    expect(written).toEqual({ version: 1, ...CONFIG, limits: usualLimits(CONFIG.amountMax) });
  });

  it('without limits has the usual ones, and none only where somebody wrote that', () => {
    const folder = createTerminalFolder(path, CONFIG);
    const read = (file: unknown): unknown => {
      writeFileSync(folder.configPath, JSON.stringify(file));
      return readTerminalConfig(folder).limits;
    };
    expect(read({ version: 1, ...CONFIG })).toMatchObject({ offlineCountMax: 5_000 });
    expect(read({ version: 1, ...CONFIG, limits: {} })).toEqual({});
    expect(read({ version: 1, ...CONFIG, limits: { loadQuota: 1 } })).toEqual({ loadQuota: 1 });
  });

  it('names the field that is wrong, and the file that is missing', () => {
    const folder = createTerminalFolder(path, CONFIG);
    const text = readFileSync(folder.configPath, 'utf8');
    writeFileSync(folder.configPath, text.replace('"terminalId": 9', '"terminalId": 16777216'));
    expect(() => readTerminalConfig(folder)).toThrow(/terminalId/);
    writeFileSync(folder.configPath, '{');
    expect(() => readTerminalConfig(folder)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
    rmSync(folder.configPath);
    expect(() => readTerminalConfig(folder)).toThrow(/kazasu terminal init/);
  });

  it('takes no address that is no web address', () => {
    const ftp = { ...CONFIG, issuerUrl: 'ftp://x' };
    expect(() => createTerminalFolder(path, ftp)).toThrow(/issuerUrl/);
  });

  it.each([
    ['terminalId', 1, 16_777_215],
    ['merchantId', 1, 0xffff_ffff],
    ['amountMax', 1, 16_777_215],
  ])('takes %s from %i to %i', (field, least, most) => {
    const folder = terminalFolder(path);
    mkdirSync(path);
    const read = (value: number): unknown => {
      const file = { version: 1, ...CONFIG, [field]: value };
      writeFileSync(folder.configPath, JSON.stringify(file));
      return readTerminalConfig(folder);
    };
    expect(read(least)).toMatchObject({ [field]: least });
    expect(read(most)).toMatchObject({ [field]: most });
    for (const value of [least - 1, most + 1, 1.5]) expect(() => read(value)).toThrow(field);
  });

  it('with a field that nobody knows is refused: it may be a limit that was misspelt', () => {
    const folder = createTerminalFolder(path, CONFIG);
    const file = { version: 1, ...CONFIG, amountMaximum: 1 };
    writeFileSync(folder.configPath, JSON.stringify(file));
    expect(() => readTerminalConfig(folder)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});

describe('a key', () => {
  it('of another kind than Ed25519 is refused', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(() => terminalPrivateKey(privatePem)).toThrow('key: expected ed25519, got ec');
    expect(() => issuerPublicKey(publicPem)).toThrow('key: expected ed25519, got ec');
  });
});
