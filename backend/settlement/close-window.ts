import { type EpochMs, yen } from '#units';
import type { Database, Transaction } from '../database/database.ts';
import { numberIn, textIn } from '../database/row.ts';
import { openWindowNumber } from '../ledger/open-window.ts';
import { type CarrierPort, deliverAdvices, writeAdvice } from './commission-advice.ts';
import { openWindow } from './window.ts';
import {
  type FigureFault,
  figureFault,
  parseFigures,
  readFigures,
  type WindowFigures,
} from './window-figure.ts';

/** In the order in which they are looked for. */
export type CloseRefusal =
  | 'SETTLEMENT_WINDOW_UNKNOWN'
  | 'SETTLEMENT_BATCHES_UNVERIFIED'
  | FigureFault;

export type CloseResult =
  | {
      /** `repeated`: it was closed before, with these figures, and nothing changes. */
      readonly result: 'closed' | 'repeated';
      readonly windowNumber: number;
      readonly figures: WindowFigures;
    }
  | {
      readonly result: 'refused';
      readonly reason: CloseRefusal;
      readonly detail: string;
      readonly figures: WindowFigures | undefined;
    };

export interface SettlementDependencies {
  readonly database: Database;
  readonly issuerId: number;
  /** Verifies and posts everything that is stored when it is called. */
  readonly verifyPending: () => Promise<unknown>;
  readonly carrier: CarrierPort;
  readonly now: () => EpochMs;
}

/**
 * Closes the open window and opens the next. Everything received before is verified first. Where
 * anything does not add up the window stays open, with the figures in hand. Who names the window may
 * ask again without closing the next one too.
 */
export async function closeWindow(
  dependencies: SettlementDependencies,
  windowNumber?: number,
): Promise<CloseResult> {
  const { database, carrier, now } = dependencies;
  const [last] = await database.all('SELECT coalesce(max(id), 0) AS id FROM batch');
  await dependencies.verifyPending();
  // What the carrier does not know yet would look like a difference.
  await deliverAdvices(database, carrier, now());
  const position = await carrier.position();
  const closed = await database.transaction(async (transaction): Promise<CloseResult> => {
    const open = await openWindowNumber(transaction);
    const asked = windowNumber ?? open;
    if (asked > open) return refused('SETTLEMENT_WINDOW_UNKNOWN', `window ${asked}`, undefined);
    if (asked < open) return repeated(transaction, asked);
    const waiting = await countWaiting(transaction, numberIn(last, 'id'));
    if (waiting > 0) {
      const detail = `${waiting} batches are not verified`;
      return refused('SETTLEMENT_BATCHES_UNVERIFIED', detail, undefined);
    }
    const figures = await readFigures(transaction, open, position);
    const fault = figureFault(figures);
    if (fault !== undefined) return refused(fault, `window ${open}`, figures);
    await writeClose(transaction, { windowNumber: open, figures, closedAt: now() });
    return { result: 'closed', windowNumber: open, figures };
  });
  await deliverAdvices(database, carrier, now());
  return closed;
}

async function repeated(transaction: Transaction, windowNumber: number): Promise<CloseResult> {
  const [row] = await transaction.all('SELECT figures FROM window_close WHERE window_number = ?', [
    windowNumber,
  ]);
  const figures = parseFigures(textIn(row, 'figures'));
  return { result: 'repeated', windowNumber, figures };
}

async function countWaiting(transaction: Transaction, lastId: number): Promise<number> {
  const [row] = await transaction.all(
    'SELECT count(*) AS count FROM unverified_batch WHERE batch_id <= ?',
    [lastId],
  );
  return numberIn(row, 'count');
}

async function writeClose(
  transaction: Transaction,
  {
    windowNumber,
    figures,
    closedAt,
  }: {
    readonly windowNumber: number;
    readonly figures: WindowFigures;
    readonly closedAt: EpochMs;
  },
): Promise<void> {
  await transaction.run('INSERT INTO window_close VALUES (?, ?, ?)', [
    windowNumber,
    closedAt,
    JSON.stringify(figures),
  ]);
  const amount = yen(figures.commissionOfWindow);
  await writeAdvice(transaction, { windowNumber, kind: 'earned', amount });
  await openWindow(transaction, windowNumber + 1, closedAt);
}

function refused(
  reason: CloseRefusal,
  detail: string,
  figures: WindowFigures | undefined,
): CloseResult {
  return { result: 'refused', reason, detail, figures };
}
