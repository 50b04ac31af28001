import type { HistoryEntry } from '#purse/history-block';

const NUMBERS = 0x1_0000;

export interface NumberedTerminal {
  readonly terminalId: number;
  /** The number that its next intent gets. */
  readonly nextTransactionNumber: number;
}

/**
 * Whether the newest entry of a card names this terminal with a number that its journal has not given
 * yet: the journal is older than it was. An entry holds 16 bits of a number, so half of them count as
 * ahead and half as behind.
 */
export function isJournalSetBack(
  newestEntry: HistoryEntry | undefined,
  { terminalId, nextTransactionNumber }: NumberedTerminal,
): boolean {
  if (newestEntry?.terminalId !== terminalId) return false;
  const ahead = newestEntry.terminalNumber - (nextTransactionNumber % NUMBERS);
  return (ahead + NUMBERS) % NUMBERS < NUMBERS / 2;
}

/** The numbers that this terminal gave and that an entry with these 16 bits may have. */
export function givenNumbersOf(
  { terminalNumber }: HistoryEntry,
  nextTransactionNumber: number,
): readonly number[] {
  const numbers: number[] = [];
  for (let number = terminalNumber; number < nextTransactionNumber; number += NUMBERS) {
    numbers.push(number);
  }
  return numbers;
}
