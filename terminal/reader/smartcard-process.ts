import type { Card, Context, MonitorEvent, ReaderMonitor } from 'smartcard';
import {
  dieWithParent,
  end,
  giveUp,
  READER_GONE,
  REPLY_BYTES_MAX,
  readerWish,
  report,
} from './binding-port.ts';
import { messageOf, type SlotDevice } from './card-slot.ts';
import { decodeBindingRequest } from './pcsc-message.ts';
import { ReaderWatch } from './reader-watch.ts';
import { numberedMessage } from './smartcard-error.ts';

/**
 * The process around the binding smartcard, started by pcsc-binding.ts.
 *
 * Its class `Devices` connects to every card of every reader and never tries again; so what lies
 * below it is used. Its disconnect blocks the process while a command is at work, and an exit
 * without `stop` aborts it: here both cost a process, and none of a payment.
 */

const PROTOCOLS = 0x03;
const LEAVE_CARD = 0;

type Binding = typeof import('smartcard');

dieWithParent();

const readers = new ReaderWatch({ wish: readerWish(), report, giveUp });

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
      if (request.kind === 'transmit') readers.transmit(request.id, request.command);
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
      readers.attach(reader, deviceOf(reader, context, binding));
      readers.showCard(reader, (state & binding.SCARD_STATE_PRESENT) !== 0);
      break;
    case 'reader-detached':
      readers.detach(reader);
      break;
    case 'card-inserted':
    case 'card-removed':
      readers.showCard(reader, type === 'card-inserted');
      break;
    case 'error':
      // In an error it is the message that stands where the name of the reader does.
      end({ kind: 'service-lost', message: numberedMessage(reader) });
      break;
  }
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

/** The card first; then the thread that waits for changes, without which the process aborts. */
async function stop(context: Context, monitor: ReaderMonitor): Promise<void> {
  await readers.close();
  monitor.stop();
  context.close();
  process.exit(0);
}
