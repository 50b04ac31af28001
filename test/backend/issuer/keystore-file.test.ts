import { describe, expect, it } from 'vitest';
import { generateKeystore } from '../../../backend/issuer/keystore.ts';
import { formatKeystore, parseKeystore } from '../../../backend/issuer/keystore-file.ts';
import { seededRandom } from '../../scheme.ts';

const KEYSTORE = generateKeystore(81, seededRandom('keystore'));
const TEXT = formatKeystore(KEYSTORE.reveal());

describe('keystore file', () => {
  it('gives back what was written', () => {
    const parsed = parseKeystore(TEXT);
    expect(parsed.reveal()).toEqual(KEYSTORE.reveal());
    expect(formatKeystore(parsed.reveal())).toBe(TEXT);
  });

  it.each([
    ['another version', TEXT.replace('"version": 1', '"version": 2'), 'version'],
    ['an issuer id out of range', TEXT.replace('"issuerId": 81', '"issuerId": 0'), 'issuerId'],
    ['a key version without masters', TEXT.replace('"keyVersion": 1,', '"keyVersion": 2,'), 'keyV'],
    ['a master less', TEXT.replace(/ *"VOID": .*\n/, ''), 'generations.0.masters.VOID'],
    ['a short key', TEXT.replace(/("samMaster": ".{30}).."/, '$1"'), 'samMaster'],
    ['a field more', TEXT.replace('"version"', '"comment": "x", "version"'), ''],
    ['no JSON', 'issuer', ''],
  ])('refuses %s and names the field', (_what, text, field) => {
    expect(() => parseKeystore(text)).toThrow(
      expect.objectContaining({
        code: 'KEYSTORE_INVALID',
        message: expect.stringContaining(`keystore ${field}`),
      }),
    );
  });

  it('never quotes the file: it is keys', () => {
    const key = Buffer.from(KEYSTORE.masters.LOAD).toString('hex');
    for (const text of [TEXT.replace(key, `${key}0`), TEXT.replace('}', '')]) {
      expect(() => parseKeystore(text)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining(key.slice(0, 8)) }),
      );
    }
  });
});
