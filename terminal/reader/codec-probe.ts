import { IDM_BYTES } from '#felica/identifiers';
import {
  ANY_SYSTEM,
  decodePollingResponse,
  encodePollingRequest,
  RequestCode,
  type TimeSlots,
} from '#felica/polling';
import { findAbility, type ReaderAbility } from './reader-ability.ts';
import { GET_DATA_IDM, type ReaderCodec, type ReaderTransmit } from './reader-codec.ts';
import { readReply, SUCCESS } from './status-word.ts';

export type ProbeVerdict =
  | { readonly result: 'codec'; readonly codec: ReaderCodec }
  /** The card left, at this codec or before any: nothing is known about the reader. */
  | { readonly result: 'card-lost'; readonly codec: ReaderCodec | undefined }
  /** The reader names the card, and by a number that no FeliCa card has. */
  | { readonly result: 'card-unreadable' }
  /** The reader names the card, and no form of command gets its Polling response. */
  | { readonly result: 'identify-only'; readonly ability: ReaderAbility }
  /** The card is there, and the reader neither names it nor passes a packet on. */
  | { readonly result: 'reader-unsupported' };

export type OpeningVerdict = 'opened' | 'card-lost' | 'not-accepted';

/**
 * The slots of each Polling. A card at the edge of the field misses one now and then; two cards at once
 * are noise in one slot, and mostly heard apart in several.
 */
const POLLS: readonly TimeSlots[] = [0x00, 0x03, 0x0f];

/**
 * Finds the codec of a reader by what it does, with a card in its field: a name tells little, since
 * one form of command means different things to readers of the same maker (readers.md 2.5). The
 * reader is left opened for the codec that was found.
 *
 * To be called once a reader and outside a debit.
 */
export async function probeCodec(
  transmit: ReaderTransmit,
  codecs: readonly ReaderCodec[],
): Promise<ProbeVerdict> {
  const answer = await transmit(GET_DATA_IDM);
  if (answer === undefined) return { result: 'card-lost', codec: undefined };
  const named = readReply(answer);
  const name = named?.statusWord === SUCCESS ? named.body : undefined;
  if (name !== undefined && name.length !== IDM_BYTES) return { result: 'card-unreadable' };
  for (const codec of codecs) {
    const verdict = await tryCodec(transmit, codec);
    if (verdict !== undefined) return verdict;
  }
  if (name === undefined) return { result: 'reader-unsupported' };
  return { result: 'identify-only', ability: await findAbility(transmit, name) };
}

/** What a codec wants once after each connect. */
export async function openCodec(
  transmit: ReaderTransmit,
  { opening }: ReaderCodec,
): Promise<OpeningVerdict> {
  for (const { command, isAccepted } of opening) {
    const reply = await transmit(command);
    if (reply === undefined) return 'card-lost';
    if (!isAccepted(reply)) return 'not-accepted';
  }
  return 'opened';
}

async function tryCodec(
  transmit: ReaderTransmit,
  codec: ReaderCodec,
): Promise<ProbeVerdict | undefined> {
  const opened = await openCodec(transmit, codec);
  const verdict = opened === 'opened' ? await pollWith(transmit, codec) : opened;
  if (verdict === 'card-lost') return { result: 'card-lost', codec };
  if (verdict === 'polled') return { result: 'codec', codec };
  for (const command of codec.closing) await transmit(command);
  return undefined;
}

/**
 * Any whole Polling response shows the codec. It may name another IDm than the reader does: the reader
 * has polled another system of the same phone, or another one of two cards.
 */
async function pollWith(
  transmit: ReaderTransmit,
  codec: ReaderCodec,
): Promise<'polled' | 'card-lost' | 'not-polled'> {
  for (const timeSlots of POLLS) {
    const polling = { systemCode: ANY_SYSTEM, requestCode: RequestCode.none, timeSlots };
    const reply = await transmit(codec.wrap(encodePollingRequest(polling)));
    if (reply === undefined) return 'card-lost';
    const unwrapped = codec.unwrap(reply);
    if (unwrapped.result === 'refused') return 'not-polled';
    const isPolled =
      unwrapped.result === 'packet' && decodePollingResponse(unwrapped.packet) !== undefined;
    if (isPolled) return 'polled';
  }
  return 'not-polled';
}
