import { FLOAT } from '../ledger/chart-of-accounts.ts';
import { clearWindow, type Due, readDue } from './clear-window.ts';
import type { SettlementDependencies } from './close-window.ts';
import { deliverAdvices, writeAdvice } from './commission-advice.ts';
import { isSignedByBoth } from './proposal-store.ts';
import { readWindow } from './window.ts';

/** In the order in which they are looked for. */
export type SettleRefusal =
  | 'SETTLEMENT_WINDOW_UNKNOWN'
  | 'SETTLEMENT_WINDOW_OPEN'
  | 'SETTLEMENT_WINDOW_ORDERED'
  | 'SETTLEMENT_NOT_SIGNED';

export type SettleResult =
  /** `repeated`: it was settled before, and nothing changes. */
  | (Due & { readonly result: 'settled' | 'repeated'; readonly windowNumber: number })
  | { readonly result: 'refused'; readonly reason: SettleRefusal; readonly detail: string };

/**
 * Pays at once, by hand, what a window that both parties have signed owes: each merchant its net, the
 * carrier its commission. After it their accounts stand at zero for that window. What is paid by a file
 * for the bank is ordered instead.
 */
export async function settleWindow(
  { database, issuerId, carrier, now }: Omit<SettlementDependencies, 'verifyPending'>,
  windowNumber: number,
): Promise<SettleResult> {
  const settled = await database.transaction(async (transaction): Promise<SettleResult> => {
    const window = await readWindow(transaction, windowNumber);
    if (window === undefined) return refused('SETTLEMENT_WINDOW_UNKNOWN', windowNumber);
    if (window.state === 'open') return refused('SETTLEMENT_WINDOW_OPEN', windowNumber);
    if (window.state === 'ordered' || window.state === 'reconciled') {
      return refused('SETTLEMENT_WINDOW_ORDERED', windowNumber);
    }
    const due = await readDue(transaction, windowNumber);
    if (window.state === 'settled') return { result: 'repeated', windowNumber, ...due };
    if (!(await isSignedByBoth(transaction, issuerId, window))) {
      return refused('SETTLEMENT_NOT_SIGNED', windowNumber);
    }
    await clearWindow(transaction, windowNumber, { due, clearedAt: now(), through: () => FLOAT });
    await writeAdvice(transaction, { windowNumber, kind: 'paid', amount: due.commission });
    return { result: 'settled', windowNumber, ...due };
  });
  if (settled.result !== 'refused') await deliverAdvices(database, carrier, now());
  return settled;
}

function refused(reason: SettleRefusal, windowNumber: number): SettleResult {
  return { result: 'refused', reason, detail: `window ${windowNumber}` };
}
