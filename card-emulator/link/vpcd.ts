import { createConnection, type Socket } from 'node:net';
import type { IDm, PMm } from '../felica/identifiers.ts';
import type { AsyncCardLink } from './card-link.ts';
import { FELICA_ATR, identifierReply, type ReaderPersonality } from './pcsc-pseudo-apdu.ts';
import { encodeVpcdMessage, VpcdDecoder } from './vpcd-message.ts';
import { type ReaderPersonalityName, readerPersonality } from './vpcd-personality.ts';

/** Where vpcd of Debian listens for the card of its first slot. Each further slot is one port higher. */
export const VPCD_PORT = 35_963;

/** A card as the virtual reader needs it: the reader tells its host the identifiers by itself. */
export interface VpcdCard extends AsyncCardLink {
  readonly idm: IDm;
  readonly pmm: PMm;
}

export type VpcdEvent =
  | { readonly event: 'connected' }
  /** Also when vpcd could not be reached; it is tried again while a card is inserted. */
  | { readonly event: 'disconnected'; readonly reason: string }
  | {
      readonly event: 'exchanged';
      readonly request: Uint8Array;
      readonly response: Uint8Array | undefined;
    }
  | { readonly event: 'failed'; readonly error: unknown };

export interface VpcdLinkOptions {
  readonly host: string;
  readonly port: number;
  /**
   * Sends the first byte of an answer before the request has come whole. vpcd 3.3 sends length and
   * body apart and the body only once the length is acknowledged; this byte carries the
   * acknowledgement, which otherwise comes after 40 ms (readers.md 4.4).
   *
   * It has a price. The byte says that the answer has at most 255 bytes: the first longer one is lost
   * like the answer of a silent card, and later requests of that length are waited for. And vpcd 3.3
   * crashes, with pcscd around it, when a connection ends between the two bytes of a length:
   * {@link VpcdLink.remove} takes care of that, but nobody can where this process is killed then.
   */
  readonly hasEarlyByte: boolean;
  /** Which family of readers it behaves like. */
  readonly reader: ReaderPersonalityName;
  readonly onEvent: (event: VpcdEvent) => void;
}

const RECONNECT_MS = 200;
const EARLY_REPLY_BYTES_MAX = 0xff;
/** The second byte of a length that was begun, of an answer that never comes. Any but 0 will do. */
const UNKEPT_LENGTH = 0x02;
const POWER_OFF = 0x00;
const POWER_ON = 0x01;
const RESET = 0x02;
const GET_ATR = 0x04;

/**
 * Carries a card into a slot of vpcd, the virtual PC/SC reader: the TCP connection is the field. It
 * connects again when the service comes back, for as long as the card is inserted.
 */
export class VpcdLink {
  readonly #options: VpcdLinkOptions;
  #card: VpcdCard | undefined;
  #session: VpcdSession | undefined;
  #reconnect: NodeJS.Timeout | undefined;
  /** Lengths of requests whose answers were too long for an early byte. */
  readonly #longAnswered: Set<number>;

  constructor(options: VpcdLinkOptions) {
    this.#options = options;
    this.#longAnswered = new Set([readerPersonality(options.reader).longestReadBytes]);
  }

  /** The card before, if there is one, is taken out. */
  insert(card: VpcdCard): void {
    this.remove();
    this.#card = card;
    this.#connect(card);
  }

  /** Takes the card out in whatever it is doing: an answer not yet sent is never sent. */
  remove(): void {
    clearTimeout(this.#reconnect);
    this.#card?.powerOff();
    this.#card = undefined;
    this.#session?.leave();
    this.#session = undefined;
  }

  #connect(card: VpcdCard): void {
    const { host, port, onEvent } = this.#options;
    const socket = createConnection({ host, port, noDelay: true });
    const session = new VpcdSession(socket, card, {
      ...this.#options,
      longAnswered: this.#longAnswered,
    });
    this.#session = session;
    let reason = 'vpcd closed the connection';
    socket.on('connect', () => {
      // A service that has not noticed the exchange of two cards does not power the second one up.
      card.powerOn();
      onEvent({ event: 'connected' });
    });
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.on('close', () => {
      if (this.#session !== session) return;
      card.powerOff();
      onEvent({ event: 'disconnected', reason });
      this.#reconnect = setTimeout(() => this.#connect(card), RECONNECT_MS);
    });
    socket.on('data', (chunk) => session.receive(chunk));
  }
}

interface SessionOptions extends VpcdLinkOptions {
  readonly longAnswered: Set<number>;
}

/** One connection. vpcd asks, and asks again only after the answer. */
class VpcdSession {
  readonly #socket: Socket;
  readonly #card: VpcdCard;
  readonly #options: SessionOptions;
  readonly #decoder: VpcdDecoder = new VpcdDecoder();
  readonly #reader: ReaderPersonality;
  #queue: Promise<void> = Promise.resolve();
  #unansweredCount = 0;
  #isEarlyByteSent: boolean = false;

  constructor(socket: Socket, card: VpcdCard, options: SessionOptions) {
    this.#socket = socket;
    this.#card = card;
    this.#options = options;
    this.#reader = readerPersonality(options.reader);
  }

  receive(chunk: Uint8Array): void {
    for (const message of this.#decoder.push(chunk)) {
      this.#unansweredCount += 1;
      this.#queue = this.#queue.then(() => this.#answer(message));
    }
    this.#sendEarlyByte();
  }

  /** Ends the connection, in whatever state it is, without the answer that is owed. */
  leave(): void {
    if (this.#isEarlyByteSent) this.#socket.end(Uint8Array.of(UNKEPT_LENGTH));
    else this.#socket.destroy();
  }

  /** Control bytes get no answer, most of them; everything longer is certain to get one. */
  #sendEarlyByte(): void {
    const { hasEarlyByte, longAnswered } = this.#options;
    const length = this.#decoder.lengthAlone ?? 0;
    const isIdle = this.#unansweredCount === 0 && !this.#isEarlyByteSent;
    if (!hasEarlyByte || !isIdle || length <= 1 || longAnswered.has(length)) return;
    this.#isEarlyByteSent = true;
    this.#socket.write(Uint8Array.of(0x00));
  }

  async #answer(message: Uint8Array): Promise<void> {
    try {
      const [control] = message;
      const isControl = message.length === 1;
      const reply = isControl ? this.#replyToControl(control) : await this.#replyToCommand(message);
      if (reply !== undefined) this.#send(reply, message.length);
    } catch (error) {
      this.#options.onEvent({ event: 'failed', error });
      this.leave();
    }
    this.#unansweredCount -= 1;
  }

  #send(reply: Uint8Array, requestLength: number): void {
    if (!this.#socket.writable) return;
    if (!this.#isEarlyByteSent) {
      this.#socket.write(encodeVpcdMessage(reply));
      return;
    }
    this.#isEarlyByteSent = false;
    const isFitting = reply.length <= EARLY_REPLY_BYTES_MAX;
    if (!isFitting) this.#options.longAnswered.add(requestLength);
    this.#socket.write(
      encodeVpcdMessage(isFitting ? reply : this.#reader.reply(undefined)).subarray(1),
    );
  }

  #replyToControl(control: number | undefined): Uint8Array | undefined {
    switch (control) {
      case GET_ATR:
        return FELICA_ATR;
      case POWER_ON:
        this.#card.powerOn();
        return undefined;
      case POWER_OFF:
        this.#card.powerOff();
        return undefined;
      case RESET:
        this.#card.powerOff();
        this.#card.powerOn();
        return undefined;
      default:
        return undefined;
    }
  }

  async #replyToCommand(command: Uint8Array): Promise<Uint8Array> {
    const request = this.#reader.read(command);
    switch (request.kind) {
      case 'get-idm':
        return identifierReply(this.#card.idm);
      case 'get-pmm':
        return identifierReply(this.#card.pmm);
      case 'answered':
        return request.reply;
      case 'packet': {
        const { packet } = request;
        const response = await this.#card.exchange(packet);
        this.#options.onEvent({ event: 'exchanged', request: packet, response });
        return this.#reader.reply(response);
      }
    }
  }
}
