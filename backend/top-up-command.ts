import { formatIdm, idm } from '#felica/identifiers';
import { formatYen, yen } from '#units';
import { bytesIn, numberIn, textIn } from './database/row.ts';
import type { Backend } from './open-backend.ts';
import type { Outcome } from './outcome-text.ts';

const LISTED_MAX = 1_000;

/** The newest first, each with its last step. */
export const TOP_UPS_STATEMENT = `
SELECT asked.top_up_id AS top_up_id, idm, source, amount_yen, asked.at_ms AS asked_at_ms,
  terminal_id, last.state AS state, last.at_ms AS at_ms
FROM top_up_step AS asked
CROSS JOIN top_up ON top_up.top_up_id = asked.top_up_id
CROSS JOIN top_up_step AS last ON last.top_up_id = asked.top_up_id AND last.number = (
  SELECT max(number) FROM top_up_step AS step WHERE step.top_up_id = asked.top_up_id)
LEFT JOIN top_up_assignment AS assigned ON assigned.top_up_id = asked.top_up_id
WHERE asked.number = 1 ORDER BY asked.at_ms DESC, asked.top_up_id DESC LIMIT ?`;

/** `kazasu backend top-ups`: how far each has come, and which terminal has to load it. */
export async function listTopUps({ database }: Pick<Backend, 'database'>): Promise<Outcome> {
  const topUps = (await database.all(TOP_UPS_STATEMENT, [LISTED_MAX])).map((row) => ({
    topUpId: textIn(row, 'top_up_id'),
    card: formatIdm(idm(bytesIn(row, 'idm'))),
    source: textIn(row, 'source'),
    amount: numberIn(row, 'amount_yen'),
    asked: timeOf(numberIn(row, 'asked_at_ms')),
    terminalId: row['terminal_id'] === null ? null : numberIn(row, 'terminal_id'),
    state: textIn(row, 'state'),
    since: timeOf(numberIn(row, 'at_ms')),
  }));
  const lines = topUps.map(({ topUpId, card, source, amount, terminalId, state, since }) => {
    const place = terminalId === null ? '' : `, terminal ${terminalId}`;
    return `${topUpId}  ${formatYen(yen(amount))}  card ${card}  ${source}  ${state} since ${since}${place}`;
  });
  return { json: { topUps }, lines: lines.length > 0 ? lines : ['No top-ups.'] };
}

function timeOf(instant: number): string {
  return new Date(instant).toISOString();
}
