import { formatYen } from '#units';
import type { TapRefusal } from '../debit/debit.ts';
import type { PurseIntent } from '../debit/purse-journal.ts';
import type { NoTapReason, SaleOutcome } from '../purse-terminal.ts';
import { remainingOf, VERB_BY_KIND } from './outcome-text.ts';
import { customerNotices } from './refund-text.ts';

const NOT_HERE = 'This card cannot be used here. Nothing was taken.';
const NOT_NOW = 'This terminal cannot take cards now. Nothing was taken.';
const TOO_MUCH = 'The amount is more than can be paid by card here.';
const ASK = 'Please ask at the counter. Nothing was taken.';
const TOUCH = 'Please touch your card.';

/**
 * What stands on a display that others can read, too: that a card is listed, blocked or strange is the
 * cashier's to know, and so is what ails the terminal.
 */
const TEXT_BY_REFUSAL: Readonly<Record<TapRefusal, string>> = {
  'other-card-expected': 'Please touch the card that you touched before.',
  'sale-voided': 'This payment was given back to your card.',
  'sale-refunded': 'This payment is given back to your card.',
  'void-unresolved': 'Please touch the same card again.',
  'void-other-card': 'Please touch the card that paid.',
  'void-not-last': ASK,
  'journal-set-back': NOT_NOW,
  'card-left': 'Please hold your card still until it is done. Nothing was taken.',
  'card-not-supported': NOT_HERE,
  'foreign-issuer': NOT_HERE,
  'key-version-unknown': NOT_HERE,
  'card-hot-listed': NOT_HERE,
  'card-blocked': NOT_HERE,
  'card-expired': 'This card has expired. Please ask its issuer.',
  'card-worn-out': 'This card is worn out. Please ask its issuer.',
  'sam-ceiling-reached': NOT_NOW,
  'over-terminal-limit': TOO_MUCH,
  'over-card-limit': 'The amount is more than this card pays at once.',
  'insufficient-balance': 'The balance is too low.',
  'over-balance-limit': 'The card would hold more than it may.',
  'clock-set-back': NOT_NOW,
  'journal-nearly-full': NOT_NOW,
  'keys-expired': NOT_NOW,
  'hot-list-too-old': NOT_NOW,
  'over-offline-count': NOT_NOW,
  'over-offline-total': NOT_NOW,
  'over-card-day-total': TOO_MUCH,
  'load-quota-reached': NOT_NOW,
  'card-refused': NOT_HERE,
};

const TEXT_BY_NO_TAP: Readonly<Record<NoTapReason, string>> = {
  'sale-id-reused': ASK,
  'card-not-removed': 'Please take your card away.',
  'no-card': TOUCH,
  'no-purse': NOT_HERE,
  'two-cards': 'Please touch with one card only. Nothing was taken.',
  'not-authentic': NOT_HERE,
  'card-left': 'Please hold your card still until it is done. Nothing was taken.',
  'session-over': TOUCH,
  'sam-locked': NOT_NOW,
  'sam-cannot-void': ASK,
  'void-sale-unknown': ASK,
  'void-sale-unresolved': ASK,
  'void-sale-refunded': ASK,
};

/** What the customer reads; the cashier reads `describeOutcome`. */
export function customerText(outcome: SaleOutcome): string {
  return `${customerNotices(outcome.refunds ?? [])}${textOf(outcome)}`;
}

function textOf(outcome: SaleOutcome): string {
  switch (outcome.outcome) {
    case 'approved':
      return approvalText(outcome.intent);
    case 'refused': {
      const { reason, balance } = outcome;
      const isToldBalance = reason === 'insufficient-balance' && balance !== undefined;
      const rest = isToldBalance ? ` It is ${formatYen(balance)}.` : '';
      return `${TEXT_BY_REFUSAL[reason]}${rest}`;
    }
    case 'unresolved':
      return 'Please touch the same card again.';
    case 'no-tap':
      return TEXT_BY_NO_TAP[outcome.reason];
  }
}

function approvalText(intent: PurseIntent): string {
  const verb = VERB_BY_KIND[intent.kind];
  const done = `${verb}: ${formatYen(intent.amount)}. Balance: ${formatYen(intent.balanceAfter)}.`;
  return intent.asked === undefined
    ? done
    : `${done} Still to pay: ${formatYen(remainingOf(intent))}.`;
}
