import type { EpochMs } from '#units';
import type { NumberRange } from './number-range.ts';

/** A purse write that its card has proven, by its certificate or by that of its next write. */
export interface ProvenWrite {
  readonly recordId: number;
  readonly cardCounter: number;
  readonly balanceBefore: number;
  readonly balanceAfter: number;
  /** When the issuer got its record. */
  readonly receivedAt: EpochMs;
}

/** Up to this counter every write of the card is known, and what it had then by its own word. */
export interface Watermark {
  readonly watermark: number;
  readonly balance: number;
}

export interface Chain extends Watermark {
  /** Counters above the watermark that nobody reported, with the time at which that was first seen. */
  readonly missing: readonly (NumberRange & { readonly seenAt: EpochMs })[];
  /** Writes that did not begin with what the write before them had left. */
  readonly jumps: readonly Jump[];
}

export interface Jump {
  readonly recordId: number;
  readonly cardCounter: number;
  readonly expected: number;
  readonly found: number;
}

/** Follows the writes of a card from its watermark on. Their counters ascend. */
export function followChain(from: Watermark, writes: readonly ProvenWrite[]): Chain {
  const missing: Chain['missing'][number][] = [];
  const jumps: Jump[] = [];
  let { watermark, balance } = from;
  let last = watermark;
  for (const { recordId, cardCounter, balanceBefore, balanceAfter, receivedAt } of writes) {
    if (cardCounter <= last) continue;
    if (cardCounter > last + 1) {
      missing.push({ first: last + 1, last: cardCounter - 1, seenAt: receivedAt });
    }
    last = cardCounter;
    if (missing.length > 0) continue;
    if (balanceBefore !== balance) {
      jumps.push({ recordId, cardCounter, expected: balance, found: balanceBefore });
    }
    watermark = cardCounter;
    balance = balanceAfter;
  }
  return { watermark, balance, missing, jumps };
}
