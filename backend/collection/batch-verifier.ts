import type { EpochMs } from '#units';
import type { Database } from '../database/database.ts';
import { Lane } from '../database/lane.ts';
import type { BatchOutcome } from './batch-outcome.ts';
import { examineCards } from './examine-cards.ts';
import { postBatches } from './post-batches.ts';
import { resolveHeld } from './resolve-held.ts';
import { readUnverifiedBatches } from './unverified-batch.ts';
import { type RecordKeys, type VerifiedBatch, verifyBatch } from './verify-batch.ts';

/**
 * A group is posted in one database transaction. Larger ones write fewer pages and keep more in
 * memory, and less of the verification runs beside the posting (measured: best at 3,000 to 8,000).
 */
const GROUP_BATCHES_MAX = 64;
const GROUP_RECORDS_MAX = 5_000;

export interface BatchVerifierOptions {
  readonly database: Database;
  readonly keys: RecordKeys;
  readonly now: () => EpochMs;
}

export interface VerificationSummary {
  readonly batchCount: number;
  readonly acceptedCount: number;
  readonly heldCount: number;
  readonly unpaidCount: number;
}

/** Works off the queue of unverified batches, in the order in which they came. */
export class BatchVerifier {
  readonly #options: BatchVerifierOptions;
  readonly #lane: Lane = new Lane();

  constructor(options: BatchVerifierOptions) {
    this.#options = options;
  }

  /**
   * Verifies and posts everything that is stored when it begins, settles held records for which there is
   * evidence now, and examines the cards whose writes do not simply go on. Called after every upload and at start: what a crash left in the queue is
   * done then, and nothing is done twice.
   */
  verifyPending(): Promise<VerificationSummary> {
    return this.#lane.run(async () => {
      const { database, now } = this.#options;
      const outcomes: BatchOutcome[] = [];
      let group = await this.#nextGroup(0);
      while (group.length > 0) {
        // SQLite works on a thread of its own, so the next group is verified meanwhile.
        const [posted, next] = await Promise.all([
          postBatches(database, group, now()),
          this.#nextGroup(group.at(-1)?.batch.id ?? 0),
        ]);
        outcomes.push(...posted);
        group = next;
      }
      await resolveHeld(database, now());
      await examineCards(database, now());
      return summaryOf(outcomes);
    });
  }

  async #nextGroup(afterId: number): Promise<readonly VerifiedBatch[]> {
    const { database, keys } = this.#options;
    const waiting = await readUnverifiedBatches(database, afterId, GROUP_BATCHES_MAX);
    const group: VerifiedBatch[] = [];
    let recordCount = 0;
    for (const batch of waiting) {
      recordCount += batch.recordCount;
      if (group.length > 0 && recordCount > GROUP_RECORDS_MAX) break;
      group.push(await verifyBatch(database, keys, batch));
    }
    return group;
  }
}

function summaryOf(outcomes: readonly BatchOutcome[]): VerificationSummary {
  const total = (countOf: (outcome: BatchOutcome) => number): number =>
    outcomes.reduce((sum, outcome) => sum + countOf(outcome), 0);
  return {
    batchCount: outcomes.length,
    acceptedCount: total(
      ({ loadCount, debitCount, voidCount }) => loadCount + debitCount + voidCount,
    ),
    heldCount: total(({ heldCount }) => heldCount),
    unpaidCount: total(({ unpaidCount }) => unpaidCount),
  };
}
