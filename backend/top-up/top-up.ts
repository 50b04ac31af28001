import type { IDm } from '#felica/identifiers';
import type { Yen } from '#units';

export const FUNDING_KINDS = ['phone-bill', 'bank-account', 'card'] as const;

export type FundingKind = (typeof FUNDING_KINDS)[number];

/** Value for one purse, paid by one source. */
export interface TopUpRequest {
  /** The name that whoever asks gave it: asking again under it changes nothing. */
  readonly topUpId: string;
  readonly idm: IDm;
  readonly source: FundingKind;
  /** What the source calls the payer: a phone number, or a token of the host; never a card number. */
  readonly account: string;
  /** At least 1. */
  readonly amount: Yen;
}

/**
 * `requested → held → loading → loaded → captured`, or `not-loaded → released`, or `declined`. Each is on
 * disk before anybody acts on it; `loading` is written before the purse is asked.
 */
export const TOP_UP_STATES = [
  'requested',
  'declined',
  'held',
  'loading',
  'loaded',
  'not-loaded',
  'captured',
  'released',
] as const;

export type TopUpState = (typeof TOP_UP_STATES)[number];

export interface TopUp extends TopUpRequest {
  readonly state: TopUpState;
}

/** What has to be done in a state; `none` where the top-up is over. */
export type TopUpAction = 'hold' | 'begin-load' | 'load' | 'capture' | 'release' | 'none';

const ACTIONS: Readonly<Record<TopUpState, TopUpAction>> = {
  requested: 'hold',
  declined: 'none',
  held: 'begin-load',
  loading: 'load',
  loaded: 'capture',
  'not-loaded': 'release',
  captured: 'none',
  released: 'none',
};

const FOLLOWING: Readonly<Record<TopUpState, readonly TopUpState[]>> = {
  requested: ['held', 'declined'],
  declined: [],
  held: ['loading'],
  loading: ['loaded', 'not-loaded'],
  loaded: ['captured'],
  'not-loaded': ['released'],
  captured: [],
  released: [],
};

export function actionIn(state: TopUpState): TopUpAction {
  return ACTIONS[state];
}

export function mayFollow(state: TopUpState, next: TopUpState): boolean {
  return FOLLOWING[state].includes(next);
}
