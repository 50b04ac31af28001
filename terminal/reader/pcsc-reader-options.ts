import type { PcscBindingName } from './pcsc-binding.ts';

export interface PcscReaderOptions {
  /** Part of the reader's PC/SC name. Without it the one reader there is that is not a SAM slot. */
  readonly readerName?: string;
  /** Which package speaks PC/SC. */
  readonly binding?: PcscBindingName;
  /** The service's socket, PCSCLITE_CSOCK_NAME in the words of libpcsclite. Linux only. */
  readonly socketPath?: string;
  /** The environment of the reader's process. Empty by default: it needs none of our secrets. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** How long `openPcscReader` waits for service and reader. */
  readonly openWaitMs?: number;
  /** What a packet may take above the card's own time, before its reader counts as hung. */
  readonly linkAllowanceMs?: number;
  /** From the first restart of the reader's process, doubled at each that changes nothing. */
  readonly restartMs?: number;
  readonly restartMsMax?: number;
}

export const PCSC_READER_DEFAULTS: Required<Omit<PcscReaderOptions, 'socketPath'>> = {
  readerName: '',
  binding: 'nfc-pcsc',
  environment: {},
  openWaitMs: 5_000,
  // Our choice. A reader tells of a silent card after a time-out of its own, up to some 0.5 s, and
  // a process killed before that costs a restart for every card of another scheme.
  linkAllowanceMs: 1_000,
  restartMs: 100,
  restartMsMax: 5_000,
};
