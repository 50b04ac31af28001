import { type DataObject, decodeDataObjects, encodeDataObject } from './data-object.ts';
import type { CodecReply, ReaderCodec } from './reader-codec.ts';
import { readReply, requirePacket, SUCCESS, unwrapFailure, unwrapPacket } from './status-word.ts';

const Tag = {
  timer: 0x5f46,
  transceive: 0x95,
  responseStatus: 0x96,
  cardResponse: 0x97,
  errorStatus: 0xc0,
} as const;

/** P2 of `FF C2 00`. */
const MANAGE_SESSION = 0x00;
const EXCHANGE = 0x01;
const SWITCH_PROTOCOL = 0x02;

const START_SESSION: Uint8Array = command(MANAGE_SESSION, [0x81, 0x00]);
const END_SESSION: Uint8Array = command(MANAGE_SESSION, [0x82, 0x00]);
/** Technology 03, FeliCa; no layer above it. */
const SWITCH_TO_FELICA: Uint8Array = command(SWITCH_PROTOCOL, [0x8f, 0x02, 0x03, 0x00]);

/**
 * How long the reader waits for the card: 400 ms, as `acr122` does. Without it a reader waits some
 * 302 µs (ACM1252U-Y3 manual, p. 25). Little-endian in every program that ran on hardware.
 */
const TIMER: readonly number[] = [0x5f, 0x46, 0x04, 0x80, 0x1a, 0x06, 0x00];

/** What one byte of length leaves beside the timer and the header of the longest packet. */
const FRAME_BYTES_MAX = 0xff - TIMER.length - 3;

/** In the error status: all went well; a warning; why an object failed. */
const WARNING = 0x6282;
const OBJECT_NOT_SUPPORTED = 0x6a81;
const NOT_UNDERSTOOD: ReadonlySet<number> = new Set([OBJECT_NOT_SUPPORTED, 0x6700]);
/** No information; stopped after a failure; nothing came back in time. */
const CARD_SILENT: ReadonlySet<number> = new Set([0x6300, 0x6301, 0x6401]);

/**
 * The transparent session of PC/SC part 3, supplement 2.02, sent as normal card commands: `FF C2 00
 * 01 Lc 5F46 04 <µs> 95 <len> <packet> 00` → `C0 03 00 90 00 92 01 00 96 02 00 00 97 <len> <packet>
 * 90 00`. For RC-S300, RC-S660, ACR1252 and whoever answers the start of the session.
 */
export const transparent: ReaderCodec = {
  name: 'transparent',
  frameBytesMax: FRAME_BYTES_MAX,
  opening: [
    // A session that another program left behind is ended first: whether there was one, is no matter.
    { command: END_SESSION, isAccepted: (reply) => readReply(reply) !== undefined },
    { command: START_SESSION, isAccepted: (reply) => errorStatusOf(reply) === SUCCESS },
    { command: SWITCH_TO_FELICA, isAccepted: isSwitched },
  ],
  closing: [END_SESSION],
  wrap(packet) {
    requirePacket(packet, FRAME_BYTES_MAX);
    return command(EXCHANGE, [...TIMER, ...encodeDataObject(Tag.transceive, packet)]);
  },
  unwrap: unwrapReply,
};

function command(p2: number, objects: readonly number[]): Uint8Array {
  return Uint8Array.of(0xff, 0xc2, 0x00, p2, objects.length, ...objects, 0x00);
}

/** A reader that switches by itself may not know the object. */
function isSwitched(reply: Uint8Array): boolean {
  const status = errorStatusOf(reply);
  return status === SUCCESS || status === OBJECT_NOT_SUPPORTED;
}

/** `C0 03 <number of the failing object> SW1 SW2`, or the status word of a reply without it. */
function errorStatusOf(reply: Uint8Array): number | undefined {
  const read = readReply(reply);
  if (read?.statusWord !== SUCCESS) return read?.body.length === 0 ? read.statusWord : undefined;
  return errorStatusIn(decodeDataObjects(read.body)?.find(({ tag }) => tag === Tag.errorStatus));
}

function errorStatusIn(object: DataObject | undefined): number | undefined {
  const [, sw1, sw2] = object?.value ?? [];
  if (object?.value.length !== 3 || sw1 === undefined || sw2 === undefined) return undefined;
  return (sw1 << 8) | sw2;
}

function unwrapReply(reply: Uint8Array): CodecReply {
  const read = readReply(reply);
  if (read === undefined) return { result: 'broken' };
  if (read.statusWord !== SUCCESS) return unwrapFailure(read);
  const objects = decodeDataObjects(read.body);
  const status = errorStatusIn(objects?.find(({ tag }) => tag === Tag.errorStatus));
  if (objects === undefined || status === undefined) return { result: 'broken' };
  if (NOT_UNDERSTOOD.has(status)) return { result: 'refused', statusWord: status };
  if (CARD_SILENT.has(status)) return { result: 'silent' };
  if (status !== SUCCESS && status !== WARNING) return { result: 'broken' };
  return unwrapCardResponse(objects);
}

/** The response status tells of collisions and damage in the air; then no packet is believed. */
function unwrapCardResponse(objects: readonly DataObject[]): CodecReply {
  const valueIn = (wanted: number): Uint8Array | undefined =>
    objects.find(({ tag }) => tag === wanted)?.value;
  const isDamaged = (valueIn(Tag.responseStatus)?.[0] ?? 0) !== 0;
  if (isDamaged) return { result: 'broken' };
  return unwrapPacket(valueIn(Tag.cardResponse) ?? new Uint8Array(0));
}
