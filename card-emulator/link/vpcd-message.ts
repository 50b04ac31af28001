/** vpcd's framing, both ways: a two-byte big-endian length, then as many bytes. */
const HEADER_BYTES = 2;
export const VPCD_MESSAGE_BYTES_MAX = 0xffff;

/**
 * Throws `RangeError` for a length no message may have. Nothing at all is such a length: vpcd waits
 * for ever on a slot whose card has sent it (readers.md 4.1).
 */
export function encodeVpcdMessage(body: Uint8Array): Uint8Array {
  if (body.length < 1 || body.length > VPCD_MESSAGE_BYTES_MAX) {
    throw new RangeError(`vpcd message: expected 1 to 65535 bytes, got ${body.length}`);
  }
  return Uint8Array.of(body.length >> 8, body.length & 0xff, ...body);
}

/** Cuts the byte stream of one connection into messages, however TCP has cut it before. */
export class VpcdDecoder {
  #received: Uint8Array = new Uint8Array(0);

  /** Adds what has arrived and takes out the messages that are whole, without their lengths. */
  push(chunk: Uint8Array): Uint8Array[] {
    const received = new Uint8Array(this.#received.length + chunk.length);
    received.set(this.#received);
    received.set(chunk, this.#received.length);
    const messages: Uint8Array[] = [];
    let offset = 0;
    for (
      let length = lengthAt(received, offset);
      length !== undefined && received.length >= offset + HEADER_BYTES + length;
      length = lengthAt(received, offset)
    ) {
      const start = offset + HEADER_BYTES;
      messages.push(received.slice(start, start + length));
      offset = start + length;
    }
    this.#received = received.slice(offset);
    return messages;
  }

  /** The announced length of a message of which nothing else has come yet. */
  get lengthAlone(): number | undefined {
    return this.#received.length === HEADER_BYTES ? lengthAt(this.#received, 0) : undefined;
  }
}

function lengthAt(bytes: Uint8Array, offset: number): number | undefined {
  const high = bytes[offset];
  const low = bytes[offset + 1];
  return high === undefined || low === undefined ? undefined : (high << 8) | low;
}
