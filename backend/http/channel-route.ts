import { type Request, Router } from 'express';
import { z } from 'zod';
import { formatIdm, type IDm, parseIdm } from '#felica/identifiers';
import type { PhoneChannel } from '../carrier/phone-channel.ts';
import { ApiError } from './api-error.ts';
import { IDM } from './idm-field.ts';
import { bodyOf, jsonBody } from './json-body.ts';
import { answer, type Operation, paramsIn } from './operation.ts';
import { requireToken } from './operator-token.ts';
import { PACKET, packetOf, packetText } from './packet-field.ts';

/** The longest time that a card of any kind takes for one command. */
const CARD_MS_MAX = 10_000;

const TOUCH_ID_MAX = Number.MAX_SAFE_INTEGER;

const REACHABLE = {
  id: 'reachablePhones',
  method: 'get',
  path: '/carrier/channel/cards',
  summary: 'The cards in phones that are within reach',
  access: 'channel',
  answer: z.strictObject({ cards: z.array(IDM) }),
  statuses: { 200: 'their IDms' },
  errors: [],
} satisfies Operation;

const TOUCH = {
  id: 'touchCardInPhone',
  method: 'post',
  path: '/carrier/channel/cards/:idm/touches',
  summary: 'Begins a touch of the card in a phone, and ends the one before',
  access: 'channel',
  params: z.object({ idm: IDM }),
  answer: z.strictObject({ touch: z.int().min(1) }),
  statuses: { 201: 'begun' },
  errors: ['CARRIER_PHONE_UNREACHABLE'],
} satisfies Operation;

const EXCHANGE = {
  id: 'exchangeWithCardInPhone',
  method: 'post',
  path: '/carrier/channel/cards/:idm/exchange',
  summary: 'Carries one packet to the card in a phone, and its answer back',
  access: 'channel',
  params: z.object({ idm: IDM }),
  body: z.strictObject({
    touch: z.int().min(1).max(TOUCH_ID_MAX),
    packet: PACKET,
    waitMs: z.int().min(0).max(CARD_MS_MAX),
  }),
  answer: z.strictObject({ packet: PACKET.nullable() }),
  statuses: { 200: 'the answer; null is silence, and the card may have done anything' },
  errors: ['CARRIER_PHONE_UNREACHABLE', 'CARRIER_TOUCH_OVER'],
} satisfies Operation;

export const CHANNEL_OPERATIONS: readonly Operation[] = [REACHABLE, TOUCH, EXCHANGE];

export interface ChannelRouteDependencies {
  readonly phoneChannel: Pick<PhoneChannel, 'reachable' | 'touch' | 'exchange'>;
  /** What the issuer shows to reach cards in phones. */
  readonly channelToken: string;
}

/** The issuer's way to cards in phones. The carrier carries packets and understands none. */
export function channelRoutes({ phoneChannel, channelToken }: ChannelRouteDependencies): Router {
  const router = Router();
  const isIssuer = requireToken(channelToken, 'channel');
  router.get(REACHABLE.path, isIssuer, (_request, response) => {
    answer(response, REACHABLE.answer, { cards: phoneChannel.reachable().map(formatIdm) });
  });
  router.post(TOUCH.path, isIssuer, (request, response) => {
    const touch = phoneChannel.touch(cardIn(request));
    if (touch === undefined) throw unreachable();
    answer(response, TOUCH.answer, { touch }, 201);
  });
  router.post(EXCHANGE.path, isIssuer, jsonBody(), async (request, response) => {
    const card = cardIn(request);
    const { touch, packet, waitMs } = bodyOf(request, EXCHANGE.body);
    const exchanged = await phoneChannel.exchange(card, touch, {
      packet: packetOf(packet),
      waitMs,
    });
    if (exchanged.result === 'unreachable') throw unreachable();
    if (exchanged.result === 'touch-over') {
      throw new ApiError('CARRIER_TOUCH_OVER', 'another touch has begun; nothing was sent');
    }
    const given = exchanged.result === 'answered' ? packetText(exchanged.packet) : null;
    answer(response, EXCHANGE.answer, { packet: given });
  });
  return router;
}

function cardIn(request: Request): IDm {
  const { idm } = paramsIn(request, TOUCH.params);
  const card = parseIdm(idm);
  if (card === undefined) throw new ApiError('REQUEST_NOT_FOUND', 'path: idm names nothing');
  return card;
}

function unreachable(): ApiError {
  return new ApiError(
    'CARRIER_PHONE_UNREACHABLE',
    'the phone is not within reach; nothing was sent',
  );
}
