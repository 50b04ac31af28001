import { blockingDecrement, isValidCard } from '#purse/validity-purse';
import type { EpochMs } from '#units';
import type { PurseCard, PurseSnapshot } from './purse-card.ts';
import type { PurseJournal } from './purse-journal.ts';

/** The issuer's list of cards that must not be used, as far as this terminal has it. Exact. */
export interface HotListLookUp {
  readonly sequence: number;
  readonly createdAt: EpochMs;
  has(idm: Uint8Array): boolean;
}

/** No sale has this number: the execution ID of a blocking decrement names the terminal alone. */
const NO_TRANSACTION_NUMBER = 0;

export interface HitDependencies {
  readonly card: PurseCard;
  readonly journal: PurseJournal;
  readonly hotList: HotListLookUp;
  readonly executionTagOf: (terminalTransactionNumber: number) => number;
}

/**
 * Blocks the card that is on the list, unless it is blocked already, and journals the hit. If the
 * answer is lost, the card counts as not blocked: its next touch, anywhere, does it again.
 */
export async function blockListedCard(
  { validity }: PurseSnapshot,
  { card, journal, hotList, executionTagOf }: HitDependencies,
  time: EpochMs,
): Promise<void> {
  let isBlockedOnCard = !isValidCard(validity);
  if (!isBlockedOnCard) {
    const written = await card.block(
      blockingDecrement(validity, executionTagOf(NO_TRANSACTION_NUMBER)),
    );
    isBlockedOnCard = written.result === 'written';
  }
  const { sequence } = hotList;
  await journal.recordHotListHit({ idm: card.idm, time, sequence, isBlockedOnCard });
}
