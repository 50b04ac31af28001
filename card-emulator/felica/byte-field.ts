/** Throws `RangeError` unless `value` is a whole number from 0 to `max`. */
export function requireWhole(name: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new RangeError(`${name}: expected a whole number from 0 to ${max}, got ${value}`);
}

/** Throws `RangeError` unless `bytes` has exactly `length` bytes. The content may be a key: it is not shown. */
export function requireLength(name: string, bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length === length) return bytes;
  throw new RangeError(`${name}: expected ${length} bytes, got ${bytes.length}`);
}

/** Throws `RangeError` unless a list has from `min` to `max` entries. */
export function requireCount(name: string, count: number, min: number, max: number): number {
  if (count >= min && count <= max) return count;
  throw new RangeError(`${name}: expected ${min} to ${max} entries, got ${count}`);
}

export function encodeU8(name: string, value: number): Uint8Array {
  return Uint8Array.of(requireWhole(name, value, 0xff));
}

export function encodeU16LE(name: string, value: number): Uint8Array {
  requireWhole(name, value, 0xffff);
  return Uint8Array.of(value & 0xff, value >> 8);
}

export function encodeU16BE(name: string, value: number): Uint8Array {
  requireWhole(name, value, 0xffff);
  return Uint8Array.of(value >> 8, value & 0xff);
}

/** The caller has compared the length before: reading past the end is a mistake of ours and throws. */
export function decodeU8(bytes: Uint8Array, offset: number): number {
  const value = bytes[offset];
  if (value === undefined) throw new RangeError(`byte ${offset}: past the end`);
  return value;
}

/** See {@link decodeU8} for the end of the bytes. */
export function decodeU16LE(bytes: Uint8Array, offset: number): number {
  return decodeU8(bytes, offset) | (decodeU8(bytes, offset + 1) << 8);
}

/** See {@link decodeU8} for the end of the bytes. */
export function decodeU16BE(bytes: Uint8Array, offset: number): number {
  return (decodeU8(bytes, offset) << 8) | decodeU8(bytes, offset + 1);
}
