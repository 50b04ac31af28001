import { formatYen } from '#units';
import type { RefundNotice } from '../debit/refund.ts';
import type { RefundOutcome } from '../purse-terminal.ts';
import { cardNameOf, reasonText } from './outcome-text.ts';

type NotRegistered = Extract<RefundOutcome, { readonly outcome: 'not-registered' }>['reason'];

const TEXT_BY_REASON: Readonly<Record<NotRegistered, string>> = {
  'refund-sale-unknown': 'no sale of this id was paid here',
  'refund-sale-unresolved': 'this sale is not finished: touch its card again first',
  'refund-id-reused': 'this refund id stands for another sale or amount',
  'refund-over-sale': 'more than is left of this sale',
};

/** Exit codes of a program that asks for one refund. */
export const EXIT_CODE_BY_REFUND: Readonly<Record<RefundOutcome['outcome'], number>> = {
  given: 0,
  'not-registered': 3,
  unresolved: 4,
  pending: 6,
};

/** One line for the cashier. */
export function describeRefund(outcome: RefundOutcome): string {
  switch (outcome.outcome) {
    case 'given': {
      const { refund, intent } = outcome;
      return `Refunded ${formatYen(refund.amount)}, balance ${formatYen(intent.balanceAfter)}`;
    }
    case 'pending': {
      const { refund, reason } = outcome;
      if (isForIssuer(reason)) {
        const amount = formatYen(refund.amount);
        return `The refund of ${amount} goes to the issuer with the next batch (${reasonText(reason)})`;
      }
      return `The refund of ${formatYen(refund.amount)} waits: ${reasonText(reason)}`;
    }
    case 'unresolved':
      return 'Not finished: please touch the same card again';
    case 'not-registered':
      return `No refund: ${TEXT_BY_REASON[outcome.reason]}`;
  }
}

/** What the customer reads. */
export function customerRefundText(outcome: RefundOutcome): string {
  switch (outcome.outcome) {
    case 'given': {
      const { refund, intent } = outcome;
      return `Given back: ${formatYen(refund.amount)}. Balance: ${formatYen(intent.balanceAfter)}.`;
    }
    case 'pending':
      return isForIssuer(outcome.reason)
        ? `You get ${formatYen(outcome.refund.amount)} back at a load terminal, in a day or so.`
        : `To get ${formatYen(outcome.refund.amount)} back, touch the card that paid here again.`;
    case 'unresolved':
      return 'Please touch the same card again.';
    case 'not-registered':
      return 'Please ask at the counter.';
  }
}

/** No cashback of this terminal will give it. */
function isForIssuer(reason: string): boolean {
  return reason === 'void-not-last' || reason === 'sam-cannot-void';
}

/** The same for a program to read. It names the card by its last two bytes only. */
export function refundJson(outcome: RefundOutcome): Readonly<Record<string, unknown>> {
  if (outcome.outcome === 'not-registered') {
    return { outcome: outcome.outcome, reason: outcome.reason };
  }
  const { refund } = outcome;
  return {
    outcome: outcome.outcome,
    refundId: refund.refundId,
    saleId: refund.saleId,
    amount: refund.amount,
    card: cardNameOf(refund),
    ...(outcome.outcome === 'pending' && { reason: outcome.reason }),
    ...(outcome.outcome === 'given' && { balance: outcome.intent.balanceAfter }),
  };
}

/** What a touch meant for a refund that waited, in one sentence for the cashier. */
export function describeNotice(notice: RefundNotice): string {
  const what = `the refund of ${formatYen(notice.amount)} for sale ${notice.saleId}`;
  switch (notice.result) {
    case 'given':
      return `Given back with this touch: ${what}.`;
    case 'unresolved':
      return `Not finished: ${what}; please touch the same card again.`;
    case 'waiting':
      return `Still waiting: ${what} (${reasonText(notice.reason)}).`;
  }
}

/** For the customer, who need not hear of what could not be done now. */
export function customerNotices(notices: readonly RefundNotice[]): string {
  return notices
    .filter(({ result }) => result === 'given')
    .map(({ amount }) => `Given back: ${formatYen(amount)}. `)
    .join('');
}

export function noticeJson(notice: RefundNotice): Readonly<Record<string, unknown>> {
  const { result, saleId, amount } = notice;
  return { result, saleId, amount, ...(result === 'waiting' && { reason: notice.reason }) };
}
