import { createHash } from 'node:crypto';
import type { IDm } from '../felica/identifiers.ts';
import { CARD_KEY_LABELS, type CardKeyLabel, deriveCardKey, KEY_BYTES } from '../purse/card-key.ts';

/**
 * The keys of every card that is built for a test. THEY ARE PUBLIC: whoever reads this page has them,
 * so no card, terminal or backend outside a test may hold one of them.
 */
export interface TestKeys {
  /** The issuer of the purse cards, and the generation of its keys. */
  readonly issuerId: number;
  readonly keyVersion: number;
  /** The master key of each right, 16 bytes; a terminal gets the masters of what it may do. */
  readonly masters: Readonly<Record<CardKeyLabel, Uint8Array>>;
  /** Of every system, area and service of the other cards: 16 bytes for AES, 8 for DES. */
  readonly aesKey: Uint8Array;
  readonly desKey: Uint8Array;
}

const DES_KEY_BYTES = 8;

export const testKeys: TestKeys = {
  issuerId: 81,
  keyVersion: 1,
  masters: recordOf((label) => bytesOf(`master ${label}`, KEY_BYTES)),
  aesKey: bytesOf('AES key', KEY_BYTES),
  desKey: bytesOf('DES key', DES_KEY_BYTES),
};

/** The key that the purse card with this IDm has for one right, under the test keys. */
export function testCardKey(label: CardKeyLabel, idm: IDm): Uint8Array {
  const version = testKeys.keyVersion;
  return deriveCardKey(testKeys.masters[label], { label, idm, version });
}

/**
 * Bytes that look random and are the same in every run. For tests alone: whoever knows the seed knows
 * all of them, and with them every session of the card.
 */
export function seededRandom(seed: string): (byteCount: number) => Uint8Array {
  let drawCount = 0;
  return (byteCount) => {
    drawCount += 1;
    return bytesOf(`${seed} ${drawCount}`, byteCount);
  };
}

/** One value for each right. */
export function recordOf<Value>(
  create: (label: CardKeyLabel) => Value,
): Readonly<Record<CardKeyLabel, Value>> {
  const entries = CARD_KEY_LABELS.map((label) => [label, create(label)]);
  return Object.fromEntries(entries) as Record<CardKeyLabel, Value>;
}

/** As many bytes as asked for: the first come from the text itself, the others from each digest. */
function bytesOf(text: string, byteCount: number): Uint8Array {
  const bytes = new Uint8Array(byteCount);
  let digest = sha256(text);
  for (let offset = 0; offset < byteCount; offset += digest.length) {
    if (offset > 0) digest = sha256(digest);
    bytes.set(digest.subarray(0, byteCount - offset), offset);
  }
  return bytes;
}

function sha256(data: string | Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}
