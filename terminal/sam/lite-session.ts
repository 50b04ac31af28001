import { clean, equalBytes } from '@noble/ciphers/utils.js';
import type { IDm } from '#felica/identifiers';
import { decodeWriteCount, LiteBlock } from '#felica/lite-s-block';
import {
  deriveLiteSession,
  individualCardKey,
  LITE_MAC_BYTES,
  type LiteBlockWrite,
  macAOfRead,
  macAOfWrite,
} from '#felica/lite-s-mac';
import { isLitePurseId, liteKeyVersionBlock } from '#purse/lite-s-profile';

/** The blocks that a session begins with, in the order they are read; MAC_A is the last. */
export const LITE_PROOF_BLOCKS: readonly number[] = [
  LiteBlock.id,
  LiteBlock.ckv,
  LiteBlock.wcnt,
  LiteBlock.macA,
];

/** One session with one Lite-S. Whoever has its master key can also make value. */
export interface LiteAuthentication {
  /** Block RC, 16 unpredictable bytes. */
  readonly challenge: Uint8Array;
  /** Takes {@link LITE_PROOF_BLOCKS} as read; `undefined` if the card has not the key. */
  answer(blocks: readonly Uint8Array[]): LiteChannel | undefined;
}

export interface LiteChannel {
  /** WCNT, as the card proved it. */
  readonly writeCount: number;
  /** The generation of the master key that the card proved to have. */
  readonly keyVersion: number;
  /** What the issuer makes the challenge again from. */
  readonly seed: Uint8Array;
  /** Whether the blocks of a Read, MAC_A last, come from the card and now. */
  isAuthentic(blockNumbers: readonly number[], blocks: readonly Uint8Array[]): boolean;
  /** MAC_A of a write, 8 bytes. */
  macOfWrite(write: LiteBlockWrite): Uint8Array;
}

/** `masterOf` gives the 24 bytes of a generation, which are erased, or nothing. */
export function startLiteSession(start: {
  readonly idm: IDm;
  readonly masterOf: (keyVersion: number) => Uint8Array | undefined;
  readonly challenge: Uint8Array;
  readonly seed: Uint8Array;
}): LiteAuthentication {
  const { idm, challenge, seed } = start;
  return {
    challenge,
    answer: (blocks) => {
      const [id, version, count] = blocks;
      if (!(id && version && count && isLitePurseId(idm, id))) return undefined;
      const [keyVersion = 0] = version;
      const writeCount = decodeWriteCount(count);
      const isVersion = equalBytes(version, liteKeyVersionBlock(keyVersion));
      if (writeCount === undefined || !isVersion) return undefined;
      const masterKey = start.masterOf(keyVersion);
      if (masterKey === undefined) return undefined;
      const cardKey = individualCardKey(masterKey, id);
      const session = deriveLiteSession(cardKey, challenge);
      clean(cardKey, masterKey);
      const channel: LiteChannel = {
        writeCount,
        keyVersion,
        seed,
        isAuthentic: (numbers, read) => {
          const mac = read.at(-1)?.subarray(0, LITE_MAC_BYTES);
          if (mac === undefined || read.length !== numbers.length) return false;
          return equalBytes(macAOfRead(session, numbers, read.slice(0, -1)), mac);
        },
        macOfWrite: (write) => macAOfWrite(session, write),
      };
      return channel.isAuthentic(LITE_PROOF_BLOCKS, blocks) ? channel : undefined;
    },
  };
}
