import { auditBatches } from './audit-batches.ts';
import { auditBooks } from './audit-books.ts';
import { auditHits } from './audit-hits.ts';
import { auditRefundClaims } from './audit-refund-claims.ts';
import { auditRefunds } from './audit-refunds.ts';
import { matchWrites } from './audit-writes.ts';
import { readBatch } from './batch-reading.ts';
import { readCard } from './card-reading.ts';
import type { Evidence } from './evidence.ts';
import { readJournal } from './journal-reading.ts';
import { placesOfMoney } from './money-place.ts';
import type { AuditReport } from './report.ts';

/**
 * Follows every yen from the cards through the journals and batches into the issuer's books, and back.
 *
 * It reads bytes and rows by the pages that describe them, and shares no code with what it audits.
 */
export function audit(evidence: Evidence): AuditReport {
  const cards = evidence.cards.map(readCard);
  const journals = evidence.terminals.map(readJournal);
  const stored = evidence.issuer.batches.map(readBatch);
  // Of a card with a clone, or with an older content, two writes can be equally true.
  const doubtful = new Set([
    ...evidence.cards.flatMap(({ isClone }, index) => (isClone ? [cards[index]?.card ?? ''] : [])),
    ...cards.flatMap(({ wasRestored, card }) => (wasRestored ? [card] : [])),
  ]);
  const matched = matchWrites({ cards, journals, told: evidence.told, doubtful });
  const places = placesOfMoney({ matched, journals, stored, issuer: evidence.issuer, doubtful });
  const sum = (value: (card: (typeof cards)[number]) => number): number =>
    cards.reduce((total, card) => total + value(card), 0);
  const figures = {
    onCardsAtStart: sum(({ balanceAtStart }) => balanceAtStart),
    conjured: sum(({ conjured }) => conjured),
    onCardsAtEnd: sum(({ balanceAtEnd }) => balanceAtEnd),
    ...places.figures,
    purseWriteCount: sum(({ writes }) => writes.length),
    recordCount: stored.reduce((total, { records }) => total + records.length, 0),
  };
  const { onCardsAtStart, loaded, spent, conjured, onCardsAtEnd } = figures;
  const expected = onCardsAtStart + loaded - spent + conjured;
  const found =
    figures.acceptedByIssuer +
    figures.heldByIssuer +
    figures.refusedByIssuer +
    figures.onItsWay +
    figures.inJournals +
    figures.unresolved;
  return {
    violations: [
      ...cards.flatMap(({ violations }) => violations),
      ...journals.flatMap(({ violations }) => violations),
      ...stored.flatMap(({ violations }) => violations),
      ...matched.violations,
      ...auditRefunds({
        journals,
        matches: matched.matches,
        findings: evidence.issuer.findings,
        doubtful,
      }),
      ...auditRefundClaims({ journals, stored, issuer: evidence.issuer, doubtful }),
      ...auditBatches(journals, stored),
      ...auditHits(journals, stored, evidence.issuer.hits),
      ...places.violations,
      ...auditBooks(evidence.issuer),
      ...(expected === onCardsAtEnd
        ? []
        : [`the cards hold ${onCardsAtEnd} yen, and ${expected} yen should be on them`]),
      ...(found === spent ? [] : [`${spent} yen were spent, and ${found} yen were found`]),
    ],
    figures,
  };
}
