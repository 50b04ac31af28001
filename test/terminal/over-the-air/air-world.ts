import { type Milliseconds, milliseconds, yen } from '#units';
import { PhoneBill } from '../../../backend/carrier/phone-bill.ts';
import { PhoneChannel } from '../../../backend/carrier/phone-channel.ts';
import { Database } from '../../../backend/database/database.ts';
import { ISSUER_SCHEMA } from '../../../backend/database/issuer-schema.ts';
import { LoadDesk } from '../../../backend/top-up/load-desk.ts';
import { phoneBillFunding } from '../../../backend/top-up/phone-bill-funding.ts';
import type { TopUp, TopUpRequest } from '../../../backend/top-up/top-up.ts';
import { TopUpDesk } from '../../../backend/top-up/top-up-desk.ts';
import { TopUpStore } from '../../../backend/top-up/top-up-store.ts';
import type { FelicaCard } from '../../../card-emulator/card/open-card.ts';
import { type FrameAnswer, LineError } from '../../../card-emulator/handset/carrier-line.ts';
import { Handset } from '../../../card-emulator/handset/handset.ts';
import type { LoadWork, WaitingLoad } from '../../../terminal/over-the-air/http-load-work.ts';
import { serveWaitingLoads } from '../../../terminal/over-the-air/remote-load.ts';
import { type PhoneLine, PhoneReader } from '../../../terminal/reader/phone-reader.ts';
import { HANAKO, type OpenCarrier, openCarrier } from '../../backend/carrier/open-carrier.ts';
import { temporaryFile } from '../../backend/database/temporary-file.ts';
import { cardIdm, issuedCard, NOON } from '../../scheme.ts';
import { Counter } from '../counter.ts';

/** What happens to one packet on its way through network, carrier and phone. */
export type AirFault =
  | 'none'
  | 'packet-lost'
  | 'answer-lost'
  | 'packet-altered'
  | 'answer-altered'
  | 'packet-repeated'
  | 'work-lost';

const TERMINAL_ID = 900;
const WAIT: Milliseconds = milliseconds(0);

export const TOP_UP: TopUpRequest = {
  topUpId: '1-a',
  idm: cardIdm(1),
  source: 'phone-bill',
  account: HANAKO.phoneNumber,
  amount: yen(3_000),
};

/** A phone, its carrier, the issuer and its remote load terminal: all real, in one process. */
export class AirWorld {
  readonly card: FelicaCard;
  readonly channel: PhoneChannel;
  readonly topUps: TopUpDesk;
  readonly phoneBill: PhoneBill;
  readonly handset: Handset;
  readonly counter: Counter;
  /** What the carrier saw, both ways. */
  readonly seen: Uint8Array[] = [];
  clock: number = NOON;
  /** For the packets of the next round, in their order. */
  faults: AirFault[] = [];
  readonly #desk: LoadDesk;
  readonly #stopping: AbortController = new AbortController();
  readonly #running: Promise<void>;

  private constructor(database: Database, carrier: OpenCarrier, card: FelicaCard) {
    this.card = card;
    const now = (): typeof NOON => this.clock as typeof NOON;
    this.channel = new PhoneChannel({
      reachMs: milliseconds(1_000),
      networkMs: milliseconds(0),
      now: Date.now,
    });
    this.phoneBill = new PhoneBill(carrier);
    const store = new TopUpStore(database);
    this.#desk = new LoadDesk({ database, store, now });
    this.topUps = new TopUpDesk({
      store,
      sources: { 'phone-bill': phoneBillFunding(this.phoneBill) },
      remoteLoad: this.#desk,
      now,
    });
    const { channel } = this;
    this.handset = new Handset({
      card: {
        powerOn: () => card.powerOn(),
        powerOff: () => card.powerOff(),
        exchange: (packet) => Promise.resolve(card.exchange(packet)),
      },
      line: {
        poll: async (answer, signal) => {
          if (this.#isLost(answer)) throw new LineError('LINE_UNREACHABLE', 'no network');
          const waiting = { waitMs: 1_000, signal };
          const frame = await channel.poll(cardIdm(1), this.#altered(answer), waiting);
          return { order: undefined, frame };
        },
        orderDone: () => Promise.resolve(),
      },
      state: { carrierUrl: 'http://carrier.example', isLocked: false, lastOrderId: 0 },
      save: () => Promise.resolve(),
      onEvent: () => undefined,
      sleep: () => new Promise((resolve) => setImmediate(resolve)),
    });
    const reader = new PhoneReader(cardIdm(1), this.#line());
    this.counter = new Counter({ kind: 'load', terminalId: TERMINAL_ID, reader });
    this.#running = this.handset.run(this.#stopping.signal);
  }

  static async open(card: FelicaCard = issuedCard(1)): Promise<AirWorld> {
    const database = await Database.open(temporaryFile(), ISSUER_SCHEMA);
    const world = new AirWorld(database, await openCarrier(), card);
    await world.counter.start();
    return world;
  }

  /** Switches the phone off. */
  async switchOff(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async close(): Promise<void> {
    await this.switchOff();
    this.channel.close();
    await this.counter.stop();
  }

  ask(changes: Partial<TopUpRequest> = {}): ReturnType<TopUpDesk['request']> {
    return this.topUps.request({ ...TOP_UP, ...changes });
  }

  state(topUpId: string = TOP_UP.topUpId): Promise<TopUp['state'] | undefined> {
    return this.topUps.read(topUpId).then((topUp) => topUp?.state);
  }

  /** The remote load terminal looks for work once. What it heard nothing of, it asks again later. */
  async serve(faults: readonly AirFault[] = []): Promise<number> {
    this.faults = [...faults];
    // The phone asks by itself.
    await new Promise(setImmediate);
    const loadedCount = await serveWaitingLoads({
      work: this.#work(),
      terminalAt: () => this.counter.terminal,
      now: () => this.clock as typeof NOON,
      waitMs: WAIT,
      onOutcome: () => undefined,
    });
    await this.topUps.continueOpen();
    return loadedCount;
  }

  #work(): LoadWork {
    return {
      waiting: (): Promise<readonly WaitingLoad[]> => this.#desk.waiting(TERMINAL_ID),
      tell: async (topUpId, result) => {
        await this.#desk.tell(TERMINAL_ID, topUpId, result);
      },
    };
  }

  #line(): PhoneLine {
    return {
      touch: () => Promise.resolve(this.channel.touch(cardIdm(1))),
      exchange: async (touch, packet, waitMs) => {
        this.seen.push(packet);
        const [fault = 'none'] = this.faults;
        if (fault === 'packet-lost') {
          this.faults.shift();
          return { result: 'silent' };
        }
        const sent = fault === 'packet-altered' ? flipped(packet) : packet;
        const exchanged = await this.channel.exchange(cardIdm(1), touch, { packet: sent, waitMs });
        if (fault === 'packet-repeated') {
          await this.channel.exchange(cardIdm(1), touch, { packet: sent, waitMs });
        }
        this.faults.shift();
        if (exchanged.result === 'answered') this.seen.push(exchanged.packet);
        return exchanged.result === 'touch-over' ? { result: 'unreachable' } : exchanged;
      },
    };
  }

  #isLost(answer: FrameAnswer | undefined): boolean {
    return answer !== undefined && this.faults[0] === 'answer-lost';
  }

  #altered(answer: FrameAnswer | undefined): FrameAnswer | undefined {
    if (answer?.packet === undefined || this.faults[0] !== 'answer-altered') return answer;
    return { ...answer, packet: flipped(answer.packet) };
  }
}

/** The last byte is sealed in every packet but those of Polling. */
function flipped(packet: Uint8Array): Uint8Array {
  return packet.map((byte, index) => (index === packet.length - 1 ? byte ^ 1 : byte));
}
