import { CommandCode } from '#felica/command-code';
import {
  decodeSystemCode,
  type IDm,
  type PMm,
  type SystemCode,
  systemCode,
} from '#felica/identifiers';
import { encodeResetModeRequest } from '#felica/inquiry';
import {
  decodePollingResponse,
  encodePollingRequest,
  type PollingResponse,
  RequestCode,
  type TimeSlots,
} from '#felica/polling';
import { pollingTimeOut, responseTimeOut } from '#felica/response-time';
import { PURSE_SYSTEM_CODE } from '#purse/card-profile';
import type { PurseCard } from '../debit/purse-card.ts';
import type { Reader, ReaderError } from '../reader/reader.ts';
import type { Sam } from '../sam/sam.ts';
import { answerOf, exchangeWithCard } from './card-exchange.ts';
import { openLitePurse } from './lite-s-purse.ts';
import { standardPurse } from './standard-purse.ts';

export type SelectedPurse =
  | {
      readonly result: 'selected';
      readonly card: PurseCard;
      readonly polledCard: PolledCard;
      /** The key generation that the card has proven to hold. */
      readonly keyVersion: number;
    }
  /** No card with our system answers: none is there, it is another kind, or it just left. */
  | { readonly result: 'no-purse'; readonly fault: ReaderError | undefined }
  /** Several cards of our system at once. Nothing was written. */
  | { readonly result: 'two-cards' }
  /** A card with our system code that does not know our keys. Nothing was written. */
  | { readonly result: 'not-authentic' }
  | { readonly result: 'lost'; readonly fault: ReaderError | undefined };

/** What a FeliCa Lite-S answers to. */
const LITE_S_SYSTEM_CODE = systemCode(0x88b4);

/** Never a card: an NFC peer answers Polling with an IDm that begins so. */
const NFC_DEP_PREFIX: readonly [number, number] = [0x01, 0xfe];

/**
 * One slot, in which two cards are noise: a card that is heard in it is alone of its system. With more
 * slots the reader hands up one of the two answers, and nobody learns of the other card.
 */
const ONE_SLOT: TimeSlots = 0x00;
/** As many as there are: two cards answer in the same one in 1 of 16 Pollings. */
const ALL_SLOTS: TimeSlots = 0x0f;

/** A card as Polling names it. */
export interface PolledCard {
  readonly idm: IDm;
  readonly pmm: PMm;
  /** It answered to the system code of a Lite-S. */
  readonly isLite: boolean;
}

/**
 * Polls for our own system and authenticates: three exchanges, and nothing is written. A card does not
 * say which key generation it has before it is authenticated, so the newest is tried first and an
 * older one costs one exchange more; Request Service v2 would tell, and cost every card one.
 *
 * It polls with our system code and not with the wildcard, since a phone answers the wildcard with
 * whatever its first system happens to be. `lastCard` is the card of the tap before: one that never
 * left the field stays silent to Polling until its mode is reset.
 *
 * Where no Standard card answers, a SAM that has the key of Lite-S cards looks for one of those: one
 * Polling more, which no tap of a Standard card waits for, and four exchanges to open it.
 */
export async function selectPurse(
  reader: Reader,
  sam: Sam,
  lastCard: PolledCard | undefined,
): Promise<SelectedPurse> {
  const polled = await pollEither(reader, sam, lastCard);
  if (polled.result !== 'polled') return polled;
  if (polled.card.isLite) return openLite(reader, sam, polled.card);
  for (const keyVersion of sam.keyVersions) {
    const selected = await authenticate({ reader, sam, card: polled.card, keyVersion });
    if (selected !== undefined) return selected;
  }
  return { result: 'not-authentic' };
}

/** `undefined` for a card that answers and does not hold this generation of our keys. */
async function authenticate({
  reader,
  sam,
  card: polledCard,
  keyVersion,
}: {
  readonly reader: Reader;
  readonly sam: Sam;
  readonly card: PolledCard;
  readonly keyVersion: number;
}): Promise<SelectedPurse | undefined> {
  const { idm, pmm } = polledCard;
  const authentication = await sam.startAuthentication(idm, keyVersion);
  const first = await exchangeWithCard(
    reader,
    authentication.request,
    responseTimeOut(pmm, 'authentication1', authentication.services.length),
    answerOf(CommandCode.authentication1V2, idm),
  );
  if (first.result === 'lost') return first;
  const request = await authentication.answer(first.packet);
  if (request === undefined) return undefined;
  const second = await exchangeWithCard(
    reader,
    request,
    responseTimeOut(pmm, 'authentication2'),
    answerOf(CommandCode.authentication2V2, undefined),
  );
  if (second.result === 'lost') return second;
  const channel = await authentication.complete(second.packet);
  if (channel === undefined) return { result: 'not-authentic' };
  const card = standardPurse({ reader, idm, pmm, channel });
  return { result: 'selected', card, polledCard, keyVersion };
}

/** Nothing of the last session is believed: what it proved ended with it. */
async function openLite(reader: Reader, sam: Sam, card: PolledCard): Promise<SelectedPurse> {
  const authentication = await sam.startLiteAuthentication?.(card.idm);
  if (authentication === undefined) return { result: 'not-authentic' };
  const opened = await openLitePurse({ reader, ...card }, authentication);
  if (opened.result === 'lost') return { result: 'lost', fault: undefined };
  if (opened.result === 'not-authentic') return opened;
  if (opened.result === 'no-purse') return { result: 'no-purse', fault: undefined };
  return { ...opened, result: 'selected', polledCard: card };
}

type PolledPurse =
  | { readonly result: 'polled'; readonly card: PolledCard }
  | { readonly result: 'two-cards' }
  | { readonly result: 'no-purse'; readonly fault: ReaderError | undefined };

async function pollEither(
  reader: Reader,
  sam: Sam,
  lastCard: PolledCard | undefined,
): Promise<PolledPurse> {
  const polled = await pollStandard(reader, lastCard);
  if (isCertain(polled)) return polled;
  if (sam.startLiteAuthentication === undefined) return pollCrowd(reader, PURSE_SYSTEM_CODE);
  const lite = await pollOnce(reader, LITE_S_SYSTEM_CODE, ONE_SLOT);
  if (isCertain(lite)) return lite;
  const crowd = await pollCrowd(reader, PURSE_SYSTEM_CODE);
  return isCertain(crowd) ? crowd : pollCrowd(reader, LITE_S_SYSTEM_CODE);
}

/** A Lite-S has no mode to be reset: it answers whenever it is asked. */
async function pollStandard(
  reader: Reader,
  lastCard: PolledCard | undefined,
): Promise<PolledPurse> {
  const polled = await pollOnce(reader, PURSE_SYSTEM_CODE, ONE_SLOT);
  if (isCertain(polled) || lastCard === undefined || lastCard.isLite) return polled;
  const isReset = await isResetDone(reader, lastCard);
  return isReset ? pollOnce(reader, PURSE_SYSTEM_CODE, ONE_SLOT) : polled;
}

function isCertain(polled: PolledPurse): boolean {
  return polled.result !== 'no-purse' || polled.fault !== undefined;
}

/**
 * Finds out what the silence was: no card of ours, a card that missed the Polling, or several at
 * once. One that is heard among many slots and not in one slot is not alone.
 */
async function pollCrowd(reader: Reader, system: SystemCode): Promise<PolledPurse> {
  const inSomeSlot = await pollOnce(reader, system, ALL_SLOTS);
  if (inSomeSlot.result !== 'polled') return inSomeSlot;
  const inOneSlot = await pollOnce(reader, system, ONE_SLOT);
  return isCertain(inOneSlot) ? inOneSlot : { result: 'two-cards' };
}

async function isResetDone(reader: Reader, { idm, pmm }: PolledCard): Promise<boolean> {
  const reset = await exchangeWithCard(
    reader,
    encodeResetModeRequest({ idm }),
    responseTimeOut(pmm, 'inquiry'),
    answerOf(CommandCode.resetMode, idm),
  );
  return reset.result === 'answered';
}

async function pollOnce(
  reader: Reader,
  system: SystemCode,
  timeSlots: TimeSlots,
): Promise<PolledPurse> {
  const exchange = await exchangeWithCard(
    reader,
    encodePollingRequest({
      systemCode: system,
      requestCode: RequestCode.systemCode,
      timeSlots,
    }),
    pollingTimeOut(timeSlots),
    answerOf(CommandCode.polling, undefined),
  );
  if (exchange.result === 'lost') return { result: 'no-purse', fault: exchange.fault };
  const response = decodePollingResponse(exchange.packet);
  if (response === undefined || !isOfSystem(response, system)) {
    return { result: 'no-purse', fault: undefined };
  }
  const { idm, pmm } = response;
  return { result: 'polled', card: { idm, pmm, isLite: system === LITE_S_SYSTEM_CODE } };
}

function isOfSystem({ idm, requestData }: PollingResponse, system: SystemCode): boolean {
  if (idm[0] === NFC_DEP_PREFIX[0] && idm[1] === NFC_DEP_PREFIX[1]) return false;
  return requestData !== undefined && decodeSystemCode(requestData) === system;
}
