import type { EpochMs } from '#units';
import type { Database } from '../database/database.ts';
import { numberIn } from '../database/row.ts';

export interface PendingLoadRelease {
  readonly number: number;
  /** Who decided. */
  readonly decidedBy: string;
}

/** In the order in which they are looked for (api.md). */
export type ReleaseRefusal = 'PENDING_LOAD_UNKNOWN' | 'PENDING_LOAD_LOADED';

export type ReleaseResult =
  /** `repeated`: no offer holds it. */
  | { readonly result: 'released' | 'repeated' }
  | { readonly result: 'refused'; readonly reason: ReleaseRefusal; readonly detail: string };

/** A pending load: whether its card has it, and the newest offer that holds it. */
export const RELEASABLE_STATEMENT = `
SELECT
  EXISTS (SELECT 1 FROM pending_load_payment AS paid WHERE paid.number = pending_load.number)
    AS is_loaded,
  (SELECT max(id) FROM pending_load_offer AS offer WHERE offer.number = pending_load.number)
    AS offer_id,
  coalesce((SELECT max(offer_id) FROM pending_load_release AS released
    WHERE released.number = pending_load.number), 0) AS released_id
FROM pending_load WHERE number = ?1`;

/**
 * Lets a pending load be offered anywhere again although a load terminal that was offered it has never
 * told what became of it. Should that terminal have loaded it and tell after somebody else has, its
 * merchant owes that load as one for cash: whoever does not upload bears it, and no value is made.
 */
export function releasePendingLoad(
  database: Database,
  { number, decidedBy }: PendingLoadRelease,
  now: EpochMs,
): Promise<ReleaseResult> {
  return database.transaction(async (transaction) => {
    const [row] = await transaction.all(RELEASABLE_STATEMENT, [number]);
    if (row === undefined) return refused('PENDING_LOAD_UNKNOWN', `no pending load ${number}`);
    if (numberIn(row, 'is_loaded') === 1) {
      return refused('PENDING_LOAD_LOADED', `pending load ${number} is on its card`);
    }
    const offerId = row['offer_id'] === null ? 0 : numberIn(row, 'offer_id');
    if (offerId <= numberIn(row, 'released_id')) return { result: 'repeated' };
    await transaction.run(
      `INSERT INTO pending_load_release (number, offer_id, decided_by, decided_at_ms)
      VALUES (?, ?, ?, ?)`,
      [number, offerId, decidedBy, now],
    );
    return { result: 'released' };
  });
}

function refused(reason: ReleaseRefusal, detail: string): ReleaseResult {
  return { result: 'refused', reason, detail };
}
