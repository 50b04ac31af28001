import type { ReadBatch } from './batch-reading.ts';
import type { ReadRefundClaim } from './claim-reading.ts';
import type { IssuerEvidence, PendingLoadRow, PostedRecord } from './evidence.ts';
import type { ReadIntent, ReadJournal } from './journal-reading.ts';

const PAYABLE = 'pending-load-payable';

export interface RefundClaimsToAudit {
  readonly journals: readonly ReadJournal[];
  readonly stored: readonly ReadBatch[];
  readonly issuer: Pick<IssuerEvidence, 'records' | 'entries' | 'pendingLoads'>;
  /** Cards of which nobody can tell which of two writes is the true one. */
  readonly doubtful: ReadonlySet<string>;
}

/**
 * Of each sale no more is claimed than was asked back and not given back, each claim is in one batch,
 * and what waits at the issuer is exactly what was claimed of sales that it has accepted.
 */
export function auditRefundClaims({
  journals,
  stored,
  issuer,
  doubtful,
}: RefundClaimsToAudit): readonly string[] {
  return [
    ...journals.flatMap(auditJournal),
    ...auditPendingLoads(
      stored.flatMap(({ refundClaims }) => refundClaims),
      issuer,
      doubtful,
    ),
    ...auditPayable(issuer),
  ];
}

function auditJournal({
  terminalId,
  intents,
  refunds,
  refundClaims,
  batches,
}: ReadJournal): readonly string[] {
  const violations: string[] = [];
  const inBatches = batches.flatMap((batch) => batch.refundClaims);
  const claimedOf = new Map<string, number>();
  for (const { saleId, amount, record } of refundClaims) {
    const name = `terminal ${terminalId} ${saleId}`;
    claimedOf.set(saleId, (claimedOf.get(saleId) ?? 0) + amount);
    const sale = [...intents.values()].find((intent) => isPaid(intent) && intent.saleId === saleId);
    const isOfSale = sale?.card === record?.card && sale?.counter === record?.counter;
    if (record?.amount !== amount || sale === undefined || !isOfSale) {
      violations.push(`${name}: the claim says something else`);
    }
    const count = inBatches.filter(({ bytes }) => bytes === record?.bytes).length;
    if (count !== 1) violations.push(`${name}: a claim is in ${count} batches`);
  }
  for (const [saleId, claimed] of claimedOf) {
    const asked = refunds.get(saleId)?.amount ?? 0;
    const given = [...intents.values()].filter(
      (intent) => intent.state === 'done' && intent.saleId === `void of ${saleId}`,
    );
    const back = claimed + given.reduce((sum, { amount }) => sum + amount, 0);
    if (back > asked) {
      violations.push(
        `terminal ${terminalId} ${saleId}: ${back} yen back, and ${asked} were asked`,
      );
    }
  }
  if (inBatches.length !== refundClaims.length) {
    violations.push(`terminal ${terminalId}: a claim of a batch is not the journal's`);
  }
  return violations;
}

function auditPendingLoads(
  claims: readonly ReadRefundClaim[],
  { records, pendingLoads }: Pick<IssuerEvidence, 'records' | 'pendingLoads'>,
  doubtful: ReadonlySet<string>,
): readonly string[] {
  const violations: string[] = [];
  for (const claim of claims) {
    const name = `claim ${claim.samNumber} of SAM ${claim.samId}`;
    const waiting = pendingLoads.filter((row) => isOfClaim(row, claim));
    if (waiting.length > 1) violations.push(`the issuer has ${name} twice`);
    const isDue = records.some((record) => isAcceptedSale(record, claim));
    if (isDue && waiting.length === 0 && !doubtful.has(claim.card)) {
      violations.push(`the issuer holds nothing for ${name}`);
    }
    if (!isDue && waiting.length > 0) violations.push(`the issuer believes ${name} without a sale`);
    for (const { amountYen, idm } of waiting) {
      const isSame = amountYen === claim.amount && hexOf(idm) === claim.card;
      if (!isSame) violations.push(`the issuer holds something else for ${name}`);
    }
  }
  for (const row of pendingLoads) {
    if (claims.some((claim) => isOfClaim(row, claim))) continue;
    violations.push(`the issuer holds ${row.amountYen} yen that nobody claimed`);
  }
  return violations;
}

function auditPayable({
  entries,
  pendingLoads,
}: Pick<IssuerEvidence, 'entries' | 'pendingLoads'>): readonly string[] {
  const own = entries.filter(({ account }) => account === PAYABLE);
  // Credits are negative.
  const owed = -own.reduce((sum, { amountYen }) => sum + amountYen, 0);
  const unpaid = pendingLoads.filter(({ isPaid: paid }) => !paid);
  const waiting = unpaid.reduce((sum, { amountYen }) => sum + amountYen, 0);
  if (owed === waiting) return [];
  return [`books: ${owed} yen wait for cards, and ${waiting} yen by the pending loads`];
}

function isPaid({ kind, state }: ReadIntent): boolean {
  return kind === 'debit' && state === 'done';
}

function isOfClaim(row: PendingLoadRow, claim: ReadRefundClaim): boolean {
  return row.samId === claim.samId && row.samNumber === claim.samNumber;
}

function isAcceptedSale(record: PostedRecord, claim: ReadRefundClaim): boolean {
  const isOfSale =
    record.kind === 'debit' &&
    record.samId === claim.samId &&
    record.cardCounter === claim.counter &&
    hexOf(record.idm) === claim.card;
  const isWaiting = (record.isHeld || record.isInterrupted) && record.resolution !== 'released';
  return isOfSale && !isWaiting;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
