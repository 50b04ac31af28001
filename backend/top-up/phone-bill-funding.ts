import type { Yen } from '#units';
import { DatabaseError } from '../database/database-error.ts';
import type { FundingSource, Hold } from './funding-source.ts';

type Answer =
  | {
      readonly result: 'done' | 'repeated';
      readonly payment: {
        readonly paymentId: number;
        readonly status: 'reserved' | 'succeeded' | 'cancelled' | 'denied';
      };
    }
  | { readonly result: 'refused'; readonly reason: string };

/** What the carrier lets the issuer ask for: payments in two steps, each once under its correlator. */
export interface BillPayments {
  prepare(request: {
    readonly correlator: string;
    readonly phoneNumber: string;
    readonly amount: Yen;
    readonly description: string;
  }): Promise<Answer>;
  confirm(paymentId: number): Promise<Answer>;
  cancel(paymentId: number): Promise<Answer>;
}

const DESCRIPTION = 'Top-up of a purse';
const HOLDING: ReadonlySet<string> = new Set(['reserved', 'succeeded']);

/**
 * Top-ups that the phone bill pays. To prepare again under the same correlator is how the payment is
 * found: nothing but the correlator has to survive a crash. A payment that ended in a way that does
 * not fit stays `unknown`, so its top-up stays open for a person to see.
 */
export function phoneBillFunding(payments: BillPayments): FundingSource {
  const prepare = ({ correlator, account, amount }: Hold): Promise<Answer> =>
    payments.prepare({ correlator, phoneNumber: account, amount, description: DESCRIPTION });
  const end = async (
    hold: Hold,
    ask: (paymentId: number) => Promise<Answer>,
    status: 'succeeded' | 'cancelled',
  ): Promise<boolean> => {
    const prepared = await prepare(hold);
    if (prepared.result === 'refused') return false;
    const ended = await ask(prepared.payment.paymentId);
    return ended.result !== 'refused' && ended.payment.status === status;
  };
  return {
    hold: (hold) =>
      unlessUnavailable(async () => {
        const prepared = await prepare(hold);
        if (prepared.result === 'refused') return 'declined';
        // Confirmed already, by whomever: loaded, it is captured; not loaded, cancelled in reverse.
        return HOLDING.has(prepared.payment.status) ? 'held' : 'declined';
      }),
    capture: (hold) =>
      unlessUnavailable(async () => {
        const isDone = await end(hold, (id) => payments.confirm(id), 'succeeded');
        return isDone ? 'captured' : 'unknown';
      }),
    release: (hold) =>
      unlessUnavailable(async () => {
        const isDone = await end(hold, (id) => payments.cancel(id), 'cancelled');
        return isDone ? 'released' : 'unknown';
      }),
  };
}

/** A database that is busy or full proves nothing about the payment. */
async function unlessUnavailable<Result>(
  work: () => Promise<Result | 'unknown'>,
): Promise<Result | 'unknown'> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatabaseError) return 'unknown';
    throw error;
  }
}
