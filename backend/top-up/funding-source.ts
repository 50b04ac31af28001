import type { Yen } from '#units';

/** Money that is asked for. The correlator names it in every message about it. */
export interface Hold {
  readonly correlator: string;
  readonly account: string;
  readonly amount: Yen;
}

/**
 * Where the money of a top-up comes from. Each question may be asked again, with the same answer, and
 * `unknown` says that it must be: the source may have done it without telling. `held` is a promise
 * that the money can be captured or released however late; `declined` is final for its correlator.
 */
export interface FundingSource {
  hold(hold: Hold): Promise<'held' | 'declined' | 'unknown'>;
  /** Takes the money that is held. */
  capture(hold: Hold): Promise<'captured' | 'unknown'>;
  /** Gives it up. */
  release(hold: Hold): Promise<'released' | 'unknown'>;
}
