import { createPublicKey } from 'node:crypto';
import { type BatchRecord, decodeBatchRecord } from '#batch/batch-record';
import type { SamKind } from '#purse/sam-kind';
import { businessDate, milliseconds, yen } from '#units';
import { registerCard } from '../../../backend/issuer/card-account.ts';
import { personaliseCard } from '../../../backend/issuer/issue-card.ts';
import { formatSamFile } from '../../../backend/issuer/issue-sam.ts';
import { createFelicaCard, type FelicaCard } from '../../../card-emulator/card/open-card.ts';
import { httpPendingLoads } from '../../../terminal/batch/http-pending-load.ts';
import type { PendingLoadSource } from '../../../terminal/debit/pending-load.ts';
import type { PendingLoadOutcome } from '../../../terminal/purse-terminal.ts';
import { decodeSamFile } from '../../../terminal/sam/sam-file.ts';
import { softwareSam } from '../../../terminal/sam/software-sam.ts';
import { cardIdm, KEY_VERSION, seededRandom } from '../../scheme.ts';
import { Counter } from '../../terminal/counter.ts';
import { ServedBackend } from '../http/served-backend.ts';
import { MERCHANT_ID, type Scenario, type TestTerminal } from '../scenario.ts';

export const KIOSK_MERCHANT = 2002;
export const NOW: ReturnType<typeof milliseconds> = milliseconds(0);

/** A counter that works, and the terminal in whose name its batches go. */
export interface Place {
  readonly counter: Counter;
  readonly terminal: TestTerminal;
}

/** Real terminals with cards of the issuer, and the issuer behind HTTP. */
export class RefundScene {
  readonly served: ServedBackend;
  readonly places: Place[] = [];

  private constructor(served: ServedBackend) {
    this.served = served;
  }

  static async open(): Promise<RefundScene> {
    const scene = new RefundScene(await ServedBackend.start());
    await scene.scenario.addMerchant(KIOSK_MERCHANT);
    return scene;
  }

  get scenario(): Scenario {
    return this.served.scenario;
  }

  async close(): Promise<void> {
    for (const { counter } of this.places) await counter.stop();
    await this.served.stop();
  }

  async card(number: number): Promise<FelicaCard> {
    const { backend, clock } = this.scenario;
    const idm = cardIdm(number);
    const limits = { balanceMax: yen(50_000), debitMax: yen(20_000) };
    const issue = { idm, expiry: businessDate('2031-11-23'), ...limits };
    const image = personaliseCard(backend.keystore, issue, seededRandom('issue'));
    await registerCard(backend.database, { idm, keyVersion: KEY_VERSION }, clock);
    return createFelicaCard(image, { random: seededRandom(`card ${number}`) });
  }

  async place(kind: SamKind, samId: number, merchantId: number = MERCHANT_ID): Promise<Place> {
    const { scenario } = this;
    const account = { samId, kind, keyVersion: KEY_VERSION, amountMax: yen(30_000) };
    const content = { ceilings: undefined, retired: new Set<number>(), hasLite: true };
    const file = formatSamFile(scenario.backend.keystore, account, content);
    const sam = softwareSam(decodeSamFile(file), seededRandom(`sam ${samId}`));
    const counter = new Counter({ kind, terminalId: samId, sam });
    await counter.start();
    const terminal = await scenario.terminal(samId, kind, { merchantId });
    const opened = { counter, terminal };
    this.places.push(opened);
    return opened;
  }

  /** All that the terminal has to report, in one batch; resolves with the kinds of its records. */
  async collect({ counter, terminal }: Place): Promise<readonly string[]> {
    const { journal } = counter;
    await journal.reportInterrupted();
    await journal.reportRefunds();
    const fresh = (await journal.openRecords(10_000)).map(decoded).slice(terminal.samNumber);
    if (fresh.length === 0) return [];
    terminal.samNumber += fresh.length;
    terminal.records = [...fresh];
    await this.scenario.upload(terminal, terminal.close());
    return fresh.map(({ kind }) => kind);
  }

  async collectAll(): Promise<void> {
    for (const each of this.places) await this.collect(each);
  }

  /** Who answers a terminal of pending loads. */
  source({ terminal }: Place): PendingLoadSource {
    return httpPendingLoads({
      issuerUrl: this.served.url,
      terminalId: terminal.terminalId,
      privateKey: terminal.privateKey,
      issuerKey: createPublicKey(this.scenario.backend.keystore.signingKey),
      now: () => this.scenario.clock,
      timeoutMs: milliseconds(5_000),
    });
  }

  async loadPending(
    place: Place,
    link: Parameters<typeof place.counter.reader.present>[0],
    source: PendingLoadSource = this.source(place),
  ): Promise<PendingLoadOutcome> {
    const { reader, terminal } = place.counter;
    reader.present(link);
    try {
      return await terminal.loadPending(source, NOW);
    } finally {
      reader.remove();
    }
  }

  /** What waits for cards at the issuer. */
  waiting(): Promise<number> {
    return this.scenario.count(`SELECT coalesce(sum(amount_yen), 0) FROM pending_load
      WHERE number NOT IN (SELECT number FROM pending_load_payment)`);
  }
}

function decoded(bytes: Uint8Array): BatchRecord {
  const result = decodeBatchRecord(bytes);
  if (result.result === 'refused') throw new Error(result.field);
  return result.record;
}
