import { z } from 'zod';
import { CARD_KEY_LABELS, KEY_BYTES } from '#purse/card-key';
import {
  type CardMasters,
  Keystore,
  type KeystoreContent,
  SIGNING_SEED_BYTES,
} from './keystore.ts';
import { KeystoreError } from './keystore-error.ts';

const masterKey = hexBytes(KEY_BYTES);

const generation = z.strictObject({
  keyVersion: z.int().min(1).max(0xff),
  masters: z.strictObject({
    LOAD: masterKey,
    VOID: masterKey,
    DEBI: masterKey,
    HIST: masterKey,
    DATW: masterKey,
    DATR: masterKey,
    CERR: masterKey,
    VALW: masterKey,
    BLOK: masterKey,
    INDV: masterKey,
    CERT: masterKey,
  }),
});

const keystoreFile = z
  .strictObject({
    version: z.literal(1),
    issuerId: z.int().min(1).max(0xffff),
    keyVersion: z.int().min(1).max(0xff),
    generations: z.array(generation).min(1).max(0xff),
    samMaster: masterKey,
    signingSeed: hexBytes(SIGNING_SEED_BYTES),
  })
  .refine(
    ({ keyVersion, generations }) => generations.some((one) => one.keyVersion === keyVersion),
    { path: ['keyVersion'], message: 'has no masters' },
  );

/** Throws {@link KeystoreError}. */
export function parseKeystore(text: string): Keystore {
  const parsed = keystoreFile.safeParse(jsonOf(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const message = `keystore ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
    throw new KeystoreError('KEYSTORE_INVALID', message);
  }
  const { issuerId, keyVersion, generations, samMaster, signingSeed } = parsed.data;
  const masters = new Map<number, CardMasters>(
    generations.map((one) => [one.keyVersion, one.masters]),
  );
  return new Keystore({ issuerId, keyVersion, generations: masters, samMaster, signingSeed });
}

/** The inverse of {@link parseKeystore}: the text holds every key of the issuer. */
export function formatKeystore(content: KeystoreContent): string {
  const file = {
    version: 1,
    issuerId: content.issuerId,
    keyVersion: content.keyVersion,
    generations: [...content.generations].map(([keyVersion, masters]) => ({
      keyVersion,
      masters: Object.fromEntries(CARD_KEY_LABELS.map((label) => [label, hexOf(masters[label])])),
    })),
    samMaster: hexOf(content.samMaster),
    signingSeed: hexOf(content.signingSeed),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

function hexBytes(byteCount: number): z.ZodType<Uint8Array, string> {
  return z
    .string()
    .regex(new RegExp(`^[0-9a-f]{${2 * byteCount}}$`), `expected ${2 * byteCount} hex digits`)
    .transform((hex) => Uint8Array.from(Buffer.from(hex, 'hex')));
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The parser's own message would quote the text. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
