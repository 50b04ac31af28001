import { idm, shortIdm } from '#felica/identifiers';
import type { HistoryEntry } from '#purse/history-block';
import { isValidCard } from '#purse/validity-purse';
import { type BusinessDate, formatYen, type Yen } from '#units';
import type { CardReading } from '../debit/card-reading.ts';
import type { SettledIntent } from '../debit/debit.ts';
import type { PurseSnapshot } from '../debit/purse-card.ts';

const TEXT_BY_KIND: Readonly<Record<HistoryEntry['kind'], string>> = {
  load: 'loaded',
  debit: 'paid',
  cashback: 'given back',
};

const TEXT_BY_FATE: Readonly<Record<SettledIntent['fate'], string>> = {
  done: 'was done',
  'not-done': 'was not done and takes nothing',
  'write-again': 'was not done',
  unknown: 'cannot be told from the card: the issuer can',
};

/** What the holder of a card is told of it. */
export function describeCard({ idm: id, snapshot, history, settled }: CardReading): string[] {
  const { cardData, purse } = snapshot;
  const until = cardData === undefined ? '' : `, valid until ${cardData.expiry}`;
  return [
    `Balance ${formatYen(purse.balance)}; card ends in ${shortIdm(idm(id))}${until}`,
    ...(isBlocked(snapshot) ? ['This card is blocked.'] : []),
    ...settled.map(
      ({ intent, fate }) =>
        `Sale ${intent.saleId}, ${formatYen(intent.amount)}: ${TEXT_BY_FATE[fate]}`,
    ),
    ...(history?.length === 0 ? ['Nothing was done with this card yet.'] : []),
    ...(history ?? []).map(describeEntry),
  ];
}

/** The same for a program to read. It names the card by its last two bytes only. */
export function cardJson(reading: CardReading): Readonly<Record<string, unknown>> {
  const { snapshot, history, settled } = reading;
  return {
    outcome: 'read',
    card: shortIdm(idm(reading.idm)),
    balance: snapshot.purse.balance,
    expiry: snapshot.cardData?.expiry ?? null,
    isBlocked: isBlocked(snapshot),
    settled: settled.map(({ intent, fate }) => ({
      saleId: intent.saleId,
      amount: intent.amount,
      fate,
    })),
    ...(history && { history: history.map(entryJson) }),
  };
}

interface EntryJson {
  readonly kind: HistoryEntry['kind'];
  readonly amount: Yen;
  readonly balanceAfter: Yen;
  readonly date: BusinessDate;
  readonly terminalId: number;
  readonly terminalNumber: number;
  readonly cardCounter: number;
}

function entryJson(entry: HistoryEntry): EntryJson {
  const { kind, amount, balanceAfter, date, terminalId, terminalNumber, cardCounter } = entry;
  return { kind, amount, balanceAfter, date, terminalId, terminalNumber, cardCounter };
}

function describeEntry({ kind, amount, balanceAfter, date, terminalId }: HistoryEntry): string {
  const what = `${TEXT_BY_KIND[kind]} ${formatYen(amount)}`;
  return `${date}  ${what}, balance ${formatYen(balanceAfter)}, terminal ${terminalId}`;
}

function isBlocked({ cardData, validity }: PurseSnapshot): boolean {
  return cardData?.isBlocked === true || !isValidCard(validity);
}
