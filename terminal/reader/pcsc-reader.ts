import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { PACKET_BYTES_MAX } from '#felica/packet';
import type { Milliseconds } from '#units';
import { ChangeSignal } from './change-signal.ts';
import { CodecMemory } from './codec-memory.ts';
import { openCodec, probeCodec } from './codec-probe.ts';
import { type BindingAnswer, packetOf } from './pcsc-answer.ts';
import { PcscBinding } from './pcsc-binding.ts';
import { linkAfter, type PcscLink } from './pcsc-link.ts';
import type { BindingReport } from './pcsc-message.ts';
import { PCSC_READER_DEFAULTS, type PcscReaderOptions } from './pcsc-reader-options.ts';
import { pcscSocketPath, probePcscService } from './pcsc-service.ts';
import { type Reader, type ReaderCapabilities, ReaderError } from './reader.ts';
import { TEXT_BY_ABILITY } from './reader-ability.ts';
import type { ReaderCodec, ReaderTransmit } from './reader-codec.ts';

const START_WAIT_MS = 5_000;
const CLOSE_WAIT_MS = 2_000;
const PROBE_WAIT_MS = 1_000;

/** Waits here do not help: somebody has to change the machine. */
const HOPELESS: ReadonlySet<string> = new Set([
  'READER_BINDING_MISSING',
  'READER_PERMISSION',
  'READER_AMBIGUOUS',
]);

/**
 * Resolves once the reader is found, with or without a card. Rejects with what is in the way, after
 * `openWaitMs`, or at once where only a technician can remove it.
 */
export async function openPcscReader(options: PcscReaderOptions = {}): Promise<Reader> {
  const reader = new PcscReader(options);
  const problem = await reader.waitUntilFound(
    options.openWaitMs ?? PCSC_READER_DEFAULTS.openWaitMs,
  );
  if (problem === undefined) return reader;
  await reader.close();
  throw problem;
}

class PcscReader implements Reader {
  readonly #options: Required<Omit<PcscReaderOptions, 'socketPath'>>;
  readonly #socketPath: string | undefined;
  readonly #changed: ChangeSignal = new ChangeSignal();
  readonly #abort: AbortController = new AbortController();
  readonly #supervision: Promise<void>;
  #link: PcscLink;
  readonly #memory: CodecMemory = new CodecMemory();
  #name: string | undefined;
  #binding: PcscBinding | undefined;
  #isBusy: boolean = false;
  /** Whether the running process has found its reader: then the next one starts without delay. */
  #isFound: boolean = false;
  #closing: Promise<void> | undefined;
  #tapCount = 0;
  #isCardThere: boolean = false;

  constructor(options: PcscReaderOptions) {
    this.#options = { ...PCSC_READER_DEFAULTS, ...options };
    this.#socketPath = pcscSocketPath(options.socketPath);
    const reason = new ReaderError('READER_NOT_FOUND', 'the reader process has not started');
    this.#link = { state: 'down', reason };
    this.#supervision = this.#supervise();
  }

  get name(): string {
    return this.#name ?? this.#options.readerName;
  }

  get #codec(): ReaderCodec | undefined {
    return this.#memory.codecOf(this.name);
  }

  get capabilities(): ReaderCapabilities {
    return {
      rawFrame: this.#codec !== undefined,
      frameBytesMax: this.#codec?.frameBytesMax ?? PACKET_BYTES_MAX,
      codecName: this.#codec?.name,
      isEmulated: false,
    };
  }

  get tapCount(): number {
    return this.#tapCount;
  }

  async waitUntilFound(waitMs: number): Promise<ReaderError | undefined> {
    const isHopeless = (link: PcscLink): boolean =>
      link.state === 'down' && HOPELESS.has(link.reason.code);
    await this.#changed.until(() => this.#name !== undefined || isHopeless(this.#link), waitMs);
    return this.#name === undefined && this.#link.state === 'down' ? this.#link.reason : undefined;
  }

  async waitForCard(waitMs: Milliseconds): Promise<boolean> {
    await this.#waitFor((state) => state === 'ready' || state === 'refused', waitMs);
    if (this.#link.state === 'ready') return true;
    if (this.#link.state === 'empty' || this.#link.reason === undefined) return false;
    throw this.#link.reason;
  }

  async waitForRemoval(waitMs: Milliseconds): Promise<boolean> {
    await this.#waitFor((state) => state === 'empty', waitMs);
    if (this.#link.state === 'down') throw this.#link.reason;
    return this.#link.state === 'empty';
  }

  async transmit(packet: Uint8Array, waitMs: Milliseconds): Promise<Uint8Array | undefined> {
    this.#requireOpen();
    const link = this.#link;
    const codec = this.#codec;
    if (link.state !== 'ready' || codec === undefined) {
      const reason = 'reason' in link ? link.reason : undefined;
      throw reason ?? new ReaderError('CARD_ABSENT', `${this.name}: no card in the field`);
    }
    const command = codec.wrap(packet);
    return packetOf(codec, await this.#exchange(command, waitMs + this.#options.linkAllowanceMs));
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeNow();
    return this.#closing;
  }

  async #closeNow(): Promise<void> {
    this.#abort.abort();
    this.#changed.announce();
    // Closing a reader that waits for a card blocks its process (readers.md 1.5, row 11).
    await this.#untilIdle();
    await this.#binding?.stop(CLOSE_WAIT_MS);
    await this.#supervision;
  }

  async #waitFor(isReached: (state: PcscLink['state']) => boolean, waitMs: number): Promise<void> {
    const isClosed = (): boolean => this.#abort.signal.aborted;
    await this.#changed.until(() => isClosed() || isReached(this.#link.state), waitMs);
    this.#requireOpen();
  }

  #requireOpen(): void {
    if (!this.#abort.signal.aborted) return;
    throw new ReaderError('READER_CLOSED', `${this.name}: the reader was closed`);
  }

  async #untilIdle(): Promise<void> {
    await this.#changed.until(() => !this.#isBusy, Number.POSITIVE_INFINITY);
  }

  async #exchange(command: Uint8Array, waitMs: number): Promise<BindingAnswer> {
    assert(!this.#isBusy, 'one packet at a time');
    assert(this.#binding !== undefined);
    this.#isBusy = true;
    try {
      const answer = await this.#binding.transmit(command, waitMs);
      // The process is being killed, and takes a moment to end: the card is not ready any more.
      if (answer.result === 'hung') this.#become({ state: 'down', reason: answer.reason });
      return answer;
    } finally {
      this.#isBusy = false;
      this.#changed.announce();
    }
  }

  /** Keeps a process with the binding running, for as long as the reader is open. */
  async #supervise(): Promise<void> {
    const { signal } = this.#abort;
    const { restartMs, restartMsMax } = this.#options;
    let waitMs = restartMs;
    while (!signal.aborted) {
      const reason = await this.#runBinding();
      if (this.#isFound) waitMs = restartMs;
      this.#isFound = false;
      this.#become({ state: 'down', reason });
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      waitMs = Math.min(waitMs * 2, restartMsMax);
    }
  }

  /** Resolves with why the process ended, or why it was not started. */
  async #runBinding(): Promise<ReaderError> {
    const problem = this.#socketPath && (await probePcscService(this.#socketPath));
    if (problem) return problem;
    if (this.#abort.signal.aborted) return new ReaderError('READER_CLOSED', 'closed at its start');
    const { readerName, binding, environment } = this.#options;
    this.#binding = new PcscBinding({
      readerName,
      lastReaderName: this.#name ?? '',
      binding,
      environment: { ...environment, PCSCLITE_CSOCK_NAME: this.#socketPath },
      startWaitMs: START_WAIT_MS,
      onReport: (report) => this.#follow(report),
    });
    return await this.#binding.ended;
  }

  #follow(report: BindingReport): void {
    if (report.kind === 'reader-found') {
      this.#name = report.name;
      this.#isFound = true;
    }
    this.#countTap(report);
    const link = linkAfter(report, { name: this.name, wantedName: this.#options.readerName });
    if (link === undefined) return;
    if (link.state === 'ready' && this.#codec?.opening.length !== 0) void this.#prepare();
    else this.#become(link);
  }

  /**
   * A card that is found after the service or the process came back may be the one from before: it
   * is no new tap unless the field was seen empty in between, lest a card left lying pays twice.
   */
  #countTap({ kind }: BindingReport): void {
    if (kind === 'card-gone') this.#isCardThere = false;
    if (kind !== 'card-unready' || this.#isCardThere) return;
    this.#isCardThere = true;
    this.#tapCount += 1;
  }

  /**
   * Asks the first card on a reader how the reader wants its packets; opens a reader that is known
   * and wants to be opened. No packet of a debit passes while this is at work.
   */
  async #prepare(): Promise<void> {
    const unready: PcscLink = { state: 'unready', reason: undefined };
    this.#become(unready);
    await this.#untilIdle();
    const transmit: ReaderTransmit = async (command) => {
      // Another link state means another card or none, and another preparation.
      if (this.#link !== unready) return undefined;
      const answer = await this.#exchange(command, PROBE_WAIT_MS + this.#options.linkAllowanceMs);
      return answer.result === 'answered' && answer.reply.length > 1 ? answer.reply : undefined;
    };
    const codec = this.#codec;
    const next = codec ? await this.#open(transmit, codec) : await this.#identify(transmit);
    if (next !== undefined && this.#link === unready) this.#become(next);
  }

  async #open(transmit: ReaderTransmit, codec: ReaderCodec): Promise<PcscLink | undefined> {
    const verdict = await openCodec(transmit, codec);
    if (verdict === 'card-lost') return undefined;
    if (verdict === 'opened') return { state: 'ready' };
    return refused('READER_FAULT', `${this.name}: refused the opening of ${codec.name}`);
  }

  async #identify(transmit: ReaderTransmit): Promise<PcscLink | undefined> {
    const { name } = this;
    const verdict = await probeCodec(transmit, this.#memory.codecsToTry(name));
    switch (verdict.result) {
      case 'codec':
        this.#memory.rememberCodec(name, verdict.codec);
        return { state: 'ready' };
      case 'card-lost':
        if (verdict.codec !== undefined) this.#memory.rememberLoss(name, verdict.codec);
        return undefined;
      case 'card-unreadable':
        return refused('CARD_UNREADABLE', `${name}: the card is not a FeliCa card`);
      case 'reader-unsupported':
        return refused('READER_UNSUPPORTED', `${name}: passes no FeliCa packet on`);
      case 'identify-only': {
        const ability = TEXT_BY_ABILITY[verdict.ability];
        const message = `${name}: passes no FeliCa packet on, and so takes no payment`;
        return refused('READER_UNSUPPORTED', message, { ability });
      }
    }
  }

  #become(link: PcscLink): void {
    this.#link = link;
    this.#changed.announce();
  }
}

function refused(...error: ConstructorParameters<typeof ReaderError>): PcscLink {
  return { state: 'refused', reason: new ReaderError(...error) };
}
