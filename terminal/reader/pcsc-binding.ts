import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BindingAnswer } from './pcsc-answer.ts';
import { type BindingReport, type BindingRequest, decodeBindingReport } from './pcsc-message.ts';
import { pcscVerdictOf } from './pcsc-number.ts';
import { ReaderError } from './reader.ts';

/** The packages that speak PC/SC, each in a process of its own. */
export const PCSC_BINDINGS = ['nfc-pcsc', 'smartcard'] as const;

export type PcscBindingName = (typeof PCSC_BINDINGS)[number];

const PROCESS_BY_BINDING: Readonly<Record<PcscBindingName, string>> = {
  'nfc-pcsc': 'pcsc-binding-process.js',
  smartcard: 'smartcard-process.js',
};

export interface PcscBindingOptions {
  /** Part of the reader's name; empty for any reader. */
  readonly readerName: string;
  /** The whole name of the reader that was taken before; empty at the start. */
  readonly lastReaderName: string;
  readonly binding: PcscBindingName;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** From the start of the process to its first word. */
  readonly startWaitMs: number;
  /** Called for each report about the reader and its card. */
  readonly onReport: (report: BindingReport) => void;
}

/** How much of what the process writes to its standard error is kept for the message. */
const STDERR_CHARACTERS_MAX = 400;

/**
 * One process with the PC/SC binding in it, from its start to its end. It carries one command at a
 * time; when it hangs it is killed, and whoever holds it starts another.
 */
export class PcscBinding {
  /** Resolves, and never rejects, with why the process ended. */
  readonly ended: Promise<ReaderError>;
  readonly #child: ChildProcess;
  readonly #onReport: (report: BindingReport) => void;
  readonly #name: PcscBindingName;
  readonly #startTimer: NodeJS.Timeout;
  #pending: { readonly id: number; readonly settle: (answer: BindingAnswer) => void } | undefined;
  #commandCount = 0;
  #reason: ReaderError | undefined;
  #isEnded: boolean = false;
  #stderr = '';

  constructor(options: PcscBindingOptions) {
    this.#onReport = options.onReport;
    this.#name = options.binding;
    this.#child = fork(
      bindingProcessPath(options.binding),
      [options.readerName, options.lastReaderName],
      {
        env: options.environment,
        execArgv: [],
        // Packets stay bytes on their way; JSON would make objects of them.
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      },
    );
    this.ended = new Promise((resolve) => {
      this.#child.on('exit', () => resolve(this.#end()));
      this.#child.on('error', (error) => {
        this.#reason ??= new ReaderError('READER_FAULT', error.message, { cause: error });
        // Without an identifier there is no process, and so there will be no exit either.
        if (this.#child.pid === undefined) resolve(this.#end());
      });
    });
    this.#child.on('message', (message) => this.#receive(decodeBindingReport(message)));
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_CHARACTERS_MAX);
    });
    this.#startTimer = setTimeout(() => {
      const message = `the PC/SC service did not answer in ${options.startWaitMs} ms`;
      this.kill(new ReaderError('READER_SERVICE_UNAVAILABLE', message));
    }, options.startWaitMs);
  }

  /** The caller waits for the answer to the command before. */
  transmit(command: Uint8Array, waitMs: number): Promise<BindingAnswer> {
    if (this.#isEnded) return Promise.resolve({ result: 'ended', reason: this.#endReason() });
    this.#commandCount += 1;
    const id = this.#commandCount;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        const reason = new ReaderError('READER_HUNG', `no answer in ${waitMs} ms`);
        this.#settle(id, { result: 'hung', reason });
        this.kill(reason);
      }, waitMs);
      const settle = (answer: BindingAnswer): void => {
        clearTimeout(timer);
        resolve(answer);
      };
      this.#pending = { id, settle };
      this.#send({ kind: 'transmit', id, command });
    });
  }

  /** Lets card and reader go in order; kills what has not done so in `waitMs`. */
  async stop(waitMs: number): Promise<void> {
    const timer = setTimeout(
      () => this.kill(new ReaderError('READER_HUNG', 'did not close')),
      waitMs,
    );
    this.#send({ kind: 'stop' });
    await this.ended;
    clearTimeout(timer);
  }

  /** Nothing less is certain to end a process that waits for a card. */
  kill(reason: ReaderError): void {
    this.#reason ??= reason;
    this.#child.kill('SIGKILL');
  }

  #send(request: BindingRequest): void {
    // A process that is gone has ended or will: that, and not this, answers who waits.
    if (this.#child.connected) this.#child.send(request, () => undefined);
  }

  #receive(report: BindingReport): void {
    switch (report.kind) {
      case 'started':
        clearTimeout(this.#startTimer);
        this.#onReport(report);
        break;
      case 'binding-missing':
        this.kill(new ReaderError('READER_BINDING_MISSING', `${this.#name}: ${firstLine(report)}`));
        break;
      case 'service-lost':
        this.kill(serviceError(report.message));
        break;
      case 'answered':
        this.#settle(report.id, { result: 'answered', reply: report.reply });
        break;
      case 'failed':
        this.#settle(report.id, { result: 'failed', message: report.message });
        break;
      case 'reader-seen':
      case 'reader-found':
      case 'reader-ambiguous':
      case 'reader-gone':
      case 'card-unready':
      case 'card-ready':
      case 'card-gone':
        this.#onReport(report);
        break;
    }
  }

  #settle(id: number, answer: BindingAnswer): void {
    if (this.#pending?.id !== id) return;
    const { settle } = this.#pending;
    this.#pending = undefined;
    settle(answer);
  }

  #end(): ReaderError {
    this.#isEnded = true;
    clearTimeout(this.#startTimer);
    const reason = this.#endReason();
    if (this.#pending !== undefined) this.#settle(this.#pending.id, { result: 'ended', reason });
    return reason;
  }

  #endReason(): ReaderError {
    const message = `the reader process ended: ${this.#stderr.trim() || 'without a word'}`;
    this.#reason ??= new ReaderError('READER_FAULT', message);
    return this.#reason;
  }
}

/** The list of readers fails for all kinds of reasons; a card is none of them. */
function serviceError(message: string): ReaderError {
  const verdict = pcscVerdictOf(message);
  const code = verdict.result === 'card-lost' ? 'READER_FAULT' : verdict.code;
  return new ReaderError(code, message);
}

function firstLine({ message }: { readonly message: string }): string {
  return message.split('\n', 1).join();
}

/** A process cannot run TypeScript on Node 20: from the sources it runs what the build left. */
function bindingProcessPath(binding: PcscBindingName): string {
  const here = fileURLToPath(import.meta.url);
  const file = PROCESS_BY_BINDING[binding];
  if (!here.endsWith('.ts')) return here.replace(/pcsc-binding\.js$/, file);
  return here.replace(
    /terminal([\\/])reader([\\/])pcsc-binding\.ts$/,
    `dist$1terminal$1reader$2${file}`,
  );
}
