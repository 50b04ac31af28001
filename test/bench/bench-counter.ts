import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { milliseconds, yen } from '#units';
import { type CardLink, createFelicaCard } from '../../card-emulator/card/open-card.ts';
import type { PurseJournal } from '../../terminal/debit/purse-journal.ts';
import { openDiskFile } from '../../terminal/journal/disk-file.ts';
import { Journal } from '../../terminal/journal/journal.ts';
import { PurseTerminal } from '../../terminal/purse-terminal.ts';
import { EmulatedReader } from '../../terminal/reader/emulated-reader.ts';
import { softwareSam } from '../../terminal/sam/software-sam.ts';
import { wallClock } from '../../terminal/terminal-program.ts';
import { ISSUER_ID, KEY_VERSION, personalisedCard, samKeys } from '../scheme.ts';
import { MemoryJournal } from './memory-journal.ts';

/** The most that the profile of the test scheme lets lie on a card. */
const LOADED = yen(50_000);
const DEBITED = yen(10);
/** After so many debits the card is empty and another one comes. */
export const DEBITS_OF_CARD_MAX: number = LOADED / DEBITED;

/** One packet to the card and its answer. */
export interface TracedExchange {
  readonly command: Uint8Array;
  readonly response: Uint8Array;
}

/** A true card: real random numbers, as authentication is worth no more than they are. */
export function benchCard(number: number): ReturnType<typeof createFelicaCard> {
  return createFelicaCard(personalisedCard(number), { random: randomOf });
}

export async function loadFully(card: CardLink): Promise<void> {
  const loader = await BenchCounter.open({ kind: 'load', journal: 'memory' });
  await loader.tap(card, LOADED);
  await loader.close();
}

const TERMINAL_ID: Readonly<Record<'disk' | 'memory', number>> = { disk: 42, memory: 43 };

/** A terminal of the product over the emulated reader, with a journal on disk or in memory. */
export class BenchCounter {
  readonly #terminal: PurseTerminal;
  readonly #reader: EmulatedReader;
  readonly #kind: 'pos' | 'load';
  readonly #closeJournal: () => Promise<void>;
  #saleCount = 0;

  private constructor(
    terminal: PurseTerminal,
    reader: EmulatedReader,
    rest: { readonly kind: 'pos' | 'load'; readonly closeJournal: () => Promise<void> },
  ) {
    this.#terminal = terminal;
    this.#reader = reader;
    this.#kind = rest.kind;
    this.#closeJournal = rest.closeJournal;
  }

  static async open(options: {
    readonly kind: 'pos' | 'load';
    readonly journal: 'disk' | 'memory';
  }): Promise<BenchCounter> {
    const { kind } = options;
    // A card tells a terminal when its journal knows less than the card: each journal is a terminal.
    const terminalId = kind === 'load' ? 9 : TERMINAL_ID[options.journal];
    const sam = softwareSam(samKeys(kind, terminalId), randomOf);
    const folder = mkdtempSync(join(tmpdir(), 'kazasu-bench-'));
    let journal: PurseJournal = new MemoryJournal(sam, terminalId);
    let closeJournal = async (): Promise<void> => rmSync(folder, { recursive: true });
    if (options.journal === 'disk') {
      const file = await openDiskFile(join(folder, 'journal.log'));
      const onDisk = await Journal.open({ file, terminalId, sam, now: wallClock });
      journal = onDisk;
      closeJournal = async () => {
        await onDisk.close();
        rmSync(folder, { recursive: true });
      };
    }
    const reader = new EmulatedReader();
    const limits = { issuerId: ISSUER_ID, keyVersion: KEY_VERSION, amountMax: LOADED };
    const now = wallClock;
    const terminal = new PurseTerminal({ terminalId, reader, sam, journal, limits, now });
    return new BenchCounter(terminal, reader, { kind, closeJournal });
  }

  /** The time from the request to its outcome, in ms; the card lies on the reader already. */
  async tap(card: CardLink, amount = DEBITED): Promise<number> {
    this.#saleCount += 1;
    const kind = this.#kind === 'load' ? 'load' : 'debit';
    const request = { saleId: `sale ${this.#saleCount}`, kind, amount } as const;
    this.#reader.present(card);
    const start = performance.now();
    const outcome = await this.#terminal.tap(request, milliseconds(0));
    const elapsed = performance.now() - start;
    this.#reader.remove();
    assert(outcome.outcome === 'approved', `expected an approved sale, got ${outcome.outcome}`);
    return elapsed;
  }

  close(): Promise<void> {
    return this.#closeJournal();
  }
}

/** The card, with every packet that it answers written down. */
export function traced(card: CardLink): {
  readonly link: CardLink;
  readonly exchanges: readonly TracedExchange[];
} {
  const exchanges: TracedExchange[] = [];
  const link: CardLink = {
    powerOn: () => card.powerOn(),
    powerOff: () => card.powerOff(),
    exchange: (command) => {
      const response = card.exchange(command);
      assert(response !== undefined, 'the card answers every packet of a debit');
      exchanges.push({ command: command.slice(), response: response.slice() });
      return response;
    },
  };
  return { link, exchanges };
}

function randomOf(byteCount: number): Uint8Array {
  return Uint8Array.from(randomBytes(byteCount));
}
