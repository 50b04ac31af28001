/** One TLV of PC/SC part 3: a tag of one or two bytes, and what stands in it. */
export interface DataObject {
  readonly tag: number;
  readonly value: Uint8Array;
}

/** In a tag's first byte: a second one follows (ISO/IEC 8825-1 §8.1.2). */
const LONG_TAG = 0x1f;
const SHORT_LENGTH_MAX = 0x7f;
const ONE_BYTE_LENGTH = 0x81;
const TWO_BYTE_LENGTH = 0x82;

/** A tag of one byte; lengths of one, two or three bytes as the value needs. */
export function encodeDataObject(tag: number, value: Uint8Array): Uint8Array {
  return Uint8Array.of(tag, ...encodeLength(value.length), ...value);
}

function encodeLength(length: number): readonly number[] {
  if (length <= SHORT_LENGTH_MAX) return [length];
  if (length <= 0xff) return [ONE_BYTE_LENGTH, length];
  if (length <= 0xffff) return [TWO_BYTE_LENGTH, length >> 8, length & 0xff];
  throw new RangeError(`data object: expected at most 65535 bytes, got ${length}`);
}

/** `undefined` unless the bytes are whole data objects and nothing else. */
export function decodeDataObjects(bytes: Uint8Array): readonly DataObject[] | undefined {
  const objects: DataObject[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const tagBytes = ((rest[0] ?? 0) & LONG_TAG) === LONG_TAG ? 2 : 1;
    const length = readLength(rest.subarray(tagBytes));
    if (length === undefined) return undefined;
    const start = tagBytes + length.byteCount;
    const end = start + length.value;
    if (end > rest.length) return undefined;
    const tag = rest.subarray(0, tagBytes).reduce((sum, byte) => (sum << 8) | byte, 0);
    objects.push({ tag, value: rest.slice(start, end) });
    rest = rest.subarray(end);
  }
  return objects;
}

function readLength(
  bytes: Uint8Array,
): { readonly value: number; readonly byteCount: number } | undefined {
  const [first, high, low] = bytes;
  if (first === undefined) return undefined;
  if (first <= SHORT_LENGTH_MAX) return { value: first, byteCount: 1 };
  if (first === ONE_BYTE_LENGTH && high !== undefined) return { value: high, byteCount: 2 };
  if (first !== TWO_BYTE_LENGTH || high === undefined || low === undefined) return undefined;
  return { value: (high << 8) | low, byteCount: 3 };
}
