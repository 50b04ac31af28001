import { describe, expect, it } from 'vitest';
import { type FileSecret, SCRYPT_COST_MIN } from '../../../card-emulator/purse/file-encryption.ts';
import {
  openSamEnvelope,
  parseSamEnvelope,
  type SamEnvelope,
  sealSamEnvelope,
} from '../../../card-emulator/purse/sam-envelope.ts';
import { bytesFrom, seededRandom } from '../../scheme.ts';
import vector from '../../vectors/sam-envelope.json' with { type: 'json' };

const PUBLIC_PART = {
  kind: 'pos',
  samId: 7,
  issuerId: 81,
  keyVersion: 2,
  ceilings: { count: 100, amount: 50_000 },
};
const ENTRIES = [
  { version: 2, label: 'DEBI', key: bytesFrom('debit') },
  { version: 0, label: 'SAMR', key: bytesFrom('record') },
];
const PASSPHRASE: FileSecret = { by: 'passphrase', bytes: new TextEncoder().encode('a tap a day') };
const KEY_FILE: FileSecret = { by: 'key-file', bytes: seededRandom('key file')(32) };

async function sealed(secret: FileSecret): Promise<SamEnvelope> {
  const random = seededRandom('seal');
  const text = await sealSamEnvelope(PUBLIC_PART, ENTRIES, {
    secret,
    random,
    cost: SCRYPT_COST_MIN,
  });
  return parsed(JSON.parse(text));
}

function parsed(value: unknown): SamEnvelope {
  const result = parseSamEnvelope(value);
  if ('envelope' in result) return result.envelope;
  throw new Error(result.fault);
}

describe('an encrypted SAM file', () => {
  it.each([PASSPHRASE, KEY_FILE])('is opened by the $by it was sealed with', async (secret) => {
    const envelope = await sealed(secret);
    expect(envelope).toMatchObject(PUBLIC_PART);
    expect(await openSamEnvelope(envelope, secret)).toEqual({ result: 'opened', entries: ENTRIES });
  });

  it('shows no key', async () => {
    const text = JSON.stringify(await sealed(KEY_FILE));
    for (const { key } of ENTRIES) {
      expect(text).not.toContain(Buffer.from(key).toString('hex'));
      expect(text).not.toContain(Buffer.from(key).toString('base64').slice(0, 16));
    }
  });

  it.each([
    { by: 'passphrase', bytes: new TextEncoder().encode('a tap a dax') },
    KEY_FILE,
  ] as const)('is not opened by another secret', async (other) => {
    expect(await openSamEnvelope(await sealed(PASSPHRASE), other)).toEqual({
      result: 'refused',
      reason: 'secret-wrong',
    });
  });

  it.each([
    { kind: 'load' },
    { samId: 8 },
    { issuerId: 82 },
    { keyVersion: 3 },
    { ceilings: { count: 101, amount: 50_000 } },
    { ceilings: { count: 100, amount: 60_000 } },
    { ceilings: undefined },
    { nonce: '00'.repeat(12) },
    { sealed: 'AAAA' },
  ])('is refused as tampered with %j', async (change) => {
    const envelope = parsed({ ...(await sealed(KEY_FILE)), ...change });
    expect(await openSamEnvelope(envelope, KEY_FILE)).toEqual({
      result: 'refused',
      reason: 'tampered',
    });
  });

  it('is refused as tampered with any one bit of its secret part changed', async () => {
    const envelope = await sealed(KEY_FILE);
    const bytes = Buffer.from(envelope.sealed, 'base64');
    for (const index of bytes.keys()) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 0x10;
      const opened = await openSamEnvelope(
        { ...envelope, sealed: changed.toString('base64') },
        KEY_FILE,
      );
      expect(opened).toMatchObject({ reason: 'tampered' });
    }
  });

  it.each([
    ['weakened', { n: 2 ** 13 }],
    ['exhausting', { n: 2 ** 19 }],
    ['no power of two', { n: 2 ** 14 + 1 }],
    ['of another r', { r: 16 }],
  ])('with a scrypt that is %s is not even tried', async (_, change) => {
    const envelope = await sealed(PASSPHRASE);
    const result = parseSamEnvelope({ ...envelope, unlock: { ...envelope.unlock, ...change } });
    expect(result).toMatchObject({ fault: expect.stringMatching(/^unlock\.[nr]/) });
  });

  it('opens bytes of another program: scrypt, HMAC and AES-GCM of Python', async () => {
    const { file, passphrase, entries } = vector;
    const secret = { by: 'passphrase', bytes: new TextEncoder().encode(passphrase) } as const;
    const expected = entries.map((entry) => ({
      ...entry,
      key: Uint8Array.from(Buffer.from(entry.key, 'hex')),
    }));
    expect(await openSamEnvelope(parsed(file), secret)).toEqual({
      result: 'opened',
      entries: expected,
    });
  });
});
