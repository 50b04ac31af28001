import type { IssuerEvidence, PostedRecord } from './evidence.ts';

/** In which direction a kind of record moves what the issuer owes to the cards. */
const SIGN: Readonly<Record<PostedRecord['kind'], number>> = { load: 1, debit: -1, void: 1 };

/** Holds the books against the records that were posted: every account that stands for cards. */
export function auditBooks({ entries, records }: IssuerEvidence): readonly string[] {
  const violations: string[] = [];
  const byTransfer = new Map<string, number>();
  const byAccount = new Map<string, number>();
  for (const { transfer, account, amountYen } of entries) {
    byTransfer.set(transfer, (byTransfer.get(transfer) ?? 0) + amountYen);
    byAccount.set(account, (byAccount.get(account) ?? 0) + amountYen);
  }
  for (const [transfer, total] of byTransfer) {
    if (total !== 0) violations.push(`books: transfer ${transfer} is off by ${total} yen`);
  }
  // Credits are negative: what the issuer owes stands below zero.
  const owed = -(byAccount.get('card-liability') ?? 0);
  const held = -(byAccount.get('suspense') ?? 0);
  const expected = expectedOf(records);
  if (owed !== expected.owed) {
    violations.push(`books: ${owed} yen owed to cards, and ${expected.owed} yen by the records`);
  }
  if (held !== expected.held) {
    violations.push(`books: ${held} yen in suspense, and ${expected.held} yen by the records`);
  }
  return violations;
}

/**
 * A held debit has left the card already and nobody is credited; a held load or void is on no card's
 * account yet. Once one is superseded by the true report, it never was. An interrupted record counts
 * once the card has proven it.
 */
function expectedOf(records: readonly PostedRecord[]): {
  readonly owed: number;
  readonly held: number;
} {
  let owed = 0;
  let held = 0;
  for (const { kind, amountYen, isHeld, isInterrupted, resolution } of records) {
    if (isInterrupted) {
      if (resolution === 'released') owed += SIGN[kind] * amountYen;
      continue;
    }
    const isWaiting = isHeld && resolution === undefined;
    if (isWaiting) held += amountYen;
    const counts =
      kind === 'debit' ? resolution !== 'superseded' : !isHeld || resolution === 'released';
    if (counts) owed += SIGN[kind] * amountYen;
  }
  return { owed, held };
}
