import type { NFC, Reader } from 'nfc-pcsc';
import { dieWithParent, end, giveUp, REPLY_BYTES_MAX, readerWish, report } from './binding-port.ts';
import { messageOf, type SlotDevice } from './card-slot.ts';
import { decodeBindingRequest } from './pcsc-message.ts';
import { ReaderWatch } from './reader-watch.ts';

/**
 * The process around the binding nfc-pcsc, started by pcsc-binding.ts.
 *
 * The binding may block its whole process for ever: in its constructor while the service is absent,
 * in close while a card hangs, at exit too. Here that costs a process, which its parent may kill.
 */

dieWithParent();

const readers = new ReaderWatch({ wish: readerWish(), report, giveUp });
const watched: Map<string, Reader> = new Map();

await import('nfc-pcsc').then(
  (binding) => watch(binding.NFC),
  (error: unknown) => end({ kind: 'binding-missing', message: messageOf(error) }),
);

function watch(Service: typeof NFC): void {
  const nfc = openService(Service);
  if (nfc === undefined) return;
  nfc.on('error', (error) => end({ kind: 'service-lost', message: error.message }));
  nfc.on('reader', watchReader);
  process.on('message', (message) => {
    const request = decodeBindingRequest(message);
    if (request.kind === 'transmit') readers.transmit(request.id, request.command);
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

function watchReader(reader: Reader): void {
  reader.autoProcessing = false;
  const { name, reader: native } = reader;
  // The binding's own listener connects to every card, swallows failures, and never tries again.
  native.removeAllListeners('status');
  // Without a listener an error of a reader ends the process; the service's own error follows it.
  reader.on('error', () => undefined);
  native.on('status', ({ state }: { readonly state: number }) => {
    const isPresent = (state & native.SCARD_STATE_PRESENT) !== 0;
    readers.showCard(name, isPresent && (state & native.SCARD_STATE_EMPTY) === 0);
  });
  reader.on('end', () => {
    watched.delete(name);
    readers.detach(name);
  });
  watched.set(name, reader);
  readers.attach(name, deviceOf(reader));
}

function deviceOf(reader: Reader): SlotDevice {
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

/** The card first, then the reader, then the list of readers: any other order leaves a thread. */
async function stop(nfc: NFC): Promise<void> {
  nfc.removeAllListeners('error');
  // Closing cancels the wait for changes, which the binding reports as an error (row 16).
  nfc.on('error', () => undefined);
  await readers.close();
  watched.get(readers.takenName ?? '')?.close();
  nfc.close();
  process.exit(0);
}
