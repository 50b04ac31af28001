import type { NFC, Reader } from 'nfc-pcsc';
import { CardSlot, messageOf } from './card-slot.ts';
import { type BindingReport, decodeBindingRequest } from './pcsc-message.ts';

/**
 * The process around the PC/SC binding, started by pcsc-binding.ts.
 *
 * The binding may block its whole process for ever: in its constructor while the service is absent,
 * in close while a card hangs, at exit too. Here that costs a process, which its parent may kill.
 */

/**
 * Longer than any packet with its status word. With less room the card executes the command and
 * the driver throws the answer away (readers.md 1.5, row 8).
 */
const REPLY_BYTES_MAX = 300;
const CONNECT_RETRY_MS = 500;

// An ordinary exit waits for a card that hangs (readers.md 1.5, row 12).
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

const [, , wantedName = ''] = process.argv;
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

function isWanted(name: string): boolean {
  // A reader with a slot for a SAM shows that slot as one more reader.
  return wantedName === '' ? !/\bSAM\b/i.test(name) : name.includes(wantedName);
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
  const message = 'the reader is gone (0x80100017)';
  if (slot === undefined) report({ kind: 'failed', id, message });
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

function report(message: BindingReport): void {
  process.send?.(message);
}

/** The last word: nothing of the binding works after it. */
function end(message: BindingReport): void {
  process.send?.(message, () => process.kill(process.pid, 'SIGKILL'));
}

/** After a failed disconnect the binding takes itself for connected, and connects no more (row 17). */
function giveUp(reason: unknown): void {
  end({ kind: 'service-lost', message: messageOf(reason) });
}
