import type { KeyObject } from 'node:crypto';
import type { CardLink } from '#emulated-card';
import { type EpochMs, epochMs, milliseconds, type Yen } from '#units';
import { closeBatch } from '../../terminal/batch/close-batch.ts';
import {
  type Uplink,
  type UploadResult,
  uploadNextBatch,
} from '../../terminal/batch/upload-batch.ts';
import type { RefundRequest } from '../../terminal/debit/refund.ts';
import { Journal } from '../../terminal/journal/journal.ts';
import {
  PurseTerminal,
  type RefundOutcome,
  type SaleOutcome,
} from '../../terminal/purse-terminal.ts';
import { EmulatedReader } from '../../terminal/reader/emulated-reader.ts';
import type { Sam } from '../../terminal/sam/sam.ts';
import type { TerminalEvidence } from './auditor/evidence.ts';
import { Crash, SimulatedDisk } from './simulated-disk.ts';

export interface ShopOptions {
  readonly terminalId: number;
  readonly merchantId: number;
  readonly kind: 'pos-void' | 'load';
  readonly amountMax: Yen;
  /** A SAM that has just got power; it forgets everything with each start of the terminal. */
  readonly newSam: () => Sam;
  readonly privateKey: KeyObject;
  readonly issuerKey: KeyObject;
  readonly uplink: Uplink;
  readonly worldTime: () => EpochMs;
}

/** What one request at the counter came to, where the program lived to tell. */
export type ShopOutcome = SaleOutcome | { readonly outcome: 'crashed' | 'failed' };

interface RunningProgram {
  readonly sam: Sam;
  readonly journal: Journal;
  readonly terminal: PurseTerminal;
}

/** A terminal at a counter: the real program over a disk, a clock and a network that are not. */
export class SimulatedShop {
  readonly disk: SimulatedDisk = new SimulatedDisk();
  readonly #options: ShopOptions;
  readonly #reader: EmulatedReader = new EmulatedReader();
  #program: RunningProgram | undefined;
  /** How far its clock is ahead of the world's, negative if it is behind. */
  clockLeadMs = 0;

  constructor(options: ShopOptions) {
    this.#options = options;
  }

  get terminalId(): number {
    return this.#options.terminalId;
  }

  get kind(): 'pos-void' | 'load' {
    return this.#options.kind;
  }

  /**
   * The first start, on a good day: a file with nothing whole in it is nobody's journal, and a person
   * must look at it.
   */
  async found(): Promise<void> {
    await this.#start();
  }

  /** Puts the card on the reader, asks for the amount, and takes the card away. */
  async tap(saleId: string, amount: Yen, card: CardLink): Promise<ShopOutcome> {
    const kind = this.kind === 'load' ? 'load' : 'debit';
    return this.#survive(async () => {
      const { terminal } = await this.#start();
      this.#reader.present(card);
      return terminal.tap({ saleId, kind, amount }, milliseconds(0));
    });
  }

  /** Puts the card on the reader and asks to give the sale back to it. */
  void(saleId: string, card: CardLink): Promise<ShopOutcome> {
    return this.#survive(async () => {
      const { terminal } = await this.#start();
      this.#reader.present(card);
      return terminal.void(saleId, milliseconds(0));
    });
  }

  /** Asks a sale or a part of it back, with its card on the reader or none. */
  refund(
    request: RefundRequest,
    card: CardLink | undefined,
  ): Promise<RefundOutcome | { readonly outcome: 'crashed' | 'failed' }> {
    return this.#survive(async () => {
      const { terminal } = await this.#start();
      if (card !== undefined) this.#reader.present(card);
      return terminal.refund(request, milliseconds(0));
    });
  }

  /** Closes what was sold since the last close. */
  async close(): Promise<void> {
    await this.#survive(async () => {
      const { terminalId, merchantId, privateKey } = this.#options;
      const { journal, sam } = await this.#start();
      const now = this.#now;
      await closeBatch({ journal, terminalId, merchantId, samId: sam.samId, privateKey, now });
      return { outcome: 'failed' };
    });
  }

  /** Sends one batch, and tells what came of it, where the program lived to tell. */
  async upload(): Promise<UploadResult | undefined> {
    let result: UploadResult | undefined;
    await this.#survive(async () => {
      const { terminalId, issuerKey, uplink } = this.#options;
      const { journal } = await this.#start();
      result = await uploadNextBatch({ journal, uplink, terminalId, issuerKey });
      return { outcome: 'failed' };
    });
    return result;
  }

  /** The program ends as by a power cut, and starts again when it is needed. */
  restart(): void {
    this.#program = undefined;
    this.disk.restart();
  }

  evidence(): TerminalEvidence {
    const { terminalId, kind } = this.#options;
    return { terminalId, samId: terminalId, kind, journal: this.disk.content() };
  }

  /**
   * A crash ends the program; an entry that did not reach the disk ends the request. Whatever else is
   * thrown is a bug, and ends the simulation.
   */
  async #survive<Outcome>(
    request: () => Promise<Outcome>,
  ): Promise<Outcome | { readonly outcome: 'crashed' | 'failed' }> {
    try {
      return await request();
    } catch (error) {
      if (error instanceof Crash || this.disk.isCrashed) {
        this.restart();
        return { outcome: 'crashed' };
      }
      if (isDiskError(error)) return { outcome: 'failed' };
      throw error;
    } finally {
      this.#reader.remove();
    }
  }

  async #start(): Promise<RunningProgram> {
    if (this.#program !== undefined) return this.#program;
    const { terminalId, amountMax, newSam } = this.#options;
    const sam = newSam();
    const now = this.#now;
    const journal = await Journal.open({ file: this.disk, terminalId, sam, now });
    const limits = { issuerId: sam.issuerId, amountMax };
    const reader = this.#reader;
    const terminal = new PurseTerminal({ terminalId, reader, sam, journal, limits, now });
    this.#program = { sam, journal, terminal };
    return this.#program;
  }

  readonly #now = (): EpochMs => epochMs(this.#options.worldTime() + this.clockLeadMs);
}

function isDiskError(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error)) return false;
  return error.code === 'JOURNAL_FULL' || error.code === 'JOURNAL_WRITE_FAILED';
}
