import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { BlockList } from 'node:net';
import { decodePollingRequest } from '../felica/polling.ts';
import type { AsyncCardLink, CardLink } from './card-link.ts';
import { decodeUdpDatagram, encodeUdpFrame, type UdpDatagram } from './udp-datagram.ts';

/** Where nfcpy looks for a card unless it is told another port. */
export const UDP_PORT = 54_321;

export type UdpEvent =
  /** The first frame of a reader, as `127.0.0.1:40123`: the card has power. */
  | { readonly event: 'field-on'; readonly reader: string }
  | { readonly event: 'field-off'; readonly reader: string; readonly reason: string }
  | {
      readonly event: 'exchanged';
      readonly request: Uint8Array;
      /** `undefined` is silence, of the card or because its field was gone before it had answered. */
      readonly response: Uint8Array | undefined;
    }
  | { readonly event: 'ignored'; readonly sender: string; readonly reason: string }
  /** The system did not take an answer; to the reader it is silence. */
  | { readonly event: 'unsent'; readonly reader: string; readonly error: unknown }
  | { readonly event: 'failed'; readonly error: unknown };

export interface UdpLinkOptions {
  /** A loopback address, `127.0.0.1` unless given; see {@link UdpLinkOptions.allowRemote}. */
  readonly host?: string;
  /** {@link UDP_PORT} unless given; 0 takes any free one. */
  readonly port?: number;
  /**
   * Also binds an address that other machines reach. The protocol has no secret and checks no sender:
   * whoever reaches the port has the card in his hand, can read and write all that needs no key, and
   * can forge the address that the answer goes to.
   */
  readonly allowRemote?: boolean;
  /** Must not throw. */
  readonly onEvent: (event: UdpEvent) => void;
}

/** A reader waits for an answer before it goes on, so more than a few frames are no reader's. */
export const WAITING_FRAMES_MAX = 16;

type Frame = Extract<UdpDatagram, { readonly kind: 'frame' }>;

/** The field of one reader, from its first frame until the card has lost power. */
interface Field {
  readonly card: CardLink | AsyncCardLink;
  readonly reader: RemoteInfo;
  waitingCount: number;
}

const LOOPBACK = loopbackAddresses();

/**
 * Opens a place for a card in the UDP protocol of nfcpy, without a card at first. Throws `RangeError`
 * for an address beyond this machine without `allowRemote`, and the system's own error where the port
 * is not free.
 */
export async function openUdpLink(options: UdpLinkOptions): Promise<UdpLink> {
  const { host = '127.0.0.1', port = UDP_PORT, allowRemote = false } = options;
  // localhost is both: nfcpy speaks IPv4.
  const { address, family } = await lookup(host, { order: 'ipv4first' });
  if (!allowRemote && !LOOPBACK.check(address, family === 6 ? 'ipv6' : 'ipv4')) {
    throw new RangeError(`host: expected a loopback address, or allowRemote, got ${host}`);
  }
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  socket.bind(port, address);
  try {
    await once(socket, 'listening');
  } catch (error) {
    socket.close();
    throw error;
  }
  return new UdpLink(socket, options.onEvent);
}

/**
 * A card that readers reach by UDP, one datagram a frame. A reader's first frame is its field, and
 * `RFOFF` the end of it; silence is no datagram.
 *
 * One reader has the card. A Polling command of another sender takes the card over, without the
 * session it may have had: a reader that died sends no `RFOFF`, and two readers must never speak in
 * one session. Whatever else another sender says is ignored, its `RFOFF` too.
 */
export class UdpLink {
  readonly host: string;
  readonly port: number;
  readonly #socket: Socket;
  readonly #onEvent: (event: UdpEvent) => void;
  #card: CardLink | AsyncCardLink | undefined;
  #field: Field | undefined;
  /** The last exchange of each card: a new one does not wait for what the one before still does. */
  readonly #queues: WeakMap<CardLink | AsyncCardLink, Promise<void>> = new WeakMap();

  /** `socket` is bound, and belongs to the link from now on. */
  constructor(socket: Socket, onEvent: (event: UdpEvent) => void) {
    const { address, port } = socket.address();
    this.host = address;
    this.port = port;
    this.#socket = socket;
    this.#onEvent = onEvent;
    socket.on('message', (bytes, sender) => this.#receive(bytes, sender));
    socket.on('error', (error) => onEvent({ event: 'failed', error }));
  }

  /** The card before, if there is one, is taken out. The new one gets power with the next frame. */
  insert(card: CardLink | AsyncCardLink): void {
    this.remove();
    this.#card = card;
  }

  /** Takes the card out in whatever it is doing: an answer not yet sent is never sent. */
  remove(): void {
    this.#card = undefined;
    this.#endField('the card was taken out');
  }

  /** Takes the card out and gives the port back. */
  async close(): Promise<void> {
    this.remove();
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  #receive(bytes: Uint8Array, sender: RemoteInfo): void {
    // Nothing can be answered to port 0, and a system refuses to try.
    const datagram = sender.port === 0 ? undefined : decodeUdpDatagram(bytes);
    const reason = this.#obey(datagram, sender);
    if (reason !== undefined) this.#onEvent({ event: 'ignored', sender: nameOf(sender), reason });
  }

  /** The reason, if it was ignored. */
  #obey(datagram: UdpDatagram | undefined, sender: RemoteInfo): string | undefined {
    switch (datagram?.kind) {
      case undefined:
        return 'no datagram of the protocol';
      case 'other-technology':
        return `technology ${datagram.technology}`;
      case 'field-off':
        if (!this.#isHolder(sender)) return 'RFOFF of a reader without field';
        this.#endField('RFOFF');
        return undefined;
      case 'frame':
        return this.#hear(datagram, sender);
    }
  }

  #hear(request: Frame, sender: RemoteInfo): string | undefined {
    if (this.#field !== undefined && !this.#isHolder(sender)) {
      const isPolling = decodePollingRequest(request.frame) !== undefined;
      if (!isPolling) return 'another reader has the card';
      this.#endField('another reader polled');
    }
    const card = this.#card;
    if (card === undefined) return 'no card';
    const field = this.#field ?? this.#beginField(card, sender);
    if (field.waitingCount === WAITING_FRAMES_MAX) return 'too many frames wait';
    field.waitingCount += 1;
    const queue = this.#queues.get(card) ?? Promise.resolve();
    this.#queues.set(
      card,
      queue.then(() => this.#answer(request, field)),
    );
    return undefined;
  }

  #beginField(card: CardLink | AsyncCardLink, reader: RemoteInfo): Field {
    const field: Field = { card, reader, waitingCount: 0 };
    this.#field = field;
    card.powerOn();
    this.#onEvent({ event: 'field-on', reader: nameOf(reader) });
    return field;
  }

  #endField(reason: string): void {
    const field = this.#field;
    if (field === undefined) return;
    this.#field = undefined;
    field.card.powerOff();
    this.#onEvent({ event: 'field-off', reader: nameOf(field.reader), reason });
  }

  async #answer({ technology, frame }: Frame, field: Field): Promise<void> {
    // The frames that waited when the field went off are lost with it.
    if (this.#field !== field) return;
    try {
      const answer = await field.card.exchange(frame);
      const response = this.#field === field ? answer : undefined;
      if (response !== undefined) this.#send(encodeUdpFrame(technology, response), field.reader);
      this.#onEvent({ event: 'exchanged', request: frame, response });
    } catch (error) {
      this.#onEvent({ event: 'failed', error });
      if (this.#field === field) this.#endField('the card failed');
    }
    field.waitingCount -= 1;
  }

  #send(bytes: Uint8Array, reader: RemoteInfo): void {
    this.#socket.send(bytes, reader.port, reader.address, (error) => {
      if (error !== null) this.#onEvent({ event: 'unsent', reader: nameOf(reader), error });
    });
  }

  #isHolder({ address, port }: RemoteInfo): boolean {
    const reader = this.#field?.reader;
    return reader?.address === address && reader.port === port;
  }
}

/** IPv6 addresses stand in brackets, as in a URL. */
function nameOf({ address, family, port }: RemoteInfo): string {
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}

function loopbackAddresses(): BlockList {
  const addresses = new BlockList();
  addresses.addSubnet('127.0.0.0', 8, 'ipv4');
  addresses.addAddress('::1', 'ipv6');
  return addresses;
}
