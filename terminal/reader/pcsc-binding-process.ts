import type { NFC, Reader } from 'nfc-pcsc';
import {
  dieWithParent,
  end,
  giveUp,
  isWanted,
  READER_GONE,
  REPLY_BYTES_MAX,
  report,
} from './binding-port.ts';
import { CardSlot, messageOf } from './card-slot.ts';
import { decodeBindingRequest } from './pcsc-message.ts';

/**
 * The process around the binding nfc-pcsc, started by pcsc-binding.ts.
 *
 * The binding may block its whole process for ever: in its constructor while the service is absent,
 * in close while a card hangs, at exit too. Here that costs a process, which its parent may kill.
 */

const CONNECT_RETRY_MS = 500;

dieWithParent();

let slot: CardSlot | undefined;
let found: Reader | undefined;

await import('nfc-pcsc').then(
  (binding) => watch(binding.NFC),
  (error: unknown) => end({ kind: 'binding-missing', message: messageOf(error) }),
);

function watch(Service: typeof NFC): void {
  const nfc = openService(Service);
  if (nfc === undefined) return;
  nfc.on('error', (error) => end({ kind: 'service-lost', message: error.message }));
  nfc.on('reader', takeReader);
  process.on('message', (message) => {
    const request = decodeBindingRequest(message);
    if (request.kind === 'transmit') transmit(request.id, request.command);
    else void stop(nfc);
  });
  report({ kind: 'started' });
}

function openService(Service: typeof NFC): NFC | undefined {
  try {
    return new Service();
  } catch (error) {
    end({ kind: 'service-lost', message: messageOf(error) });
    return undefined;
  }
}

/** Takes the first reader with the wanted name; all others are left alone, cards and all. */
function takeReader(reader: Reader): void {
  reader.autoProcessing = false;
  const native = reader.reader;
  // The binding's own listener connects to every card, swallows failures, and never tries again.
  native.removeAllListeners('status');
  // Without a listener an error of a reader ends the process; the service's own error follows it.
  reader.on('error', () => undefined);
  report({ kind: 'reader-seen', name: reader.name });
  if (found !== undefined || !isWanted(reader.name)) return;
  found = reader;
  const ours = new CardSlot({
    device: deviceOf(reader),
    report,
    retryMs: CONNECT_RETRY_MS,
    giveUp,
  });
  slot = ours;
  native.on('status', ({ state }: { readonly state: number }) => {
    const isPresent = (state & native.SCARD_STATE_PRESENT) !== 0;
    ours.showCard(isPresent && (state & native.SCARD_STATE_EMPTY) === 0);
  });
  reader.on('end', () => {
    ours.abandon();
    slot = undefined;
    found = undefined;
    report({ kind: 'reader-gone' });
  });
  report({ kind: 'reader-found', name: reader.name });
}

function deviceOf(reader: Reader): ConstructorParameters<typeof CardSlot>[0]['device'] {
  return {
    async connect() {
      reader.card = {};
      await reader.connect();
    },
    async disconnect() {
      reader.card = null;
      if (reader.connection !== null) await reader.disconnect();
    },
    transmit: (command) => reader.transmit(Buffer.from(command), REPLY_BYTES_MAX),
  };
}

function transmit(id: number, command: Uint8Array): void {
  if (slot === undefined) report({ kind: 'failed', id, message: READER_GONE });
  else slot.transmit(id, command);
}

/** The card first, then the reader, then the list of readers: any other order leaves a thread. */
async function stop(nfc: NFC): Promise<void> {
  nfc.removeAllListeners('error');
  // Closing cancels the wait for changes, which the binding reports as an error (row 16).
  nfc.on('error', () => undefined);
  await slot?.close();
  found?.close();
  nfc.close();
  process.exit(0);
}
