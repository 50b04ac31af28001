import { IDM_BYTES, sameBytes } from '#felica/identifiers';
import {
  ANY_SYSTEM,
  decodePollingResponse,
  encodePollingRequest,
  RequestCode,
} from '#felica/polling';
import { GET_DATA_IDM, type ReaderCodec } from './reader-codec.ts';

export type ProbeVerdict =
  | { readonly result: 'codec'; readonly codec: ReaderCodec }
  /** The card left while it was being asked: nothing is known about the reader. */
  | { readonly result: 'card-lost' }
  /** The reader names the card, and by a number that no FeliCa card has. */
  | { readonly result: 'card-unreadable' }
  /** The card is there, and no form of command gets its Polling response. */
  | { readonly result: 'reader-unsupported' };

const SUCCESS = Uint8Array.of(0x90, 0x00);

/** A card at the edge of the field misses a Polling now and then. */
const POLLS_MAX = 3;

/**
 * Finds the codec of a reader by what it does, with a card in its field: a name tells little, since
 * one form of command means different things to readers of the same maker (readers.md 2.5).
 *
 * To be called once a reader and outside a debit. `transmit` resolves with `undefined` where the
 * card was lost.
 */
export async function probeCodec(
  transmit: (command: Uint8Array) => Promise<Uint8Array | undefined>,
  codecs: readonly ReaderCodec[],
): Promise<ProbeVerdict> {
  const named = await transmit(GET_DATA_IDM);
  if (named === undefined) return { result: 'card-lost' };
  const isNamed = sameBytes(named.subarray(-SUCCESS.length), SUCCESS);
  const name = isNamed ? named.subarray(0, -SUCCESS.length) : undefined;
  if (name !== undefined && name.length !== IDM_BYTES) return { result: 'card-unreadable' };
  for (const codec of codecs) {
    const verdict = await tryCodec(transmit, codec, name);
    if (verdict !== undefined) return verdict;
  }
  return { result: 'reader-unsupported' };
}

async function tryCodec(
  transmit: (command: Uint8Array) => Promise<Uint8Array | undefined>,
  codec: ReaderCodec,
  name: Uint8Array | undefined,
): Promise<ProbeVerdict | undefined> {
  const polling = {
    systemCode: ANY_SYSTEM,
    requestCode: RequestCode.none,
    timeSlots: 0x00,
  } as const;
  const command = codec.wrap(encodePollingRequest(polling));
  for (let poll = 0; poll < POLLS_MAX; poll += 1) {
    const reply = await transmit(command);
    if (reply === undefined) return { result: 'card-lost' };
    const unwrapped = codec.unwrap(reply);
    const response =
      unwrapped.result === 'packet' ? decodePollingResponse(unwrapped.packet) : undefined;
    const isSameCard = name === undefined || (response && sameBytes(response.idm, name));
    if (response !== undefined && isSameCard) return { result: 'codec', codec };
    if (unwrapped.result === 'refused') return undefined;
  }
  return undefined;
}
