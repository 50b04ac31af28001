import { formatIdm, idm } from '#felica/identifiers';
import { type EpochMs, formatYen, yen } from '#units';
import { type PendingLoadRelease, releasePendingLoad } from './collection/release-pending-load.ts';
import { bytesIn, numberIn } from './database/row.ts';
import type { Backend } from './open-backend.ts';
import { type Outcome, refusedOutcome } from './outcome-text.ts';

const LISTED_MAX = 1_000;

export const PENDING_LOADS_STATEMENT = `
SELECT pending_load.number AS number, idm, pending_load.amount_yen AS amount_yen,
  pending_load.merchant_id AS merchant_id, created_at_ms, paid_at_ms
FROM pending_load LEFT JOIN pending_load_payment AS paid ON paid.number = pending_load.number
ORDER BY pending_load.number DESC LIMIT ?`;

export const CLAIMS_NOT_GIVEN_STATEMENT = `
SELECT claim.idm AS idm, claim.amount_yen AS amount_yen, batch.terminal_id AS terminal_id,
  claimed_at_ms, coalesce(claim.reason, refusal.reason) AS reason
FROM refund_claim AS claim CROSS JOIN batch ON batch.id = claim.batch_id
LEFT JOIN refund_claim_refusal AS refusal
  ON refusal.batch_id = claim.batch_id AND refusal.sam_number = claim.sam_number
WHERE NOT EXISTS (
  SELECT 1 FROM pending_load WHERE pending_load.batch_id = claim.batch_id
    AND pending_load.sam_number = claim.sam_number)
ORDER BY claim.batch_id DESC, claim.sam_number DESC LIMIT ?`;

/** What waits for cards, what was loaded, and which claims are none yet or never will be. */
export async function listPendingLoads({ database }: Backend): Promise<Outcome> {
  const loads = (await database.all(PENDING_LOADS_STATEMENT, [LISTED_MAX])).map((row) => ({
    number: numberIn(row, 'number'),
    card: formatIdm(idm(bytesIn(row, 'idm'))),
    amount: numberIn(row, 'amount_yen'),
    merchantId: numberIn(row, 'merchant_id'),
    created: new Date(numberIn(row, 'created_at_ms')).toISOString(),
    loaded: row['paid_at_ms'] === null ? null : timeOf(numberIn(row, 'paid_at_ms')),
  }));
  const claims = (await database.all(CLAIMS_NOT_GIVEN_STATEMENT, [LISTED_MAX])).map((row) => ({
    card: formatIdm(idm(bytesIn(row, 'idm'))),
    amount: numberIn(row, 'amount_yen'),
    terminalId: numberIn(row, 'terminal_id'),
    claimed: timeOf(numberIn(row, 'claimed_at_ms')),
    reason: row['reason'],
  }));
  const lines = [
    ...loads.map(
      ({ number, card, amount, merchantId, loaded }) =>
        `${number}  ${formatYen(yen(amount))}  card ${card}  merchant ${merchantId}  ` +
        (loaded === null ? 'waits for its card' : `loaded ${loaded}`),
    ),
    ...claims.map(
      ({ card, amount, terminalId, reason }) =>
        `claim of ${formatYen(yen(amount))}  card ${card}  terminal ${terminalId}  ` +
        (reason === null ? 'waits for its sale to be accepted' : `not given: ${String(reason)}`),
    ),
  ];
  return {
    json: { pendingLoads: loads, claims },
    lines: lines.length > 0 ? lines : ['Nothing waits for a card.'],
  };
}

/** Lets a pending load be offered again that a load terminal has never told of. */
export async function releaseLoad(
  { database }: Backend,
  release: PendingLoadRelease,
  now: EpochMs,
): Promise<Outcome> {
  const released = await releasePendingLoad(database, release, now);
  if (released.result === 'refused') return refusedOutcome(released);
  const { number } = release;
  return {
    json: { result: released.result, number },
    lines: [
      released.result === 'released'
        ? `Pending load ${number} may be loaded at any load terminal again.`
        : `No offer holds pending load ${number}: it may be loaded at any load terminal.`,
    ],
  };
}

function timeOf(time: number): string {
  return new Date(time).toISOString();
}
