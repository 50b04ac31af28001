import type { Card, Context, MonitorEvent, ReaderMonitor } from 'smartcard';
import {
  dieWithParent,
  end,
  giveUp,
  isWanted,
  READER_GONE,
  REPLY_BYTES_MAX,
  report,
} from './binding-port.ts';
import { CardSlot, messageOf, type SlotDevice } from './card-slot.ts';
import { decodeBindingRequest } from './pcsc-message.ts';
import { numberedMessage } from './smartcard-error.ts';

/**
 * The process around the binding smartcard, started by pcsc-binding.ts.
 *
 * Its class `Devices` connects to every card of every reader and never tries again; so what lies
 * below it is used. Its disconnect blocks the process while a command is at work, and an exit
 * without `stop` aborts it: here both cost a process, and none of a payment.
 */

const CONNECT_RETRY_MS = 500;
const PROTOCOLS = 0x03;
const LEAVE_CARD = 0;

type Binding = typeof import('smartcard');

dieWithParent();

let slot: CardSlot | undefined;
let foundName: string | undefined;

await import('smartcard').then(watch, (error: unknown) =>
  end({ kind: 'binding-missing', message: messageOf(error) }),
);

function watch(binding: Binding): void {
  try {
    const context = new binding.Context();
    const monitor = new binding.ReaderMonitor();
    monitor.start((event) => follow(event, context, binding));
    process.on('message', (message) => {
      const request = decodeBindingRequest(message);
      if (request.kind === 'transmit') transmit(request.id, request.command);
      else void stop(context, monitor);
    });
    report({ kind: 'started' });
  } catch (error) {
    end({ kind: 'service-lost', message: numberedMessage(error) });
  }
}

function follow({ type, reader, state }: MonitorEvent, context: Context, binding: Binding): void {
  switch (type) {
    case 'reader-attached':
      report({ kind: 'reader-seen', name: reader });
      if (foundName !== undefined || !isWanted(reader)) return;
      takeReader(reader, context, binding);
      slot?.showCard((state & binding.SCARD_STATE_PRESENT) !== 0);
      break;
    case 'reader-detached':
      if (reader === foundName) loseReader();
      break;
    case 'card-inserted':
    case 'card-removed':
      if (reader === foundName) slot?.showCard(type === 'card-inserted');
      break;
    case 'error':
      // In an error it is the message that stands where the name of the reader does.
      end({ kind: 'service-lost', message: numberedMessage(reader) });
      break;
  }
}

function takeReader(name: string, context: Context, binding: Binding): void {
  foundName = name;
  slot = new CardSlot({
    device: deviceOf(name, context, binding),
    report,
    retryMs: CONNECT_RETRY_MS,
    giveUp,
  });
  report({ kind: 'reader-found', name });
}

function loseReader(): void {
  slot?.abandon();
  slot = undefined;
  foundName = undefined;
  report({ kind: 'reader-gone' });
}

function deviceOf(name: string, context: Context, binding: Binding): SlotDevice {
  let card: Card | undefined;
  return {
    async connect() {
      const reader = listReaders(context).find((one) => one.name === name);
      if (reader === undefined) throw new Error(READER_GONE);
      card = await numbered(reader.connect(binding.SCARD_SHARE_SHARED, PROTOCOLS));
    },
    disconnect() {
      const connected = card;
      card = undefined;
      try {
        connected?.disconnect(LEAVE_CARD);
      } catch {
        // The connection of a card that is gone is gone too.
      }
      return Promise.resolve();
    },
    transmit(command) {
      if (card === undefined) throw new Error('no card is connected (0x8010000c)');
      const options = { maxRecvLength: REPLY_BYTES_MAX };
      return numbered(card.transmit(Buffer.from(command), options));
    },
  };
}

function listReaders(context: Context): ReturnType<Context['listReaders']> {
  try {
    return context.listReaders();
  } catch (error) {
    throw new Error(numberedMessage(error), { cause: error });
  }
}

async function numbered<T>(outcome: Promise<T>): Promise<T> {
  try {
    return await outcome;
  } catch (error) {
    throw new Error(numberedMessage(error), { cause: error });
  }
}

function transmit(id: number, command: Uint8Array): void {
  if (slot === undefined) report({ kind: 'failed', id, message: READER_GONE });
  else slot.transmit(id, command);
}

/** The card first; then the thread that waits for changes, without which the process aborts. */
async function stop(context: Context, monitor: ReaderMonitor): Promise<void> {
  await slot?.close();
  monitor.stop();
  context.close();
  process.exit(0);
}
