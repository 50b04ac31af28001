import type { ShopOutcome } from './simulated-shop.ts';

/** How often things happened. */
export interface EpisodeTally {
  readonly taps: number;
  readonly outcomes: Readonly<Record<ShopOutcome['outcome'], number>>;
  /** Faults that were arranged at the card, at the disk and by stopping the program. */
  readonly faults: number;
  readonly batchesStored: number;
  readonly restarts: number;
  /** Of the issuer. */
  readonly issuerCrashes: number;
}

export function emptyTally(): EpisodeTally {
  return {
    taps: 0,
    outcomes: { approved: 0, refused: 0, unresolved: 0, 'no-tap': 0, crashed: 0, failed: 0 },
    faults: 0,
    batchesStored: 0,
    restarts: 0,
    issuerCrashes: 0,
  };
}

export function addTallies(first: EpisodeTally, second: EpisodeTally): EpisodeTally {
  return {
    taps: first.taps + second.taps,
    outcomes: {
      approved: first.outcomes.approved + second.outcomes.approved,
      refused: first.outcomes.refused + second.outcomes.refused,
      unresolved: first.outcomes.unresolved + second.outcomes.unresolved,
      'no-tap': first.outcomes['no-tap'] + second.outcomes['no-tap'],
      crashed: first.outcomes.crashed + second.outcomes.crashed,
      failed: first.outcomes.failed + second.outcomes.failed,
    },
    faults: first.faults + second.faults,
    batchesStored: first.batchesStored + second.batchesStored,
    restarts: first.restarts + second.restarts,
    issuerCrashes: first.issuerCrashes + second.issuerCrashes,
  };
}
