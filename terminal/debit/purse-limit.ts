import type { CardData } from '#purse/card-data';
import { HISTORY_AMOUNT_MAX } from '#purse/history-block';
import { CARD_COUNTER_MAX, cardCounterOf, type PurseBlock } from '#purse/purse-block';
import { isValidCard } from '#purse/validity-purse';
import type { BusinessDate, Yen } from '#units';
import type { PurseSnapshot, PurseWriteKind } from './purse-card.ts';

/** Why nothing was written. In the order in which they are looked for (debit-protocol.md). */
export type PurseRefusal =
  | 'card-not-supported'
  | 'foreign-issuer'
  | 'key-version-unknown'
  | 'card-hot-listed'
  | 'card-blocked'
  | 'card-expired'
  | 'card-worn-out'
  | 'sam-ceiling-reached'
  | 'over-terminal-limit'
  | 'over-card-limit'
  | 'insufficient-balance'
  | 'over-balance-limit';

/** What this terminal accepts, whatever the card says. */
export interface TerminalLimits {
  readonly issuerId: number;
  /** The key generation under which the card has authenticated. */
  readonly keyVersion: number;
  /** The most one sale or one load may be. */
  readonly amountMax: Yen;
  /** What the SAM may still seal before its records are collected; absent where it has no ceilings. */
  readonly samRoom?: SamRoom | undefined;
}

export interface SamRoom {
  /** Records; below zero where half-done sales were settled after the ceiling was reached. */
  readonly count: number;
  /** In yen, below zero likewise. */
  readonly amount: number;
}

export interface LimitedWrite {
  readonly kind: PurseWriteKind;
  readonly amount: Yen;
  readonly today: BusinessDate;
  readonly isHotListed?: boolean;
}

/** The first reason to refuse, or `undefined` if the purse may be written. */
export function refusalOf(
  write: LimitedWrite,
  snapshot: PurseSnapshot,
  limits: TerminalLimits,
): PurseRefusal | undefined {
  const { cardData, purse, validity } = snapshot;
  if (cardData === undefined) return 'card-not-supported';
  const cardRefusal = refusalOfCard(write, { cardData, validity }, limits);
  if (cardRefusal !== undefined) return cardRefusal;
  if (cardCounterOf(purse.executionId) >= CARD_COUNTER_MAX) return 'card-worn-out';
  if (!hasRoom(write, limits.samRoom)) return 'sam-ceiling-reached';
  // What was taken before was within every limit.
  if (write.kind === 'void') return undefined;
  if (write.amount > limits.amountMax) return 'over-terminal-limit';
  if (write.kind === 'debit') {
    if (write.amount > cardData.debitMax) return 'over-card-limit';
    return write.amount > purse.balance ? 'insufficient-balance' : undefined;
  }
  const balanceMax = Math.min(cardData.balanceMax, HISTORY_AMOUNT_MAX);
  return purse.balance + write.amount > balanceMax ? 'over-balance-limit' : undefined;
}

function hasRoom({ amount }: LimitedWrite, room: SamRoom | undefined): boolean {
  return room === undefined || (room.count >= 1 && room.amount >= amount);
}

function refusalOfCard(
  { today, isHotListed = false }: LimitedWrite,
  { cardData, validity }: { readonly cardData: CardData; readonly validity: PurseBlock },
  limits: TerminalLimits,
): PurseRefusal | undefined {
  if (cardData.issuerId !== limits.issuerId) return 'foreign-issuer';
  if (cardData.keyVersion !== limits.keyVersion) return 'key-version-unknown';
  if (isHotListed) return 'card-hot-listed';
  if (cardData.isBlocked || !isValidCard(validity)) return 'card-blocked';
  return today > cardData.expiry ? 'card-expired' : undefined;
}
