import assert from 'node:assert/strict';
import { subtractYen, type Yen, yen } from '#units';
import type { FundingSource, Hold } from './funding-source.ts';

/** How a message goes: both ends have no other way to tell a lost request from a lost answer. */
export type LineFault = 'none' | 'request-lost' | 'answer-lost';

interface HostHold extends Hold {
  state: 'held' | 'declined' | 'captured' | 'released';
}

/**
 * A bank or a card company that holds money, takes it and gives it up, and that loses messages as
 * `fault` says, one word a message. It stands in for a real host until there is a contract with one.
 */
export class SimulatedHost implements FundingSource {
  readonly #available: Map<string, Yen>;
  readonly #fault: () => LineFault;
  readonly #holds: Map<string, HostHold> = new Map();

  constructor(funds: Readonly<Record<string, Yen>>, fault: () => LineFault = () => 'none') {
    this.#available = new Map(Object.entries(funds));
    this.#fault = fault;
  }

  hold(hold: Hold): Promise<'held' | 'declined' | 'unknown'> {
    return this.#answer(() => {
      const known = this.#holdOf(hold) ?? this.#decide(hold);
      return known.state === 'declined' ? 'declined' : 'held';
    });
  }

  capture(hold: Hold): Promise<'captured' | 'unknown'> {
    return this.#answer(() => {
      const known = this.#holdOf(hold);
      if (known?.state === 'held') known.state = 'captured';
      return known?.state === 'captured' ? 'captured' : 'unknown';
    });
  }

  release(hold: Hold): Promise<'released' | 'unknown'> {
    return this.#answer(() => {
      const known = this.#holdOf(hold);
      if (known?.state === 'held') {
        known.state = 'released';
        const available = this.available(known.account);
        this.#available.set(known.account, yen(available + known.amount));
      }
      return known?.state === 'released' ? 'released' : 'unknown';
    });
  }

  /** What the account can still hold. */
  available(account: string): Yen {
    return this.#available.get(account) ?? yen(0);
  }

  /** How a hold stands at the host; `undefined` where it never heard of it. */
  stateOf(correlator: string): HostHold['state'] | undefined {
    return this.#holds.get(correlator)?.state;
  }

  #decide(hold: Hold): HostHold {
    const available = this.available(hold.account);
    const isCovered = hold.amount <= available;
    const decided: HostHold = { ...hold, state: isCovered ? 'held' : 'declined' };
    if (isCovered) this.#available.set(hold.account, subtractYen(available, hold.amount));
    this.#holds.set(hold.correlator, decided);
    return decided;
  }

  #holdOf({ correlator, account, amount }: Hold): HostHold | undefined {
    const known = this.#holds.get(correlator);
    const isSame = known === undefined || (known.account === account && known.amount === amount);
    assert(isSame, `hold ${correlator}: the same correlator for something else`);
    return known;
  }

  #answer<Result>(decide: () => Result): Promise<Result | 'unknown'> {
    const fault = this.#fault();
    if (fault === 'request-lost') return Promise.resolve('unknown');
    const result = decide();
    return Promise.resolve(fault === 'answer-lost' ? 'unknown' : result);
  }
}
