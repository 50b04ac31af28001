import { formatYen, sumYen, type Yen } from '#units';
import type { TerminalConfig } from '../config.ts';
import type { GivenPendingLoads } from '../debit/pending-load.ts';
import { cardNameOf, reasonText } from './outcome-text.ts';
import { receiptText } from './receipt.ts';

type End = GivenPendingLoads['end'];

/** Exit code of a program that loads what waits for one card. */
export function exitCodeOfEnd(end: End): number {
  if (end === 'none') return 0;
  if (end === 'in-doubt') return 6;
  return end === 'unresolved' ? 4 : 3;
}

/** What was done and why there is no more, for the cashier. */
export function describePendingLoads({ given, end }: GivenPendingLoads): readonly string[] {
  const loads = given.map(
    ({ amount, balanceAfter }) =>
      `Loaded ${formatYen(amount)} without cash, balance ${formatYen(balanceAfter)}.`,
  );
  const rest = restText(end, given.length > 0);
  return rest === undefined ? loads : [...loads, rest];
}

/** What the customer reads. */
export function customerPendingLoads({ given, end }: GivenPendingLoads): string {
  if (end === 'unresolved') return 'Please touch the same card again.';
  if (given.length > 0) return `Loaded: ${formatYen(totalOf(given))}.`;
  return end === 'none' ? 'Nothing waits for this card.' : 'Please ask at the counter.';
}

/** The same for a program to read. It names the card by its last two bytes only. */
export function pendingLoadJson({
  given,
  end,
}: GivenPendingLoads): Readonly<Record<string, unknown>> {
  return {
    outcome: 'read',
    loaded: given.map((intent) => ({
      saleId: intent.saleId,
      amount: intent.amount,
      balance: intent.balanceAfter,
      card: cardNameOf(intent),
    })),
    end,
  };
}

/** A receipt for each load. */
export function pendingLoadReceipts(
  { given }: GivenPendingLoads,
  { terminalId, merchantName }: Pick<TerminalConfig, 'terminalId' | 'merchantName'>,
): readonly string[] {
  return given.map((intent) =>
    receiptText({
      ...intent,
      terminalId,
      merchantName,
      cardName: cardNameOf(intent),
      resolution: 'at-tap',
    }),
  );
}

function restText(end: End, hasLoaded: boolean): string | undefined {
  if (end === 'none') return hasLoaded ? undefined : 'Nothing waits for this card.';
  if (end === 'in-doubt') {
    return 'Something waits that may be on the card already: the terminal that was to load it has to upload first.';
  }
  if (end === 'unresolved') return 'Not finished: please touch the same card again.';
  return `Not loaded: ${reasonText(end)}.`;
}

function totalOf(given: GivenPendingLoads['given']): Yen {
  return sumYen(given.map(({ amount }) => amount));
}
