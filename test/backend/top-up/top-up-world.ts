import { yen } from '#units';
import type { FundingSource, Hold } from '../../../backend/top-up/funding-source.ts';
import type { LoadRequest, RemoteLoad } from '../../../backend/top-up/remote-load.ts';
import type { TopUpDependencies } from '../../../backend/top-up/run-top-up.ts';
import { type LineFault, SimulatedHost } from '../../../backend/top-up/simulated-host.ts';
import type { TopUp, TopUpRequest } from '../../../backend/top-up/top-up.ts';
import { cardIdm, NOON } from '../../scheme.ts';

export const ACCOUNT = 'account-7';

export const REQUEST: TopUpRequest = {
  topUpId: 'top-up-1',
  idm: cardIdm(1),
  source: 'bank-account',
  account: ACCOUNT,
  amount: yen(3_000),
};

/** The process ends here. */
export class Crash extends Error {}

export interface WorldOptions {
  readonly funds: number;
  readonly isCardReached: boolean;
  /** For each message and each write, in the order in which they come; none once they are used up. */
  readonly faults: readonly LineFault[];
}

/**
 * A host, a purse and a disk around the top-ups. A fault loses a message, or ends the process before or
 * after a write. What must never happen is found out when it does.
 */
export class TopUpWorld {
  readonly host: SimulatedHost;
  readonly dependencies: TopUpDependencies;
  readonly breaches: string[] = [];
  loaded: boolean | undefined;
  loadCount = 0;
  readonly #faults: LineFault[];
  readonly #options: WorldOptions;

  constructor(options: WorldOptions, store: TopUpDependencies['store'] = memoryStore()) {
    this.#options = options;
    this.#faults = [...options.faults];
    const fault = (): LineFault => this.#faults.shift() ?? 'none';
    this.host = new SimulatedHost({ [ACCOUNT]: yen(options.funds) }, fault);
    const source = this.#watched(this.host);
    this.dependencies = {
      store: crashing(store, fault),
      sources: { 'phone-bill': source, 'bank-account': source, card: source },
      remoteLoad: this.#purse(fault),
      now: () => NOON,
    };
  }

  get faultCount(): number {
    return this.#faults.length;
  }

  #watched(host: SimulatedHost): FundingSource {
    const check = (isRight: boolean, breach: string): void => {
      if (!isRight) this.breaches.push(breach);
    };
    return {
      hold: (hold) => host.hold(hold),
      capture: (hold: Hold) => {
        check(this.loaded === true, 'captured without a load');
        return host.capture(hold);
      },
      release: (hold: Hold) => {
        check(this.loaded === false, 'released without a word of the purse');
        return host.release(hold);
      },
    };
  }

  #purse(fault: () => LineFault): RemoteLoad {
    return {
      load: ({ correlator }: LoadRequest) => {
        const state = this.host.stateOf(correlator);
        if (state !== 'held' && state !== 'captured') this.breaches.push(`loaded while ${state}`);
        const line = fault();
        if (line === 'request-lost') return Promise.resolve('unknown');
        if (this.loaded === undefined) {
          this.loaded = this.#options.isCardReached;
          this.loadCount += 1;
        }
        if (line === 'answer-lost') return Promise.resolve('unknown');
        return Promise.resolve(this.loaded ? 'loaded' : 'not-loaded');
      },
    };
  }
}

/** A disk without a disk: it survives a crash because the test keeps it. */
function memoryStore(): TopUpDependencies['store'] {
  const topUps = new Map<string, TopUp>();
  return {
    register: (request) => {
      const result = topUps.has(request.topUpId) ? 'repeated' : 'registered';
      if (result === 'registered') topUps.set(request.topUpId, { ...request, state: 'requested' });
      return Promise.resolve({ result });
    },
    read: (topUpId) => Promise.resolve(topUps.get(topUpId)),
    append: (topUpId, state, next) => {
      const topUp = topUps.get(topUpId);
      if (topUp?.state === state) topUps.set(topUpId, { ...topUp, state: next });
      return Promise.resolve();
    },
    open: () => {
      const ended = new Set(['declined', 'captured', 'released']);
      return Promise.resolve(
        [...topUps.keys()].filter((id) => !ended.has(topUps.get(id)?.state ?? '')),
      );
    },
  };
}

function crashing(
  store: TopUpDependencies['store'],
  fault: () => LineFault,
): TopUpDependencies['store'] {
  const around = async <Result>(write: () => Promise<Result>): Promise<Result> => {
    const when = fault();
    if (when === 'request-lost') throw new Crash('before the write');
    const result = await write();
    if (when === 'answer-lost') throw new Crash('after the write');
    return result;
  };
  return {
    register: (...values) => around(() => store.register(...values)),
    append: (...values) => around(() => store.append(...values)),
    read: (topUpId) => store.read(topUpId),
    open: () => store.open(),
  };
}
