import type { MatchedWrite } from './audit-writes.ts';
import type { FindingRow } from './evidence.ts';
import type { ReadIntent, ReadJournal } from './journal-reading.ts';

export interface RefundsToAudit {
  readonly journals: readonly ReadJournal[];
  readonly matches: readonly MatchedWrite[];
  readonly findings: readonly FindingRow[];
  /** Cards of which nobody can tell which of two writes is the true one. */
  readonly doubtful: ReadonlySet<string>;
}

const OF_VOID = 'void of ';

/**
 * Of each sale no more is asked back than was paid, and no more is given back on cards either; and the
 * issuer finds the sale of each true void.
 */
export function auditRefunds({
  journals,
  matches,
  findings,
  doubtful,
}: RefundsToAudit): readonly string[] {
  const violations: string[] = [];
  for (const { terminalId, intents, refunds } of journals) {
    const paid = [...intents.values()].filter(isPaid);
    for (const [saleId, { amount, card }] of refunds) {
      const sold = paid.find((intent) => intent.saleId === saleId);
      const name = `terminal ${terminalId} ${saleId}`;
      if (sold === undefined || sold.card !== card) {
        violations.push(`${name}: asked back, and not paid with card ${card}`);
      } else if (amount > sold.amount) {
        violations.push(`${name}: ${amount} of ${sold.amount} yen were asked back`);
      }
    }
    const written = matches.filter((match) => match.terminalId === terminalId);
    const sales = written.filter(({ write }) => write.kind === 'debit');
    const soldOf = new Map(sales.map(({ write, intent }) => [intent.saleId, write.amount]));
    for (const [saleId, given] of givenBack(written, doubtful)) {
      const sold = soldOf.get(saleId) ?? 0;
      if (given <= sold) continue;
      violations.push(`terminal ${terminalId} ${saleId}: ${given} of ${sold} yen were given back`);
    }
  }
  for (const { terminalId, samNumber, reason } of findings) {
    if (!reason.startsWith('RECORD_VOID_SALE')) continue;
    const journal = journals.find((known) => known.terminalId === terminalId);
    const intents = [...(journal?.intents.values() ?? [])];
    const held = intents.find(({ record }) => record?.samNumber === samNumber);
    if (held === undefined || doubtful.has(held.card)) continue;
    violations.push(`terminal ${terminalId}, ${held.saleId}: a true void, held with ${reason}`);
  }
  return violations;
}

function isPaid({ kind, state }: ReadIntent): boolean {
  return kind === 'debit' && state === 'done';
}

/** By sale: what its card was given back for it. */
function givenBack(
  matches: readonly MatchedWrite[],
  doubtful: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const given = new Map<string, number>();
  for (const { write, intent } of matches) {
    if (write.kind !== 'void' || doubtful.has(write.card)) continue;
    const saleId = intent.saleId.slice(OF_VOID.length);
    given.set(saleId, (given.get(saleId) ?? 0) + write.amount);
  }
  return given;
}
