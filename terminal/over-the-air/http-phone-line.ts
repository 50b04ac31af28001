import { z } from 'zod';
import { formatIdm, type IDm } from '#felica/identifiers';
import { decodePacket } from '#felica/packet';
import { type Milliseconds, milliseconds } from '#units';
import type { PhoneExchange, PhoneLine } from '../reader/phone-reader.ts';
import { ask, contentOf, isRefused } from './party-request.ts';

/** What the carrier takes for a packet besides the card's own time. */
const CHANNEL_MS = 15_000;

const TOUCH = z.object({ touch: z.int().min(1) });
const EXCHANGE = z.object({ packet: z.string().nullable() });

/** The carrier's channel to the card in a phone. */
export function httpPhoneLine(
  place: { readonly carrierUrl: string; readonly token: string },
  card: IDm,
): PhoneLine {
  const url = (path: string): URL =>
    new URL(`/carrier/channel/cards/${formatIdm(card)}/${path}`, place.carrierUrl);
  return {
    touch: async () => {
      const asked = await ask(url('touches'), place.token, {});
      if (isRefused(asked, 'CARRIER_PHONE_UNREACHABLE')) return undefined;
      return contentOf(asked, TOUCH).touch;
    },
    exchange: async (touch, packet, waitMs): Promise<PhoneExchange> => {
      const body = {
        touch,
        packet: Buffer.from(packet).toString('hex'),
        waitMs: Math.ceil(waitMs),
      };
      const asked = await ask(url('exchange'), place.token, body, inAll(waitMs));
      const isUnsent =
        isRefused(asked, 'CARRIER_PHONE_UNREACHABLE') || isRefused(asked, 'CARRIER_TOUCH_OVER');
      if (isUnsent) return { result: 'unreachable' };
      const { packet: answer } = contentOf(asked, EXCHANGE);
      const bytes = Uint8Array.from(Buffer.from(answer ?? '', 'hex'));
      // What is no packet is noise: the card may have done anything.
      if (decodePacket(bytes) === undefined) return { result: 'silent' };
      return { result: 'answered', packet: bytes };
    },
  };
}

function inAll(waitMs: Milliseconds): Milliseconds {
  return milliseconds(Math.ceil(waitMs) + CHANNEL_MS);
}
