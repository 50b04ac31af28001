import type { CardLink } from '#emulated-card';
import {
  continueAesAuthentication,
  finishAesAuthentication,
  groupKeyOf,
  startAesAuthentication,
} from '#felica/aes-authentication';
import { type AesSession, openAesFrame, sealAesFrame } from '#felica/aes-messaging';
import {
  decodeReadResult,
  decodeWriteResult,
  encodeReadPayload,
  encodeWritePayload,
  type ReadResult,
} from '#felica/block-access';
import type { AccessMode, BlockListElement } from '#felica/block-list';
import { type IDm, idm, nodeCode } from '#felica/identifiers';
import type { StatusFlags } from '#felica/status-flag';
import { hex, IDM_0, INDIVIDUAL_KEY, keyOf } from './test-card.ts';

export const READ_V2 = 0x44;
export const WRITE_V2 = 0x46;

export interface SessionOptions {
  readonly address?: IDm;
  readonly nodeKeys?: readonly Uint8Array[];
  readonly individualKey?: Uint8Array;
  readonly random1?: Uint8Array;
}

export function element(
  serviceIndex: number,
  blockNumber: number,
  accessMode: AccessMode = 'normal',
): BlockListElement {
  return { serviceIndex, accessMode, blockNumber };
}

/** The reader's end of a session, which counts transaction numbers and can be told not to. */
export class TestSession {
  nextNumber = 1;
  readonly card: CardLink;
  readonly session: AesSession;

  constructor(card: CardLink, session: AesSession) {
    this.card = card;
    this.session = session;
  }

  seal(code: number, payload: Uint8Array, transactionNumber = this.nextNumber): Uint8Array {
    return sealAesFrame({ session: this.session, code, transactionNumber, payload });
  }

  /** The payload of the answer; `undefined` for silence. The answer must bear the next number. */
  exchange(code: number, payload: Uint8Array): Uint8Array | undefined {
    const answer = this.card.exchange(this.seal(code, payload));
    if (answer === undefined) return undefined;
    const message = openAesFrame(this.session, answer);
    if (message?.code !== code + 1 || message.transactionNumber !== this.nextNumber + 1) {
      throw new Error('the card sealed another answer');
    }
    this.nextNumber += 2;
    return message.payload;
  }

  read(...elements: readonly BlockListElement[]): ReadResult | undefined {
    const payload = this.exchange(READ_V2, encodeReadPayload(elements));
    return payload && decodeReadResult(payload);
  }

  write(...writes: readonly (readonly [BlockListElement, Uint8Array])[]): StatusFlags | undefined {
    const payload = encodeWritePayload(
      writes.map(([named]) => named),
      writes.map(([, data]) => data),
    );
    const answer = this.exchange(WRITE_V2, payload);
    return answer && decodeWriteResult(answer);
  }
}

/** Authentication1 only; the state is what Authentication2 needs. */
export function beginSession(
  card: CardLink,
  codes: readonly number[],
  options: SessionOptions = {},
): ReturnType<typeof continueAesAuthentication> {
  const keyed = codes.filter((code) => (code & 1) === 0 || code === 0xffff);
  const start = startAesAuthentication({
    idm: options.address ?? idm(hex(IDM_0)),
    nodes: codes.map(nodeCode),
    credentials: {
      groupKey: groupKeyOf(options.nodeKeys ?? keyed.map(keyOf)),
      individualKey: options.individualKey ?? INDIVIDUAL_KEY,
    },
    random1: options.random1 ?? new Uint8Array(16).fill(0x5a),
  });
  const response = card.exchange(start.request);
  return response && continueAesAuthentication(start.state, response);
}

/** Both steps; throws if the card does not let the reader in. */
export function openSession(
  card: CardLink,
  codes: readonly number[],
  options: SessionOptions = {},
): TestSession {
  const begun = beginSession(card, codes, options);
  const response = begun && card.exchange(begun.request);
  const finished = response && finishAesAuthentication(begun.state, response);
  if (!finished) throw new Error('the card did not authenticate');
  return new TestSession(card, finished.session);
}
