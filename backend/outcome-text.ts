import { formatYen } from '#units';
import type { Registration } from './issuer/registration.ts';
import { type Balances, totalOf } from './ledger/books.ts';
import type { CloseResult } from './settlement/close-window.ts';
import type { SettleResult } from './settlement/settle-window.ts';
import type { Statement } from './settlement/statement.ts';

/** What a command of the program says, as JSON and as lines for a person. */
export interface Outcome {
  readonly json: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
  /** 0 if absent. */
  readonly exitCode?: number;
}

const EXIT_REFUSED = 3;

interface Refused {
  readonly reason: string;
  readonly detail: string;
}

/** What was not done, and why: exit status 3. */
export function refusedOutcome({ reason, detail }: Refused): Outcome {
  return {
    json: { result: 'refused', code: reason, message: detail },
    lines: [`${reason}: ${detail}`],
    exitCode: EXIT_REFUSED,
  };
}

/** `what` was registered, with `facts` about it for the JSON. */
export function registrationOutcome(
  registration: Registration<string>,
  what: string,
  facts: Readonly<Record<string, unknown>> = {},
): Outcome {
  if (registration.result === 'refused') return refusedOutcome(registration);
  const { result } = registration;
  const word = result === 'registered' ? 'Registered' : 'Registered already';
  return { json: { result, ...facts }, lines: [`${word}: ${what}.`] };
}

export function closeOutcome(closed: CloseResult): Outcome {
  if (closed.result === 'refused') {
    const refusal = refusedOutcome(closed);
    const { figures } = closed;
    if (figures === undefined) return refusal;
    return {
      ...refusal,
      json: { ...refusal.json, figures },
      lines: [...refusal.lines, ...figureLines(figures)],
    };
  }
  const { result, windowNumber, figures } = closed;
  const word = result === 'closed' ? 'is closed; everything adds up' : 'was closed before';
  return {
    json: { result, windowNumber, figures },
    lines: [`Window ${windowNumber} ${word}.`, ...figureLines(figures)],
  };
}

export function settleOutcome(settled: SettleResult): Outcome {
  if (settled.result === 'refused') return refusedOutcome(settled);
  const { result, windowNumber, payments, commission } = settled;
  const word = result === 'settled' ? 'is settled' : 'was settled before';
  return {
    json: { result, windowNumber, payments, commission },
    lines: [
      `Window ${windowNumber} ${word}.`,
      ...payments.map(({ merchantId, amount }) => `  merchant ${merchantId}  ${formatYen(amount)}`),
      `  carrier  ${formatYen(commission)}`,
    ],
  };
}

export function statementOutcome<Content extends object>(
  found: Statement<Content>,
  textOf: (content: Content) => readonly string[],
): Outcome {
  if (found.result === 'refused') return refusedOutcome(found);
  const json: Outcome['json'] = Object.fromEntries(Object.entries(found.statement));
  return { json, lines: textOf(found.statement) };
}

/** Debits are positive, as in the books. */
export function booksOutcome(issuer: Balances, carrier: Balances): Outcome {
  return {
    json: { issuer: booksJson(issuer), carrier: booksJson(carrier) },
    lines: [...booksLines('Issuer', issuer), ...booksLines('Carrier', carrier)],
  };
}

function booksJson(balances: Balances): Readonly<Record<string, unknown>> {
  return { balances: Object.fromEntries(balances), total: totalOf(balances) };
}

function booksLines(party: string, balances: Balances): readonly string[] {
  return [
    `${party}, debits positive`,
    ...[...balances].map(([account, amount]) => `  ${account.padEnd(32)} ${formatYen(amount)}`),
    `  ${'total'.padEnd(32)} ${formatYen(totalOf(balances))}`,
  ];
}

function figureLines(figures: object): readonly string[] {
  return Object.entries(figures).map(([name, value]) => `  ${name.padEnd(24)} ${value}`);
}
