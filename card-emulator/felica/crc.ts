/** Polynomial x^16 + x^12 + x^5 + 1, without its highest term. */
const POLYNOMIAL = 0x1021;

/**
 * The checksum of a frame on the air: over length byte and packet, sent high byte first.
 *
 * Readers add and remove it themselves; it is here for recordings of the air and for air-time work.
 */
export function crc16(bytes: Uint8Array): number {
  let register = 0;
  for (const byte of bytes) register = shiftByte(register ^ (byte << 8));
  return register;
}

function shiftByte(register: number): number {
  let shifted = register;
  for (let bit = 0; bit < 8; bit += 1) {
    const isCarry = (shifted & 0x8000) !== 0;
    shifted = ((shifted << 1) & 0xffff) ^ (isCarry ? POLYNOMIAL : 0);
  }
  return shifted;
}
