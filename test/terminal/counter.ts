import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeRecord, type PurseRecord } from '#batch/record';
import { CommandCode } from '#felica/command-code';
import type { SamKind } from '#purse/sam-kind';
import { type EpochMs, milliseconds, yen } from '#units';
import { type CardFault, cardInHand } from '../../card-emulator/card/card-fault.ts';
import { purseOf } from '../../card-emulator/card/card-inspection.ts';
import type { CardLink, EmulatedCard } from '../../card-emulator/card/open-card.ts';
import type { HotListLookUp } from '../../terminal/debit/hot-list-hit.ts';
import type { RiskLimits } from '../../terminal/debit/risk-limit.ts';
import { openDiskFile } from '../../terminal/journal/disk-file.ts';
import { Journal } from '../../terminal/journal/journal.ts';
import { PurseTerminal, type SaleOutcome } from '../../terminal/purse-terminal.ts';
import { EmulatedReader } from '../../terminal/reader/emulated-reader.ts';
import type { Reader } from '../../terminal/reader/reader.ts';
import type { Sam } from '../../terminal/sam/sam.ts';
import { ISSUER_ID, KEY_VERSION, NOON, testSam } from '../scheme.ts';

export interface CounterOptions {
  readonly kind?: SamKind;
  readonly terminalId?: number;
  readonly amountMax?: number;
  readonly hotList?: HotListLookUp;
  /** Instead of the one that a terminal of this number has. */
  readonly sam?: Sam;
  /** Instead of the counter's own. */
  readonly reader?: Reader;
}

/** A terminal at a counter, its journal in a folder of its own, and whoever taps there. */
export class Counter {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'kazasu-'));
  readonly reader: EmulatedReader = new EmulatedReader();
  readonly #options: CounterOptions;
  clock: EpochMs = NOON;
  /** How often the journal has asked for the room on its disk. */
  roomQuestions = 0;
  #open: { readonly journal: Journal; readonly terminal: PurseTerminal } | undefined;

  constructor(options: CounterOptions = {}) {
    this.#options = options;
  }

  get journal(): Journal {
    return this.#opened().journal;
  }

  get terminal(): PurseTerminal {
    return this.#opened().terminal;
  }

  /** Opens the journal, again after a crash. */
  async start(riskLimits?: RiskLimits): Promise<void> {
    const { kind = 'pos', terminalId = 42, amountMax = 30_000, hotList } = this.#options;
    const sam = this.#options.sam ?? testSam(kind, terminalId);
    const now = (): EpochMs => this.clock;
    const file = await openDiskFile(join(this.folder, 'journal.log'));
    const bytesFree = file.bytesFree.bind(file);
    file.bytesFree = () => {
      this.roomQuestions += 1;
      return bytesFree();
    };
    const journal = await Journal.open({ file, terminalId, sam, now });
    const limits = { issuerId: ISSUER_ID, keyVersion: KEY_VERSION, amountMax: yen(amountMax) };
    const terminal = new PurseTerminal({
      terminalId,
      reader: this.#options.reader ?? this.reader,
      sam,
      journal,
      limits,
      now,
      ...(hotList && { hotList }),
      ...(riskLimits && { risk: { limits: riskLimits, facts: journal } }),
    });
    this.#open = { journal, terminal };
  }

  async stop(): Promise<void> {
    await this.journal.close();
    rmSync(this.folder, { recursive: true });
  }

  /** Taps once: the card comes, the terminal does what it can, the card leaves. */
  async tap(
    card: EmulatedCard,
    saleId: string,
    amount: number,
    faults: readonly CardFault[] = [],
  ): Promise<SaleOutcome> {
    this.reader.present(cardInHand(card, faults));
    const kind = this.#options.kind === 'load' ? 'load' : 'debit';
    const request = { saleId, kind, amount: yen(amount) } as const;
    const outcome = await this.#opened().terminal.tap(request, milliseconds(0));
    this.reader.remove();
    return outcome;
  }

  /** A tap whose card leaves after the write, before its certificate is read. */
  async tapLosingCertificate(
    card: EmulatedCard,
    saleId: string,
    amount: number,
  ): Promise<SaleOutcome> {
    let reads = 0;
    const leaving: CardLink = {
      powerOn: () => card.powerOn(),
      powerOff: () => card.powerOff(),
      exchange: (frame) => {
        if (frame[1] === CommandCode.readV2) reads += 1;
        return reads > 1 ? undefined : card.exchange(frame);
      },
    };
    this.reader.present(leaving);
    const request = { saleId, kind: 'debit', amount: yen(amount) } as const;
    const outcome = await this.terminal.tap(request, milliseconds(0));
    this.reader.remove();
    return outcome;
  }

  async records(): Promise<readonly PurseRecord[]> {
    const encoded = await this.journal.openRecords(1_000);
    return encoded.map((bytes) => {
      const decoded = decodeRecord(bytes);
      if (decoded.result === 'refused') throw new Error(decoded.field);
      return decoded.record;
    });
  }

  #opened(): { readonly journal: Journal; readonly terminal: PurseTerminal } {
    if (this.#open === undefined) throw new Error('counter: start it first');
    return this.#open;
  }
}

export function balanceOf(card: EmulatedCard): number | undefined {
  return purseOf(card)?.balance;
}
