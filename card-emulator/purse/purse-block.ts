import { BLOCK_BYTES } from '../felica/block-access.ts';
import { requireLength } from '../felica/byte-field.ts';
import { sameBytes } from '../felica/identifiers.ts';
import { type Yen, yen } from '../units.ts';

/** The purse holds 4 bytes (M617 §3.4.4). */
export const PURSE_BALANCE_MAX: Yen = yen(0xffff_ffff);

export const EXECUTION_ID_BYTES = 4;

/** The card counter has 16 bits; a card that used them all up is replaced. */
export const CARD_COUNTER_MAX = 0xffff;

const USER_DATA_BYTES = 4;

/** The stored block of a purse service (M617 §3.4.4, figure 3-15). */
export interface PurseBlock {
  readonly balance: Yen;
  /** The last amount taken: the most that a cashback can give back. */
  readonly cashback: Yen;
  /** Four bytes the card keeps and never reads. */
  readonly userData: Uint8Array;
  /** Four bytes, compared for equality only. */
  readonly executionId: Uint8Array;
}

/** What a decrement or a cashback carries (M617 §3.4.4, figures 3-16 and 3-17). */
export interface PurseAmount {
  readonly amount: Yen;
  readonly executionId: Uint8Array;
}

export function encodePurseBlock(purse: PurseBlock): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  const view = new DataView(block.buffer);
  view.setUint32(0, purseAmount('balance', purse.balance), true);
  view.setUint32(4, purseAmount('cashback', purse.cashback), true);
  block.set(requireLength('user data', purse.userData, USER_DATA_BYTES), 8);
  block.set(requireLength('execution ID', purse.executionId, EXECUTION_ID_BYTES), 12);
  return block;
}

/** Throws `RangeError` unless `block` is one block: its length is checked where frames are parsed. */
export function decodePurseBlock(block: Uint8Array): PurseBlock {
  requireLength('purse block', block, BLOCK_BYTES);
  const view = new DataView(block.buffer, block.byteOffset, BLOCK_BYTES);
  return {
    balance: yen(view.getUint32(0, true)),
    cashback: yen(view.getUint32(4, true)),
    userData: block.slice(8, 12),
    executionId: block.slice(12, 16),
  };
}

export function encodePurseAmount({ amount, executionId }: PurseAmount): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  new DataView(block.buffer).setUint32(0, purseAmount('amount', amount), true);
  block.set(requireLength('execution ID', executionId, EXECUTION_ID_BYTES), 12);
  return block;
}

/** Bytes 4 to 11 are "don't care" in the manual, so whatever stands there is ignored. */
export function decodePurseAmount(block: Uint8Array): PurseAmount {
  const { balance, executionId } = decodePurseBlock(block);
  return { amount: balance, executionId };
}

/**
 * Our execution ID: the card counter in the high 16 bits, a tag of (terminal, terminal transaction
 * number) in the low 16. The counter rises at each purse write, so an ID is never the stored one.
 */
export function executionIdOf(cardCounter: number, tag: number): Uint8Array {
  const bytes = new Uint8Array(EXECUTION_ID_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, unsigned16('card counter', cardCounter));
  view.setUint16(2, unsigned16('tag', tag));
  return bytes;
}

export function cardCounterOf(executionId: Uint8Array): number {
  requireLength('execution ID', executionId, EXECUTION_ID_BYTES);
  return new DataView(executionId.buffer, executionId.byteOffset, EXECUTION_ID_BYTES).getUint16(0);
}

export function sameExecutionId(first: Uint8Array, second: Uint8Array): boolean {
  return sameBytes(first, second);
}

function purseAmount(name: string, amount: Yen): number {
  if (amount <= PURSE_BALANCE_MAX) return amount;
  throw new RangeError(`${name}: expected at most ${PURSE_BALANCE_MAX} yen, got ${amount}`);
}

function unsigned16(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= 0xffff) return value;
  throw new RangeError(`${name}: expected 0 to 65535, got ${value}`);
}
