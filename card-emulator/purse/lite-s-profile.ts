import { concatBytes } from '@noble/ciphers/utils.js';
import { BLOCK_BYTES } from '../felica/block-access.ts';
import { encodeU8, encodeU16LE } from '../felica/byte-field.ts';
import { IDM_BYTES, type IDm, sameBytes } from '../felica/identifiers.ts';
import {
  encodeMemoryConfiguration,
  LiteBlock,
  type MemoryConfiguration,
} from '../felica/lite-s-block.ts';
import { individualCardKey } from '../felica/lite-s-mac.ts';
import { addYen, subtractYen, yen } from '../units.ts';
import { type CardData, encodeCardData } from './card-data.ts';
import { decodePurseAmount, encodePurseBlock, type PurseBlock } from './purse-block.ts';
import { VALID_BALANCE } from './validity-purse.ts';

/*
 * The purse of Kazasu on a FeliCa Lite-S (lite-s-profile.md): where everything lies, and the writes
 * that make a card from the factory one of ours.
 */

/** Where our blocks lie. The log is a ring of {@link LITE_HISTORY_COUNT} blocks from `history` on. */
export const LitePurseBlock: {
  readonly purse: number;
  readonly cardData: number;
  readonly history: number;
  readonly validity: number;
} = {
  purse: 0x00,
  cardData: 0x01,
  history: 0x02,
  /** The validity purse is REG, which goes down and never up, whoever has the key. */
  validity: LiteBlock.reg,
} as const;

export const LITE_HISTORY_COUNT = 8;

/** One plain write of an issue, in its order. */
export interface LiteIssueWrite {
  readonly blockNumber: number;
  readonly block: Uint8Array;
}

/** Data format code 0000, our system code, and the version of this profile, at bytes 8 to 12. */
const PROFILE_MARK: readonly number[] = [0x00, 0x00, 0x4b, 0x5a, 0x01];

/** S_PAD0, S_PAD2 to S_PAD9 and REG. Card data is not among them: no key changes it. */
const WRITABLE_WITH_MAC_A = 0x43fd;
/** Every S_PAD, REG and, at bit 15, MC itself. */
const ALL_WRITABLE = 0xffff;

/** MC between the two issues: the key is locked in, everything else is open. */
const FIRST_CONFIGURATION: MemoryConfiguration = {
  writable: ALL_WRITABLE,
  areSystemBlocksWritable: false,
  isNdef: false,
  isCardKeyWritableWithMacA: false,
  readRestricted: 0,
  writeRestricted: 0,
  macARequired: 0,
  isStateMacARequired: false,
};

/** MC of an issued card. It cannot be written again. */
const ISSUED_CONFIGURATION: MemoryConfiguration = {
  ...FIRST_CONFIGURATION,
  writable: WRITABLE_WITH_MAC_A,
  writeRestricted: WRITABLE_WITH_MAC_A,
  macARequired: WRITABLE_WITH_MAC_A,
  isStateMacARequired: true,
};

/** Block ID of a card of ours: IDm (8 bytes), data format code (2), 4B 5A, version, zeros. */
export function liteIdBlock(idm: IDm): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(idm);
  block.set(PROFILE_MARK, IDM_BYTES);
  return block;
}

/** Whether a block ID is that of a purse of this version on the card with this IDm. It proves nothing. */
export function isLitePurseId(idm: IDm, idBlock: Uint8Array): boolean {
  return sameBytes(liteIdBlock(idm), idBlock);
}

/** Where the log entry with this card counter lies. */
export function liteHistoryBlockNumber(cardCounter: number): number {
  return LitePurseBlock.history + (cardCounter % LITE_HISTORY_COUNT);
}

/**
 * Gives a card from the factory its own key, made from `masterKey` (24 bytes), and locks it in. The
 * writes are plain: whoever listens learns the card key, so this is done where nobody does. MC acts
 * after the card was without power.
 */
export function liteFirstIssue(issue: {
  readonly idm: IDm;
  readonly masterKey: Uint8Array;
  /** The generation of the master key, 1 to 255; block CKV tells it. */
  readonly keyVersion: number;
}): readonly LiteIssueWrite[] {
  const idBlock = liteIdBlock(issue.idm);
  return [
    { blockNumber: LiteBlock.id, block: idBlock },
    { blockNumber: LiteBlock.ckv, block: liteKeyVersionBlock(issue.keyVersion) },
    { blockNumber: LiteBlock.ck, block: individualCardKey(issue.masterKey, idBlock) },
    { blockNumber: LiteBlock.mc, block: encodeMemoryConfiguration(FIRST_CONFIGURATION) },
  ];
}

/** Block CKV: the key version (2 bytes LE) and zeros. */
export function liteKeyVersionBlock(keyVersion: number): Uint8Array {
  encodeU8('key version', keyVersion);
  return concatBytes(encodeU16LE('key version', keyVersion), new Uint8Array(BLOCK_BYTES - 2));
}

/**
 * Puts an empty purse on a card after the first issue, and takes every plain write from it: MC comes
 * last. A card that was torn out in between is still open and takes the whole list again, except that
 * REG is never raised.
 */
export function liteSecondIssue(cardData: CardData): readonly LiteIssueWrite[] {
  const empty: PurseBlock = {
    balance: yen(0),
    cashback: yen(0),
    userData: new Uint8Array(4),
    executionId: new Uint8Array(4),
  };
  return [
    ...Array.from({ length: LITE_HISTORY_COUNT }, (_, slot) => ({
      blockNumber: LitePurseBlock.history + slot,
      block: new Uint8Array(BLOCK_BYTES),
    })),
    { blockNumber: LitePurseBlock.cardData, block: encodeCardData(cardData) },
    { blockNumber: LitePurseBlock.purse, block: encodePurseBlock(empty) },
    {
      blockNumber: LitePurseBlock.validity,
      block: encodePurseBlock({ ...empty, balance: VALID_BALANCE }),
    },
    { blockNumber: LiteBlock.mc, block: encodeMemoryConfiguration(ISSUED_CONFIGURATION) },
  ];
}

/**
 * The block that a Lite-S is given where a Standard card is given a decrement: it does not count by
 * itself. Throws `RangeError` if the purse holds less than the decrement takes.
 */
export function decrementedPurse(purse: PurseBlock, decrement: Uint8Array): Uint8Array {
  const { amount, executionId } = decodePurseAmount(decrement);
  const balance = subtractYen(purse.balance, amount);
  return encodePurseBlock({ ...purse, balance, cashback: amount, executionId });
}

/**
 * The same for a cashback. The card does not see to it that no more is given back than was taken last:
 * throws `RangeError` if more is.
 */
export function creditedPurse(purse: PurseBlock, cashback: Uint8Array): Uint8Array {
  const { amount, executionId } = decodePurseAmount(cashback);
  const left = subtractYen(purse.cashback, amount);
  const balance = addYen(purse.balance, subtractYen(purse.cashback, left));
  return encodePurseBlock({ ...purse, balance, cashback: yen(0), executionId });
}

/** The same for the validity purse: REG, whose second number may not rise and stays as it is. */
export function decrementedValidity(validity: PurseBlock, decrement: Uint8Array): Uint8Array {
  const { amount, executionId } = decodePurseAmount(decrement);
  const balance = subtractYen(validity.balance, amount);
  return encodePurseBlock({ ...validity, balance, executionId });
}
