import { cmac } from '@noble/ciphers/aes.js';
import { concatBytes } from '@noble/ciphers/utils.js';
import { requireLength } from '../felica/byte-field.ts';
import type { IDm } from '../felica/identifiers.ts';

export const KEY_BYTES = 16;

export const CARD_KEY_LABELS = [
  'LOAD',
  'VOID',
  'DEBI',
  'HIST',
  'DATW',
  'DATR',
  'CERR',
  'VALW',
  'BLOK',
  'INDV',
  'CERT',
] as const;

/**
 * One label a right, and the issuer holds one master key a label: a terminal that is given the
 * masters of some labels has exactly those rights, on every card.
 *
 * | label | the key of |
 * |---|---|
 * | `LOAD` | service 1010, purse direct |
 * | `VOID` | service 1012, cashback and decrement |
 * | `DEBI` | service 1014, decrement |
 * | `HIST` | service 104C, history read and write |
 * | `DATW` | service 1088, card data read and write |
 * | `DATR` | service 108A, card data read |
 * | `CERR` | service 10CA, certificate read |
 * | `VALW` | service 1110, validity purse direct |
 * | `BLOK` | service 1114, validity purse decrement: it blocks and never unblocks |
 * | `INDV` | the individual key of mutual authentication |
 * | `CERT` | the transaction certificate: the issuer's and the card's alone |
 */
export type CardKeyLabel = (typeof CARD_KEY_LABELS)[number];

export interface CardKeyContext {
  readonly label: CardKeyLabel;
  readonly idm: IDm;
  /** The key generation, 1 to 255. */
  readonly version: number;
}

/**
 * The card's own key for one right.
 *
 * `AES-CMAC(master; 01 ‖ label ‖ 00 ‖ IDm ‖ version ‖ 80)`: the counter mode of NIST SP 800-108
 * with one round, whose input is exactly one AES block (`80` is the key length, 128 bits).
 */
export function deriveCardKey(master: Uint8Array, context: CardKeyContext): Uint8Array {
  const { label, idm, version } = context;
  return cmac(derivationBlock(label, idm, version), requireLength('master key', master, KEY_BYTES));
}

/** The key under which one SAM seals its records: same derivation, label `SAMR`, SAM id for IDm. */
export function deriveSamKey(master: Uint8Array, samId: number): Uint8Array {
  return cmac(samDerivationBlock(samId), requireLength('master key', master, KEY_BYTES));
}

/** The one block that {@link deriveCardKey} authenticates, for whoever derives many keys at once. */
export function cardKeyDerivationBlock({ label, idm, version }: CardKeyContext): Uint8Array {
  return derivationBlock(label, idm, version);
}

/** Under this label a SAM holds what the master keys of Lite-S cards are made from (lite-s-profile.md). */
export const LITE_ROOT_LABEL = 'LITE';

const LITE_MASTER_BYTES = 24;

/** The secret of one generation of Lite-S cards, 16 bytes, from the issuer's own SAM master. */
export function deriveLiteRoot(samMaster: Uint8Array, version: number): Uint8Array {
  const block = derivationBlock(LITE_ROOT_LABEL, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0), version);
  return cmac(block, requireLength('master key', samMaster, KEY_BYTES));
}

/** The 24 bytes of Triple DES that the cards' own keys are made from: two rounds, the last one cut. */
export function deriveLiteMaster(root: Uint8Array, version: number): Uint8Array {
  requireLength('Lite-S root', root, KEY_BYTES);
  const rounds = [1, 2].map((round) => {
    const block = derivationBlock(
      LITE_ROOT_LABEL,
      Uint8Array.of(0, 0, 0, 0, 0, 0, 0, round),
      version,
    );
    return cmac(block, root);
  });
  return concatBytes(...rounds).slice(0, LITE_MASTER_BYTES);
}

function samDerivationBlock(samId: number): Uint8Array {
  const id = new Uint8Array(8);
  new DataView(id.buffer).setUint32(4, samId);
  return derivationBlock('SAMR', id, 0);
}

function derivationBlock(label: string, id: Uint8Array, version: number): Uint8Array {
  if (!Number.isInteger(version) || version < 0 || version > 255) {
    throw new RangeError(`key version: expected 0 to 255, got ${version}`);
  }
  const block = new Uint8Array(16);
  block[0] = 0x01;
  for (let index = 0; index < 4; index++) block[1 + index] = label.charCodeAt(index);
  block.set(id, 6);
  block[14] = version;
  block[15] = 0x80;
  return block;
}
