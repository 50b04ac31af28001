import { z } from 'zod';
import { decodePacket } from '#felica/packet';

/** A whole FeliCa packet, LEN first, in hexadecimal digits. */
export const PACKET: z.ZodType<string, string> = z
  .string()
  .max(510)
  .regex(/^(?:[0-9a-f]{2})+$/)
  .refine((text) => decodePacket(packetOf(text)) !== undefined, 'expected a packet');

export function packetOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

export function packetText(packet: Uint8Array): string {
  return Buffer.from(packet).toString('hex');
}
