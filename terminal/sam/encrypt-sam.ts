import { existsSync } from 'node:fs';
import { type EncryptOptions, KEY_FILE_BYTES } from '#purse/file-encryption';
import { openSamEnvelope, parseSamEnvelope, sealSamEnvelope } from '#purse/sam-envelope';
import { makeDurably, writeDurably } from '../durable-file.ts';
import { parseJson } from '../json-text.ts';
import { SamError } from './sam-error.ts';
import { type SamKeys, samKeyEntriesOf } from './sam-file.ts';
import { readKeyFile } from './sam-secret.ts';

/**
 * Puts an encrypted SAM file in the place of the one at `path`. It is opened once before, so that no
 * key is lost to a file that nobody can read; then the old one is gone.
 */
export async function encryptSamFile(
  path: string,
  keys: SamKeys,
  options: EncryptOptions,
): Promise<void> {
  const publicPart = { ...keys, ceilings: keys.ceilings };
  const text = await sealSamEnvelope(publicPart, samKeyEntriesOf(keys), options);
  const parsed = parseSamEnvelope(parseJson(text));
  if ('fault' in parsed) throw new RangeError(`SAM file ${parsed.fault}`);
  const opened = await openSamEnvelope(parsed.envelope, options.secret);
  if (opened.result === 'refused') {
    throw new SamError('SAM_FILE_TAMPERED', 'the encrypted file could not be read back');
  }
  writeDurably(path, text);
}

/** The key in the file, which is made if it is not there. */
export function newOrOldKeyFile(
  path: string,
  random: (byteCount: number) => Uint8Array,
): Uint8Array {
  if (!existsSync(path)) makeDurably(path, () => random(KEY_FILE_BYTES));
  return readKeyFile(path);
}
