import type { CardLink } from '#emulated-card';
import { HISTORY_READ, PURSE_READ, PURSE_SYSTEM_CODE } from '#purse/card-profile';
import type { FelicaCard } from '../../card-emulator/card/felica-card.ts';
import type { CardEvidence, CardState } from './auditor/evidence.ts';

/** One piece of plastic, with a probe on its chip that notes every content of the purse. */
export class SimulatedCard {
  readonly name: string;
  readonly card: FelicaCard;
  readonly isClone: boolean;
  readonly #states: CardState[] = [];
  #commitCount: number;
  #isRestoring: boolean = false;

  constructor(name: string, card: FelicaCard, isClone: boolean) {
    this.name = name;
    this.card = card;
    this.isClone = isClone;
    this.#commitCount = card.commitCount;
    this.#note('start');
  }

  /** An older content of its chip comes back at the next look. */
  expectRestore(): void {
    this.#isRestoring = true;
  }

  /** To be called after everything that can have changed it. */
  look(): void {
    if (this.card.commitCount === this.#commitCount) return;
    this.#commitCount = this.card.commitCount;
    this.#note(this.#isRestoring ? 'restored' : 'written');
    this.#isRestoring = false;
  }

  evidence(): CardEvidence {
    return { idm: this.card.idm, isClone: this.isClone, states: this.#states };
  }

  #note(cause: CardState['cause']): void {
    const [purseBlock] = this.card.storedBlocks(PURSE_SYSTEM_CODE, PURSE_READ);
    const [historyBlock] = this.card.storedBlocks(PURSE_SYSTEM_CODE, HISTORY_READ);
    if (purseBlock === undefined || historyBlock === undefined) {
      throw new TypeError('card: expected one of our profile');
    }
    this.#states.push({
      purseBlock: purseBlock.slice(),
      historyBlock: historyBlock.slice(),
      cause,
    });
  }
}

/** Calls `watch` with the number of each exchange, from 1, before and after it. */
export function watched(
  link: CardLink,
  watch: (exchange: number, moment: 'before' | 'after') => void,
): CardLink {
  let exchange = 0;
  return {
    powerOn: () => link.powerOn(),
    powerOff: () => link.powerOff(),
    exchange: (frame) => {
      exchange += 1;
      watch(exchange, 'before');
      const answer = link.exchange(frame);
      watch(exchange, 'after');
      return answer;
    },
  };
}
