import { z } from 'zod';
import {
  decryptContent,
  ENCRYPTED_CONTENT,
  type EncryptedContent,
  type EncryptOptions,
  encryptContent,
  type FileSecret,
  type PublicText,
} from '#purse/file-encryption';
import type { Keystore } from './keystore.ts';
import { KeystoreError } from './keystore-error.ts';
import { formatKeystore, parseKeystore } from './keystore-file.ts';

/** The encrypted keystore ("version 2"): what is encrypted is the text of the plain one. */
export interface KeystoreEnvelope extends EncryptedContent {
  readonly version: 2;
  readonly issuerId: number;
}

/** A keystore as it stands on disk. */
export type KeystoreFile =
  | { readonly form: 'plain'; readonly keystore: Keystore }
  | { readonly form: 'encrypted'; readonly envelope: KeystoreEnvelope };

const versionOnly = z.object({ version: z.literal(2) });

const envelopeFile = z.strictObject({
  version: z.literal(2),
  issuerId: z.int().min(1).max(0xffff),
  ...ENCRYPTED_CONTENT,
});

/** Reads the text of a keystore of either version. Throws {@link KeystoreError} `KEYSTORE_INVALID`. */
export function parseKeystoreFile(text: string): KeystoreFile {
  const value = jsonOf(text);
  if (!versionOnly.safeParse(value).success) {
    return { form: 'plain', keystore: parseKeystore(text) };
  }
  const parsed = envelopeFile.safeParse(value);
  if (parsed.success) return { form: 'encrypted', envelope: parsed.data };
  const [issue] = parsed.error.issues;
  const message = `keystore ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
  throw new KeystoreError('KEYSTORE_INVALID', message);
}

/** The text of an encrypted keystore. */
export async function encryptKeystore(
  keystore: Keystore,
  options: EncryptOptions,
): Promise<string> {
  const { issuerId } = keystore;
  const plain = new TextEncoder().encode(formatKeystore(keystore.reveal()));
  const content = await encryptContent(plain, publicText(issuerId), options);
  const envelope: KeystoreEnvelope = { version: 2, issuerId, ...content };
  return `${JSON.stringify(envelope, null, 2)}\n`;
}

/** Rejects with {@link KeystoreError}: `KEYSTORE_SECRET_WRONG`, `KEYSTORE_TAMPERED`. */
export async function decryptKeystore(
  envelope: KeystoreEnvelope,
  secret: FileSecret,
): Promise<Keystore> {
  const decrypted = await decryptContent(envelope, publicText(envelope.issuerId), secret);
  if (decrypted.result === 'opened') {
    const text = new TextDecoder().decode(decrypted.plain);
    decrypted.plain.fill(0);
    return parseKeystore(text);
  }
  throw decrypted.reason === 'tampered'
    ? new KeystoreError('KEYSTORE_TAMPERED', 'the keystore was changed after it was encrypted')
    : new KeystoreError('KEYSTORE_SECRET_WRONG', `another ${secret.by} than the keystore's`);
}

function publicText(issuerId: number): PublicText {
  return { purpose: 'kazasu issuer keys', fields: [2, issuerId] };
}

/** `undefined` for no JSON: the parser's own message would quote the text. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
