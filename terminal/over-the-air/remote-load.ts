import type { EpochMs, Milliseconds } from '#units';
import type { TapRefusal } from '../debit/debit.ts';
import type { PurseTerminal, SaleOutcome } from '../purse-terminal.ts';
import type { LoadResult, LoadWork, WaitingLoad } from './http-load-work.ts';

export interface RemoteLoadDependencies {
  readonly work: LoadWork;
  /** The terminal, with the phone of this card as its reader. */
  readonly terminalAt: (load: WaitingLoad) => Pick<PurseTerminal, 'tap'>;
  readonly now: () => EpochMs;
  /** How long a phone is waited for in each round. */
  readonly waitMs: Milliseconds;
  readonly onOutcome: (
    load: WaitingLoad,
    outcome: SaleOutcome,
    told: LoadResult | undefined,
  ) => void;
}

/** How long the money of a subscriber is held for a phone that does not come. */
const PATIENCE_MS: number = 24 * 60 * 60 * 1_000;

/** Of these the card or the issuer is the cause, and waiting changes nothing. All others pass. */
const FINAL_REFUSALS: ReadonlySet<TapRefusal> = new Set([
  'card-not-supported',
  'foreign-issuer',
  'key-version-unknown',
  'card-hot-listed',
  'card-blocked',
  'card-expired',
  'card-worn-out',
  'over-terminal-limit',
  'over-card-limit',
  'over-balance-limit',
]);

/** Of these nobody can say that the card was not loaded before, however long it is waited. */
const OPEN_REFUSALS: ReadonlySet<TapRefusal> = new Set(['other-card-expected', 'journal-set-back']);

/**
 * Tries each load that waits for this terminal once, and tells the issuer what is certain. The top-up's
 * id is the sale's: however often it is tried, the card is loaded once, and what was half done is found
 * out at the card's next touch. Resolves with the number of loads that the cards have now.
 */
export async function serveWaitingLoads(dependencies: RemoteLoadDependencies): Promise<number> {
  const { work, terminalAt, waitMs, now, onOutcome } = dependencies;
  let loadedCount = 0;
  for (const load of await work.waiting()) {
    const { topUpId: saleId, amount } = load;
    const outcome = await terminalAt(load).tap({ saleId, kind: 'load', amount }, waitMs);
    const result = resultOf(outcome, now() - load.assignedAt);
    if (result !== undefined) await work.tell(saleId, result);
    if (result === 'loaded') loadedCount += 1;
    onOutcome(load, outcome, result);
  }
  return loadedCount;
}

/** `undefined` where it is not certain, or where trying again may help. */
export function resultOf(outcome: SaleOutcome, waitedMs: number): LoadResult | undefined {
  switch (outcome.outcome) {
    case 'approved':
      return 'loaded';
    case 'unresolved':
      return undefined;
    case 'refused':
      if (OPEN_REFUSALS.has(outcome.reason)) return undefined;
      return FINAL_REFUSALS.has(outcome.reason) || waitedMs > PATIENCE_MS
        ? 'not-loaded'
        : undefined;
    case 'no-tap':
      return waitedMs > PATIENCE_MS ? 'not-loaded' : undefined;
  }
}
