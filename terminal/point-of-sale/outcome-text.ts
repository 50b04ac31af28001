import { type IDm, idm, shortIdm } from '#felica/identifiers';
import { formatYen, subtractYen, type Yen } from '#units';
import type { TapRefusal } from '../debit/debit.ts';
import type { PurseIntent } from '../debit/purse-journal.ts';
import type { NoTapReason, SaleOutcome } from '../purse-terminal.ts';

/** What the cashier reads for each reason (debit-protocol.md). */
const TEXT_BY_REFUSAL: Readonly<Record<TapRefusal, string>> = {
  'other-card-expected': 'this sale is half done on another card: that card must come back',
  'sale-voided': 'this sale was given back: sell anew under another id',
  'sale-refunded': 'this sale is being given back: sell anew under another id',
  'void-unresolved': 'the void of this sale is not finished: finish it first',
  'void-other-card': 'another card than the one that paid',
  'void-not-last': 'the card was used since: this sale cannot be voided any more',
  'journal-set-back': 'the journal of this terminal is older than the card: call the technician',
  'card-left': 'the card left too early; nothing was taken',
  'card-not-supported': 'a card of another scheme version',
  'foreign-issuer': "another issuer's card",
  'key-version-unknown': 'the card names other keys than it has',
  'card-hot-listed': 'the issuer does not let this card be used',
  'card-blocked': 'the card is blocked',
  'card-expired': 'the card has expired',
  'card-worn-out': 'the card is worn out: the issuer replaces it',
  'sam-ceiling-reached': 'this terminal must upload its records first',
  'over-terminal-limit': 'more than this terminal takes at once',
  'over-card-limit': 'more than this card pays at once',
  'insufficient-balance': 'the balance is too low',
  'over-balance-limit': 'more than this card may hold',
  'clock-set-back': "this terminal's clock is wrong",
  'journal-nearly-full': "this terminal's memory is nearly full",
  'keys-expired': "this terminal's keys have expired",
  'hot-list-too-old': 'this terminal needs a new hot list',
  'over-offline-count': 'this terminal has to upload its sales first',
  'over-offline-total': 'this terminal has to upload its sales first',
  'over-card-day-total': 'more than one card pays here in a day',
  'load-quota-reached': 'this terminal must upload its loads first',
  'card-refused': 'the card refused; nothing was written',
};

const TEXT_BY_NO_TAP: Readonly<Record<NoTapReason, string>> = {
  'sale-id-reused': 'this sale id stands for something else',
  'card-not-removed': 'take the card of the sale before away',
  'no-card': 'no card was touched',
  'no-purse': 'no purse of ours is on this card or phone',
  'two-cards': 'more than one card is on the reader: one card only',
  'not-authentic': 'the card does not know our keys',
  'card-left': 'the card left too early; nothing was taken',
  'session-over': 'the card of these sales has left: touch again',
  'sam-locked': 'the SAM is locked: call the manager',
  'sam-cannot-void': 'the SAM of this terminal may not void',
  'void-sale-unknown': 'no sale of this id was paid here',
  'void-sale-unresolved': 'this sale is not finished: touch its card again first',
  'void-sale-refunded': 'a part of this sale was given back: refund the rest',
};

/** Why something was not done, for the cashier. */
export function reasonText(reason: TapRefusal | NoTapReason): string {
  return { ...TEXT_BY_REFUSAL, ...TEXT_BY_NO_TAP }[reason];
}

/** Exit codes of a program that makes one tap. */
export const EXIT_CODE_BY_OUTCOME: Readonly<Record<SaleOutcome['outcome'], number>> = {
  approved: 0,
  refused: 3,
  unresolved: 4,
  'no-tap': 5,
};

/** One line for the cashier. */
export function describeOutcome(outcome: SaleOutcome): string {
  switch (outcome.outcome) {
    case 'approved':
      return describeApproval(outcome.intent);
    case 'refused': {
      const known = outcome.balance === undefined ? '' : `, balance ${formatYen(outcome.balance)}`;
      return `Refused: ${TEXT_BY_REFUSAL[outcome.reason]}${known}`;
    }
    case 'unresolved':
      return `Not finished: please touch the same card again (ends in ${cardNameOf(outcome.intent)})`;
    case 'no-tap': {
      const remedy = outcome.fault === undefined ? '' : ` (${outcome.fault.remedy.text})`;
      return `Nothing happened: ${TEXT_BY_NO_TAP[outcome.reason]}${remedy}`;
    }
  }
}

/** The last two bytes of the card's IDm. */
export function cardNameOf(intent: Pick<PurseIntent, 'idm'>): string {
  const card: IDm = idm(intent.idm);
  return shortIdm(card);
}

/** What was done, for the cashier and on the receipt. */
export const VERB_BY_KIND: Readonly<Record<PurseIntent['kind'], string>> = {
  debit: 'Paid',
  load: 'Loaded',
  void: 'Given back',
};

/** What the purse could not pay of a sale. */
export function remainingOf({ asked, amount }: Pick<PurseIntent, 'asked' | 'amount'>): Yen {
  return subtractYen(asked ?? amount, amount);
}

/** The same for a program to read. It names the card by its last two bytes only. */
export function outcomeJson(outcome: SaleOutcome): Readonly<Record<string, unknown>> {
  switch (outcome.outcome) {
    case 'approved':
    case 'unresolved': {
      const { intent } = outcome;
      return {
        outcome: outcome.outcome,
        saleId: intent.saleId,
        kind: intent.kind,
        amount: intent.amount,
        ...(intent.asked !== undefined && { remaining: remainingOf(intent) }),
        balanceBefore: intent.balanceBefore,
        balanceAfter: intent.balanceAfter,
        card: cardNameOf(intent),
        terminalTransactionNumber: intent.terminalTransactionNumber,
        ...(outcome.outcome === 'approved' ? { resolution: outcome.resolution } : {}),
      };
    }
    case 'refused':
      return { outcome: 'refused', reason: outcome.reason, balance: outcome.balance ?? null };
    case 'no-tap':
      return { outcome: 'no-tap', reason: outcome.reason, fault: outcome.fault?.code ?? null };
  }
}

function describeApproval(intent: PurseIntent): string {
  const verb = VERB_BY_KIND[intent.kind];
  const rest =
    intent.asked === undefined ? '' : `; ${formatYen(remainingOf(intent))} remain to pay`;
  return `${verb} ${formatYen(intent.amount)}, balance ${formatYen(intent.balanceAfter)}${rest}`;
}
