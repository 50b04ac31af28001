import {
  continueOpenTopUps,
  continueTopUp,
  requestTopUp,
  type TopUpAnswer,
  type TopUpDependencies,
} from './run-top-up.ts';
import type { TopUp, TopUpRequest } from './top-up.ts';

/** Top-ups, for whoever asks for them and whoever keeps them going. */
export class TopUpDesk {
  readonly #dependencies: TopUpDependencies;

  constructor(dependencies: TopUpDependencies) {
    this.#dependencies = dependencies;
  }

  /** Writes a request down and goes as far as it can; again under its id, it changes nothing. */
  request(request: TopUpRequest): Promise<TopUpAnswer> {
    return requestTopUp(this.#dependencies, request);
  }

  read(topUpId: string): Promise<TopUp | undefined> {
    return this.#dependencies.store.read(topUpId);
  }

  /** Goes on with one that was asked for: somebody has told something about it. */
  continueOne(topUpId: string): Promise<TopUp> {
    return continueTopUp(this.#dependencies, topUpId);
  }

  /** Asks again about every one that is not over. */
  continueOpen(): Promise<readonly TopUp[]> {
    return continueOpenTopUps(this.#dependencies);
  }
}
