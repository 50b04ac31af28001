import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import {
  type CardKeyLabel,
  deriveLiteMaster,
  deriveLiteRoot,
  deriveSamKey,
  KEY_BYTES,
} from '#purse/card-key';

export type CardMasters = Readonly<Record<CardKeyLabel, Uint8Array>>;

/** Everything secret that the issuer holds. Who has this can make money. */
export interface KeystoreContent {
  readonly issuerId: number;
  /** The generation under which cards and SAMs are issued now. */
  readonly keyVersion: number;
  /** The masters of each generation that is still on cards. */
  readonly generations: ReadonlyMap<number, CardMasters>;
  readonly samMaster: Uint8Array;
  /** The seed of the Ed25519 key that signs acknowledgements (RFC 8032 §5.1.5). */
  readonly signingSeed: Uint8Array;
}

export const SIGNING_SEED_BYTES = 32;
const FIRST_KEY_VERSION = 1;

/** The PKCS #8 frame of an Ed25519 seed (RFC 8410 §7). */
const SEED_PREFIX = Uint8Array.from(Buffer.from('302e020100300506032b657004220420', 'hex'));

/** The keys in memory. Its fields are private, so printing it shows nothing. */
export class Keystore {
  readonly #content: KeystoreContent;
  readonly #signingKey: KeyObject;

  constructor(content: KeystoreContent) {
    assert(content.generations.has(content.keyVersion), 'the key version in use has masters');
    this.#content = content;
    const key = Buffer.concat([SEED_PREFIX, content.signingSeed]);
    this.#signingKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    key.fill(0);
  }

  get issuerId(): number {
    return this.#content.issuerId;
  }

  get keyVersion(): number {
    return this.#content.keyVersion;
  }

  get signingKey(): KeyObject {
    return this.#signingKey;
  }

  /** What terminals check acknowledgements with. */
  get publicKeyPem(): string {
    return createPublicKey(this.#signingKey).export({ type: 'spki', format: 'pem' }).toString();
  }

  /** The masters under which cards are issued now. */
  get masters(): CardMasters {
    const masters = this.#content.generations.get(this.keyVersion);
    assert(masters !== undefined, 'the key version in use has masters');
    return masters;
  }

  /** The masters of each generation up to the one in use, newest first. */
  get generations(): readonly { readonly keyVersion: number; readonly masters: CardMasters }[] {
    return [...this.#content.generations]
      .map(([keyVersion, masters]) => ({ keyVersion, masters }))
      .filter(({ keyVersion }) => keyVersion <= this.keyVersion)
      .sort((first, second) => second.keyVersion - first.keyVersion);
  }

  /** The master of transaction certificates, or `undefined` for a generation that is not ours. */
  certificateMaster(keyVersion: number): Uint8Array | undefined {
    return this.#content.generations.get(keyVersion)?.CERT;
  }

  /** The key under which that SAM seals its records. */
  samKey(samId: number): Uint8Array {
    return deriveSamKey(this.#content.samMaster, samId);
  }

  /**
   * The same issuer with masters of a new generation, under which cards and SAMs are issued from now on;
   * `random` gives unpredictable bytes.
   */
  withNewGeneration(random: (byteCount: number) => Uint8Array): Keystore {
    const keyVersion = this.keyVersion + 1;
    const generations = new Map(this.#content.generations);
    return new Keystore({
      ...this.#content,
      keyVersion,
      generations: generations.set(keyVersion, newMasters(random)),
    });
  }

  /** What SAMs make the master key of Lite-S cards from, 16 bytes: whoever has it makes value. */
  liteRoot(keyVersion: number): Uint8Array {
    return deriveLiteRoot(this.#content.samMaster, keyVersion);
  }

  /** The 24 bytes that the keys of Lite-S cards are made from. */
  liteMaster(keyVersion: number): Uint8Array {
    return deriveLiteMaster(this.liteRoot(keyVersion), keyVersion);
  }

  /** The content, for the one place that writes it to a file. */
  reveal(): KeystoreContent {
    return this.#content;
  }

  /**
   * Overwrites every key; nothing may be asked of it after. The key that signs is the engine's and the
   * JSON of the file a string: neither can be overwritten.
   */
  erase(): void {
    const { generations, samMaster, signingSeed } = this.#content;
    const masters = [...generations.values()].flatMap(Object.values<Uint8Array>);
    for (const key of [samMaster, signingSeed, ...masters]) key.fill(0);
  }
}

/** A new issuer. `random` gives that many unpredictable bytes. */
export function generateKeystore(
  issuerId: number,
  random: (byteCount: number) => Uint8Array,
): Keystore {
  return new Keystore({
    issuerId,
    keyVersion: FIRST_KEY_VERSION,
    generations: new Map([[FIRST_KEY_VERSION, newMasters(random)]]),
    samMaster: random(KEY_BYTES),
    signingSeed: random(SIGNING_SEED_BYTES),
  });
}

function newMasters(random: (byteCount: number) => Uint8Array): CardMasters {
  return {
    LOAD: random(KEY_BYTES),
    VOID: random(KEY_BYTES),
    DEBI: random(KEY_BYTES),
    HIST: random(KEY_BYTES),
    DATW: random(KEY_BYTES),
    DATR: random(KEY_BYTES),
    CERR: random(KEY_BYTES),
    VALW: random(KEY_BYTES),
    BLOK: random(KEY_BYTES),
    INDV: random(KEY_BYTES),
    CERT: random(KEY_BYTES),
  };
}
