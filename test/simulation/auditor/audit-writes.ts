import { nameOf, type PurseWrite, type ReadCard } from './card-reading.ts';
import type { ToldOutcome } from './evidence.ts';
import { isOpen, type ReadIntent, type ReadJournal } from './journal-reading.ts';

export interface WritesToMatch {
  readonly cards: readonly ReadCard[];
  readonly journals: readonly ReadJournal[];
  readonly told: readonly ToldOutcome[];
  /** Cards of which nobody can tell which of two writes is the true one. */
  readonly doubtful: ReadonlySet<string>;
}

export interface MatchedWrite {
  readonly write: PurseWrite;
  readonly intent: ReadIntent;
  readonly terminalId: number;
}

export interface MatchedWrites {
  readonly matches: readonly MatchedWrite[];
  readonly violations: readonly string[];
}

/** Finds the one intent of each purse write, and holds what journals and people say against it. */
export function matchWrites({ cards, journals, told, doubtful }: WritesToMatch): MatchedWrites {
  const violations: string[] = [];
  const matches: MatchedWrite[] = [];
  const intents = intentsByWrite(journals);
  for (const write of cards.flatMap(({ writes }) => writes)) {
    const found = intents.get(keyOf(write.terminalId, write.card, write.executionId));
    if (found === undefined) {
      violations.push(`${nameOf(write)}: no intent in that terminal's journal`);
    } else {
      violations.push(...differences(write, found));
      matches.push({ write, intent: found, terminalId: write.terminalId });
    }
  }
  const byIntent = groupBy(matches, ({ intent }) => intent);
  for (const { terminalId, intents: all } of journals) {
    for (const intent of all.values()) {
      if (doubtful.has(intent.card)) continue;
      violations.push(...contradictions(terminalId, intent, byIntent.get(intent)?.length ?? 0));
    }
  }
  violations.push(...auditSales({ matches, told, doubtful, refunded: refundedSales(journals) }));
  return { matches, violations };
}

function intentsByWrite(journals: readonly ReadJournal[]): ReadonlyMap<string, ReadIntent> {
  const found = new Map<string, ReadIntent>();
  for (const { terminalId, intents } of journals) {
    for (const intent of intents.values()) {
      found.set(keyOf(terminalId, intent.card, intent.executionId), intent);
    }
  }
  return found;
}

function keyOf(terminalId: number, card: string, executionId: string): string {
  return `${terminalId} ${card} ${executionId}`;
}

function differences(write: PurseWrite, intent: ReadIntent): readonly string[] {
  const isSame =
    write.kind === intent.kind &&
    write.counter === intent.counter &&
    write.amount === intent.amount &&
    write.balanceBefore === intent.balanceBefore &&
    write.balanceAfter === intent.balanceAfter &&
    write.terminalNumber === intent.number % 0x1_0000;
  return isSame ? [] : [`${nameOf(write)}: its intent ${intent.number} says something else`];
}

/** What the journal says became of an intent, against how often the card was written for it. */
function contradictions(
  terminalId: number,
  intent: ReadIntent,
  writeCount: number,
): readonly string[] {
  const name =
    `terminal ${terminalId}, intent ${intent.number} (${intent.saleId}, ${intent.kind} of ` +
    `${intent.amount} yen, card ${intent.card})`;
  if (writeCount > 1) return [`${name}: written ${writeCount} times`];
  if (intent.state === 'done' && writeCount === 0) return [`${name}: done, and on no card`];
  const isDenied = intent.state === 'not-done' && writeCount === 1;
  if (isDenied) return [`${name}: not done, and on the card`];
  return [];
}

interface SalesToAudit {
  readonly matches: readonly MatchedWrite[];
  readonly told: readonly ToldOutcome[];
  readonly doubtful: ReadonlySet<string>;
  /** Sales of which something was asked back, and the ids of their voids. */
  readonly refunded: ReadonlySet<string>;
}

function refundedSales(journals: readonly ReadJournal[]): ReadonlySet<string> {
  const ofJournal = ({ terminalId, refunds }: ReadJournal): readonly string[] =>
    [...refunds.keys()].flatMap((saleId) => [
      `${terminalId} ${saleId}`,
      `${terminalId} void of ${saleId}`,
    ]);
  return new Set(journals.flatMap(ofJournal));
}

function auditSales({ matches, told, doubtful, refunded }: SalesToAudit): readonly string[] {
  const violations: string[] = [];
  const bySale = groupBy(matches, ({ terminalId, intent }) => `${terminalId} ${intent.saleId}`);
  for (const [sale, own] of bySale) {
    const isDoubtful = own.some(({ write }) => doubtful.has(write.card));
    if (own.length > 1 && !isDoubtful) {
      violations.push(`terminal ${sale}: ${own.length} purse writes for one sale`);
    }
  }
  const lastWord = new Map<string, ToldOutcome>();
  for (const word of told) {
    const sale = `${word.terminalId} ${word.saleId}`;
    lastWord.set(sale, word);
    if (word.outcome !== 'approved') continue;
    const paid = (bySale.get(sale) ?? []).filter(
      ({ write }) => write.kind === word.kind && write.amount === word.amountYen,
    );
    if (paid.length === 0) {
      violations.push(`terminal ${sale}: approved for ${word.amountYen} yen, and on no card`);
    }
  }
  for (const [sale, word] of lastWord) {
    if (word.outcome !== 'refused' && word.outcome !== 'no-tap') continue;
    for (const { write, intent } of bySale.get(sale) ?? []) {
      // The journal knows of one that is open, or was found at a later touch of the card.
      const isVoided = bySale.has(`${word.terminalId} void of ${word.saleId}`);
      // What was asked back is no payment any more, and is voided by no one but its refund.
      const isKnown =
        isVoided || refunded.has(sale) || isOpen(intent) || intent.resolution === 'at-re-tap';
      if (!isKnown && !doubtful.has(write.card)) {
        violations.push(`terminal ${sale}: told ${word.outcome}, and ${nameOf(write)}`);
      }
    }
  }
  return [...new Set(violations)];
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
