import { CardStructureError } from '../card/card-error.ts';
import {
  HISTORY_AMOUNT_MAX,
  type HistoryEntry,
  type HistoryKind,
  TERMINAL_ID_MAX,
} from '../purse/history-block.ts';
import { CARD_COUNTER_MAX } from '../purse/purse-block.ts';
import type { Yen } from '../units.ts';
import { dayOf, wholeOf, yenOf } from './field-value.ts';

/** One entry of the log of a card that is built. What is not given follows from the others. */
export interface PastEntry {
  readonly kind: HistoryKind;
  /** In yen. */
  readonly amount: number;
  /** As `2026-11-20`; the first day a card can name unless given. */
  readonly date?: string;
  /** The balance that the entry above it came from; of the newest, the balance of the card. */
  readonly balanceAfter?: number;
  /** Counts up to the newest, from 1 on. */
  readonly cardCounter?: number;
  /** 1 unless given. */
  readonly terminalId?: number;
  /** The card counter unless given. */
  readonly terminalNumber?: number;
}

const FIRST_DAY = '2020-01-01';

/** The entries in full, the newest first. Throws `CardStructureError` for one that no log can have. */
export function pastEntries(past: readonly PastEntry[], balance: Yen): readonly HistoryEntry[] {
  let balanceAfter: number = balance;
  return past.map((entry, index) => {
    const field = `history[${index}]`;
    const full = entryOf(field, entry, { balanceAfter, cardCounter: past.length - index });
    const change = full.kind === 'debit' ? -full.amount : full.amount;
    balanceAfter = full.balanceAfter - change;
    return full;
  });
}

function entryOf(
  field: string,
  entry: PastEntry,
  usual: { readonly balanceAfter: number; readonly cardCounter: number },
): HistoryEntry {
  const { kind, amount, date = FIRST_DAY, terminalId = 1 } = entry;
  const { balanceAfter = usual.balanceAfter, cardCounter = usual.cardCounter } = entry;
  const { terminalNumber = cardCounter } = entry;
  if (kind !== 'load' && kind !== 'debit' && kind !== 'cashback') {
    throw new CardStructureError(`${field}.kind`, 'expected load, debit or cashback');
  }
  return {
    kind,
    amount: yenOf(`${field}.amount`, amount, HISTORY_AMOUNT_MAX),
    balanceAfter: yenOf(`${field}.balanceAfter`, balanceAfter, HISTORY_AMOUNT_MAX),
    cardCounter: wholeOf(`${field}.cardCounter`, cardCounter, CARD_COUNTER_MAX),
    terminalId: wholeOf(`${field}.terminalId`, terminalId, TERMINAL_ID_MAX),
    terminalNumber: wholeOf(`${field}.terminalNumber`, terminalNumber, 0xffff),
    date: dayOf(`${field}.date`, date),
  };
}
