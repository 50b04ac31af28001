import { approvedBefore, type DebitDependencies, debit, type TapOutcome } from './debit.ts';
import { isOfRequest, isReservedId, knownSaleOf } from './known-sale.ts';
import type { PurseCard, PurseSnapshot } from './purse-card.ts';
import type { PurseRequest } from './purse-intent.ts';

/** One amount of several: each is a sale of its own. */
export type DebitRequest = Pick<PurseRequest, 'saleId' | 'amount' | 'payWhatIsLeft'>;

/** `no-tap`: nothing was begun. `session-over`: the card was lost, or another tap was begun since. */
export type IncrementalOutcome =
  | TapOutcome
  | {
      readonly outcome: 'no-tap';
      readonly reason: 'session-over' | 'sale-id-reused';
      readonly fault: undefined;
    };

export interface IncrementalDependencies {
  /** The card, authenticated and read once. */
  readonly card: PurseCard;
  readonly snapshot: PurseSnapshot;
  readonly journal: DebitDependencies['journal'];
  /** Asked for each debit, since limits change with each. */
  readonly debitDependencies: (card: PurseCard) => DebitDependencies;
  /** Told of every outcome that may have moved money. */
  readonly onOutcome: (outcome: TapOutcome) => void;
}

/**
 * Several debits of one card in one authentication, as a copier or a car park takes them: Read, Write and
 * certificate for each, where the first Read is the one that opened the session.
 *
 * Each debit is a sale with its own id, intent, execution ID, history entry and certificate. One that
 * is unresolved ends the session: its card must authenticate again to tell.
 */
export class IncrementalDebit {
  readonly #dependencies: IncrementalDependencies;
  /** `undefined` once the session is over. */
  #card: PurseCard | undefined;

  constructor(dependencies: IncrementalDependencies) {
    this.#dependencies = dependencies;
    this.#card = readBefore(dependencies.card, dependencies.snapshot);
  }

  get isOver(): boolean {
    return this.#card === undefined;
  }

  /** One call at a time. Rejects as `PurseTerminal.tap` does, and is over then. */
  async debit(request: DebitRequest): Promise<IncrementalOutcome> {
    const { journal, debitDependencies, onOutcome } = this.#dependencies;
    const { saleId, amount, payWhatIsLeft = false } = request;
    const purseRequest: PurseRequest = { saleId, amount, payWhatIsLeft, kind: 'debit' };
    const known = await journal.intentsOfSale(saleId);
    const isOther = !known.every((journalled) => isOfRequest(journalled, purseRequest));
    if (isOther || isReservedId(purseRequest)) {
      return { outcome: 'no-tap', reason: 'sale-id-reused', fault: undefined };
    }
    const { done } = knownSaleOf(known);
    if (done !== undefined) return approvedBefore(done, journal);
    const card = this.#card;
    if (card === undefined) return { outcome: 'no-tap', reason: 'session-over', fault: undefined };
    // Over until it is known to go on: also where a promise below rejects.
    this.end();
    const outcome = await debit(purseRequest, debitDependencies(card));
    if (isCardHere(outcome)) this.#card = card;
    onOutcome(outcome);
    return outcome;
  }

  end(): void {
    this.#card = undefined;
  }
}

function isCardHere(outcome: TapOutcome): boolean {
  if (outcome.outcome === 'unresolved') return false;
  return outcome.outcome === 'approved' || outcome.reason !== 'card-left';
}

/** The same card, whose first Read was done already. */
function readBefore(card: PurseCard, first: PurseSnapshot): PurseCard {
  let snapshot: PurseSnapshot | undefined = first;
  return {
    idm: card.idm,
    profile: card.profile,
    read: () => {
      const known = snapshot;
      snapshot = undefined;
      return known === undefined ? card.read() : Promise.resolve(known);
    },
    readHistory: () => card.readHistory(),
    write: (write) => {
      snapshot = undefined;
      return card.write(write);
    },
    readCertificate: (executionId) => card.readCertificate(executionId),
    block: (validityBlock) => {
      snapshot = undefined;
      return card.block(validityBlock);
    },
  };
}
