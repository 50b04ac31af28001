import { describe, expect, it } from 'vitest';
import {
  decryptContent,
  type EncryptedContent,
  encryptContent,
  type FileSecret,
  SCRYPT_COST_MIN,
} from '../../../card-emulator/purse/file-encryption.ts';
import { seededRandom } from '../../scheme.ts';

const PUBLIC_TEXT = { purpose: 'kazasu test', fields: [1, 'a'] };
const SECRET: FileSecret = { by: 'key-file', bytes: seededRandom('key file')(32) };
const PASSPHRASE: FileSecret = { by: 'passphrase', bytes: new TextEncoder().encode('tap') };
const plain = (): Uint8Array => Uint8Array.of(1, 2, 3);

function encrypted(bytes: Uint8Array, secret: FileSecret = SECRET): Promise<EncryptedContent> {
  const random = seededRandom('encrypt');
  return encryptContent(bytes, PUBLIC_TEXT, { secret, random, cost: SCRYPT_COST_MIN });
}

describe('the content of an encrypted file', () => {
  it.each([SECRET, PASSPHRASE])('is opened by its $by, and was erased before', async (secret) => {
    const bytes = plain();
    const content = await encrypted(bytes, secret);
    expect(bytes).toEqual(new Uint8Array(3));
    const opened = await decryptContent(content, PUBLIC_TEXT, secret);
    if (opened.result === 'refused') throw new Error(opened.reason);
    expect([...opened.plain]).toEqual([1, 2, 3]);
  });

  it.each([
    ['of another purpose', { ...PUBLIC_TEXT, purpose: 'kazasu SAM' }, 'secret-wrong'],
    ['with a public field changed', { ...PUBLIC_TEXT, fields: [2, 'a'] }, 'tampered'],
    ['with a public field more', { ...PUBLIC_TEXT, fields: [1, 'a', 0] }, 'tampered'],
  ])('is refused in a file %s', async (_what, publicText, reason) => {
    const content = await encrypted(plain());
    expect(await decryptContent(content, publicText, SECRET)).toEqual({
      result: 'refused',
      reason,
    });
  });

  it('is refused where it was cut or changed, and not opened by another secret', async () => {
    const content = await encrypted(plain());
    const open = (
      change: Partial<EncryptedContent>,
      secret: FileSecret = SECRET,
    ): Promise<unknown> => decryptContent({ ...content, ...change }, PUBLIC_TEXT, secret);
    const tampered = { result: 'refused', reason: 'tampered' };
    expect(await open({ sealed: '' })).toEqual(tampered);
    expect(await open({ nonce: '00'.repeat(12) })).toEqual(tampered);
    const wrong = { result: 'refused', reason: 'secret-wrong' };
    expect(await open({}, { by: 'key-file', bytes: new Uint8Array(32) })).toEqual(wrong);
    expect(await open({}, PASSPHRASE)).toEqual(wrong);
  });

  it('takes no key file of another length', async () => {
    const secret: FileSecret = { by: 'key-file', bytes: new Uint8Array(31) };
    await expect(encrypted(plain(), secret)).rejects.toThrow('expected 32 bytes, got 31');
  });
});
