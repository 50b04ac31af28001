import { sameBytes } from '../felica/identifiers.ts';
import { StatusFlag2 } from '../felica/status-flag.ts';
import type { PurseLimits } from '../purse/card-profile.ts';
import type { PurseOperation } from '../purse/transaction-certificate.ts';

/** The block that a write leaves. `repeated` is a normal end that changes nothing. */
export type LimitedPurseWrite =
  | { readonly result: 'stored'; readonly block: Uint8Array }
  | { readonly result: 'repeated' }
  | { readonly result: 'refused'; readonly statusFlag2: StatusFlag2 };

const CASHBACK_OFFSET = 4;
const EXECUTION_ID_OFFSET = 12;

/**
 * One write to a value-limited purse (M617 §3.4.4.1). It is a purse whose balance is a signed number
 * of 32 bits and must stay within its limits; amounts and cashback data are unsigned as ever. A
 * debit may go below zero where the lower limit permits it.
 */
export function writeLimitedPurse(
  operation: PurseOperation,
  stored: Uint8Array,
  { command, limits }: { readonly command: Uint8Array; readonly limits: PurseLimits },
): LimitedPurseWrite {
  const isRepeated = sameBytes(
    stored.subarray(EXECUTION_ID_OFFSET),
    command.subarray(EXECUTION_ID_OFFSET),
  );
  if (operation === 'direct') {
    return isWithin(viewOf(command).getInt32(0, true), limits)
      ? { result: 'stored', block: command.slice() }
      : refused(StatusFlag2.purseLimitExceeded);
  }
  if (isRepeated) return { result: 'repeated' };
  const amount = viewOf(command).getUint32(0, true);
  const cashback = viewOf(stored).getUint32(CASHBACK_OFFSET, true);
  if (operation === 'cashback' && amount > cashback) return refused(StatusFlag2.cashbackTooLarge);
  const change = operation === 'cashback' ? amount : -amount;
  const balance = viewOf(stored).getInt32(0, true) + change;
  if (!isWithin(balance, limits)) return refused(StatusFlag2.purseLimitExceeded);

  const block = stored.slice();
  viewOf(block).setInt32(0, balance, true);
  viewOf(block).setUint32(CASHBACK_OFFSET, operation === 'cashback' ? 0 : amount, true);
  block.set(command.subarray(EXECUTION_ID_OFFSET), EXECUTION_ID_OFFSET);
  return { result: 'stored', block };
}

function isWithin(balance: number, { lower, upper }: PurseLimits): boolean {
  return balance >= lower && balance <= upper;
}

function viewOf(block: Uint8Array): DataView {
  return new DataView(block.buffer, block.byteOffset, block.byteLength);
}

function refused(statusFlag2: StatusFlag2): LimitedPurseWrite {
  return { result: 'refused', statusFlag2 };
}
