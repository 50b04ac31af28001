import type { Uplink, UplinkAnswer } from '../../terminal/batch/upload-batch.ts';
import { UplinkError } from '../../terminal/batch/upload-batch.ts';
import type { Odds } from './odds.ts';

/** What becomes of one message and its answer. */
export type NetworkFault =
  | 'none'
  | 'request-lost'
  | 'answer-lost'
  /** Arrives twice, at once. */
  | 'repeated'
  /** The sender gives up; it arrives later, perhaps behind newer ones. */
  | 'delayed'
  /** Somebody in between answers: no issuer of ours. */
  | 'foreign-answer';

const FAULTS: readonly NetworkFault[] = [
  'request-lost',
  'answer-lost',
  'repeated',
  'delayed',
  'foreign-answer',
];

/** `undefined`: whoever received it fell silent. */
export type Receive = (terminalId: number, batch: Uint8Array) => Promise<UplinkAnswer | undefined>;

interface Message {
  readonly terminalId: number;
  readonly batch: Uint8Array;
}

/** The way from the terminals to the issuer. */
export class SimulatedNetwork implements Uplink {
  readonly #odds: Odds;
  readonly #receive: Receive;
  readonly #tell: (text: string) => void;
  #delayed: Message[] = [];
  /** How many of 1000 messages meet a fault. */
  faultsPerMille = 0;

  constructor(odds: Odds, receive: Receive, tell: (text: string) => void) {
    this.#odds = odds;
    this.#receive = receive;
    this.#tell = tell;
  }

  async send(terminalId: number, batch: Uint8Array): Promise<UplinkAnswer> {
    const message = { terminalId, batch: batch.slice() };
    const fault = this.#nextFault();
    if (fault !== 'none') this.#tell(`network: ${fault}`);
    switch (fault) {
      case 'request-lost':
        throw noAnswer();
      case 'delayed':
        this.#delayed.push(message);
        throw noAnswer();
      case 'answer-lost':
        await this.#deliver(message);
        throw noAnswer();
      case 'foreign-answer':
        return { status: 200, body: '<html>Please log in to this network</html>' };
      case 'repeated':
        await this.#deliver(message);
        return answered(await this.#deliver(message));
      case 'none':
        return answered(await this.#deliver(message));
    }
  }

  /** Everything that is on its way arrives, in any order. */
  async deliverDelayed(): Promise<void> {
    const messages = this.#delayed;
    this.#delayed = [];
    while (messages.length > 0) {
      const [message] = messages.splice(this.#odds.below(messages.length), 1);
      if (message !== undefined) await this.#deliver(message);
    }
  }

  #nextFault(): NetworkFault {
    return this.#odds.perMille(this.faultsPerMille) ? this.#odds.pick(FAULTS) : 'none';
  }

  #deliver({ terminalId, batch }: Message): Promise<UplinkAnswer | undefined> {
    return this.#receive(terminalId, batch.slice());
  }
}

function answered(answer: UplinkAnswer | undefined): UplinkAnswer {
  if (answer === undefined) throw noAnswer();
  return answer;
}

function noAnswer(): UplinkError {
  return new UplinkError('UPLINK_UNREACHABLE', 'simulated network: no answer');
}
