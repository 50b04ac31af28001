import type { CardLink } from '#emulated-card';
import {
  continueDesAuthentication,
  desGroupKeyOf,
  desUserKeyOf,
  finishDesAuthentication,
  startDesAuthentication,
} from '#felica/des-authentication';
import { type DesSession, openDesFrame, sealDesFrame } from '#felica/des-messaging';
import { type IDm, type NodeCode, nodeCode } from '#felica/identifiers';
import { hex } from './test-card.ts';

/** Keys and node codes in hexadecimal digits, as the vectors have them. */
export interface DesNodes {
  readonly areas: readonly string[];
  readonly services: readonly string[];
  readonly systemKey: string;
  readonly areaKeys: readonly string[];
  readonly serviceKeys: readonly string[];
}

/** The reader's end of a DES session, which counts transaction numbers. */
export class DesTestSession {
  #nextNumber = 1;
  readonly #card: CardLink;
  readonly #session: DesSession;

  constructor(card: CardLink, session: DesSession) {
    this.#card = card;
    this.#session = session;
  }

  /** After silence to a frame that the card took but could not read: its number is used up. */
  skipNumber(): void {
    this.#nextNumber += 2;
  }

  /** The payload of the answer, with its padding; `undefined` for silence. */
  exchange(code: number, payload: Uint8Array): Uint8Array | undefined {
    const transactionNumber = this.#nextNumber;
    const session = this.#session;
    const answer = this.#card.exchange(sealDesFrame({ session, code, transactionNumber, payload }));
    if (answer === undefined) return undefined;
    const message = openDesFrame(session, answer);
    if (message?.code !== code + 1 || message.transactionNumber !== transactionNumber + 1) {
      throw new Error('the card sealed another answer');
    }
    this.#nextNumber += 2;
    return message.payload;
  }
}

/** Throws unless both authentications succeed. */
export function openDesSession(
  card: CardLink & { readonly idm: IDm },
  keys: DesNodes,
): DesTestSession {
  const groupKey = desGroupKeyOf(hex(keys.systemKey), keys.areaKeys.map(hex));
  const start = startDesAuthentication({
    idm: card.idm,
    areas: nodes(keys.areas),
    services: nodes(keys.services),
    credentials: { groupKey, userKey: desUserKeyOf(groupKey, keys.serviceKeys.map(hex)) },
    random1: hex('c0c1c2c3c4c5c6c7'),
  });
  const answer1 = card.exchange(start.request);
  const next = answer1 && continueDesAuthentication(start.state, answer1);
  if (next === undefined) throw new Error('Authentication1 failed');
  const answer2 = card.exchange(next.request);
  const finished = answer2 && finishDesAuthentication(next.state, answer2);
  if (finished === undefined) throw new Error('Authentication2 failed');
  return new DesTestSession(card, finished.session);
}

function nodes(codes: readonly string[]): readonly NodeCode[] {
  return codes.map((code) => nodeCode(Number.parseInt(code, 16)));
}
