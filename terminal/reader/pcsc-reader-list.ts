import { setTimeout as sleep } from 'node:timers/promises';
import { PcscBinding } from './pcsc-binding.ts';
import { PCSC_READER_DEFAULTS, type PcscReaderOptions } from './pcsc-reader-options.ts';
import { pcscSocketPath, probePcscService } from './pcsc-service.ts';

const START_WAIT_MS = 5_000;
const CLOSE_WAIT_MS = 2_000;
/** The binding tells of the readers that are there one after the other, and not of the last one. */
const SETTLE_MS = 300;

/**
 * The names of all readers that the service knows, slots for SAMs too. Rejects with the
 * `ReaderError` of what is in the way.
 */
export async function listPcscReaders(options: PcscReaderOptions): Promise<readonly string[]> {
  const socketPath = pcscSocketPath(options.socketPath);
  const problem = socketPath && (await probePcscService(socketPath));
  if (problem) throw problem;
  const names: string[] = [];
  const { binding: bindingName, environment } = { ...PCSC_READER_DEFAULTS, ...options };
  let start: () => void = () => undefined;
  const started = new Promise<void>((resolve) => {
    start = resolve;
  });
  const binding = new PcscBinding({
    readerName: '',
    lastReaderName: '',
    binding: bindingName,
    environment: { ...environment, PCSCLITE_CSOCK_NAME: socketPath },
    startWaitMs: START_WAIT_MS,
    onReport(report) {
      if (report.kind === 'started') start();
      if (report.kind === 'reader-seen') names.push(report.name);
    },
  });
  const failure = await Promise.race([started, binding.ended]);
  if (failure !== undefined) throw failure;
  await sleep(SETTLE_MS);
  await binding.stop(CLOSE_WAIT_MS);
  return names;
}
