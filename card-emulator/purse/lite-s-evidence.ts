import { cmac } from '@noble/ciphers/aes.js';
import { concatBytes } from '@noble/ciphers/utils.js';
import { requireLength, requireWhole } from '../felica/byte-field.ts';
import type { IDm } from '../felica/identifiers.ts';
import { encodeWriteCount, LiteBlock, WRITE_COUNT_MAX } from '../felica/lite-s-block.ts';
import { deriveLiteSession, LITE_MAC_BYTES, macAOfRead } from '../felica/lite-s-mac.ts';
import { LitePurseBlock, liteHistoryBlockNumber } from './lite-s-profile.ts';

/*
 * What a record says of a Lite-S in place of a certificate (lite-s-profile.md, "Evidence"): the MAC_A of
 * the purse as it was read back, with all that is needed to make it again. Who has the card key can.
 */

/** MAC_A (8 bytes), seed (5), WCNT (3 bytes LE). */
export interface LiteEvidence {
  readonly mac: Uint8Array;
  /** Of the session's challenge. */
  readonly seed: Uint8Array;
  /** After the write. */
  readonly writeCount: number;
}

export const LITE_EVIDENCE_BYTES = 16;
export const LITE_SEED_BYTES = 5;

/** `KZRC`: no other message under the record key begins so, nor has its length. */
const DOMAIN = Uint8Array.of(0x4b, 0x5a, 0x52, 0x43);
const WRITE_COUNT_OFFSET: number = LITE_MAC_BYTES + LITE_SEED_BYTES;

/**
 * Block RC is the AES-CMAC of this under the key of the SAM's records, so that the issuer can make it
 * again: "KZRC", IDm, and five unpredictable bytes.
 */
export function liteChallengeMessage(idm: IDm, seed: Uint8Array): Uint8Array {
  return concatBytes(DOMAIN, idm, requireLength('seed', seed, LITE_SEED_BYTES));
}

/** Block RC of a session of the SAM with this record key. */
export function liteChallenge(samKey: Uint8Array, idm: IDm, seed: Uint8Array): Uint8Array {
  return cmac(liteChallengeMessage(idm, seed), samKey);
}

export function encodeLiteEvidence({ mac, seed, writeCount }: LiteEvidence): Uint8Array {
  requireWhole('write count', writeCount, WRITE_COUNT_MAX);
  const count = encodeWriteCount(writeCount).subarray(0, LITE_EVIDENCE_BYTES - WRITE_COUNT_OFFSET);
  return concatBytes(
    requireLength('MAC', mac, LITE_MAC_BYTES),
    requireLength('seed', seed, LITE_SEED_BYTES),
    count,
  );
}

/** Throws `RangeError` for another length than {@link LITE_EVIDENCE_BYTES}: any such bytes are evidence. */
export function decodeLiteEvidence(evidence: Uint8Array): LiteEvidence {
  requireLength('evidence', evidence, LITE_EVIDENCE_BYTES);
  const [low = 0, middle = 0, high = 0] = evidence.subarray(WRITE_COUNT_OFFSET);
  return {
    mac: evidence.slice(0, LITE_MAC_BYTES),
    seed: evidence.slice(LITE_MAC_BYTES, WRITE_COUNT_OFFSET),
    writeCount: low | (middle << 8) | (high << 16),
  };
}

/** The Read that the MAC is of: the purse, the log entry with its counter, WCNT, MAC_A. */
export function liteEvidenceBlocks(cardCounter: number): readonly number[] {
  return [
    LitePurseBlock.purse,
    liteHistoryBlockNumber(cardCounter),
    LiteBlock.wcnt,
    LiteBlock.macA,
  ];
}

/**
 * The MAC_A that the card gives when it holds this purse and this log entry, which names the terminal:
 * no other one can report the write as its own. `cardKey` is block CK, `challenge` block RC.
 */
export function liteEvidenceMac(read: {
  readonly cardKey: Uint8Array;
  readonly challenge: Uint8Array;
  readonly cardCounter: number;
  readonly purseBlock: Uint8Array;
  readonly historyBlock: Uint8Array;
  readonly writeCount: number;
}): Uint8Array {
  const session = deriveLiteSession(read.cardKey, read.challenge);
  const blocks = [read.purseBlock, read.historyBlock, encodeWriteCount(read.writeCount)];
  return macAOfRead(session, liteEvidenceBlocks(read.cardCounter), blocks);
}
