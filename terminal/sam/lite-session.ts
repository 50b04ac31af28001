import { clean, equalBytes } from '@noble/ciphers/utils.js';
import { BLOCK_BYTES } from '#felica/block-access';
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
  /** Whether the blocks of a Read, MAC_A last, come from the card and now. */
  isAuthentic(blockNumbers: readonly number[], blocks: readonly Uint8Array[]): boolean;
  /** MAC_A of a write, 8 bytes. */
  macOfWrite(write: LiteBlockWrite): Uint8Array;
}

/** `masterKey` has 24 bytes and stays the caller's; `random` gives unpredictable bytes. */
export function startLiteSession(start: {
  readonly idm: IDm;
  readonly masterKey: Uint8Array;
  readonly keyVersion: number;
  readonly random: (byteCount: number) => Uint8Array;
}): LiteAuthentication {
  const { idm, masterKey, keyVersion } = start;
  const challenge = start.random(BLOCK_BYTES);
  return {
    challenge,
    answer: (blocks) => {
      const [id, version, count] = blocks;
      if (!(id && version && count && isLitePurseId(idm, id))) return undefined;
      const writeCount = decodeWriteCount(count);
      const isVersion = equalBytes(version, liteKeyVersionBlock(keyVersion));
      if (writeCount === undefined || !isVersion) return undefined;
      const cardKey = individualCardKey(masterKey, id);
      const session = deriveLiteSession(cardKey, challenge);
      clean(cardKey);
      const channel: LiteChannel = {
        writeCount,
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
