import { CommandCode } from '#felica/command-code';
import { decodeSystemCode, type IDm, type PMm } from '#felica/identifiers';
import { encodeResetModeRequest } from '#felica/inquiry';
import {
  decodePollingResponse,
  encodePollingRequest,
  type PollingResponse,
  RequestCode,
} from '#felica/polling';
import { pollingTimeOut, responseTimeOut } from '#felica/response-time';
import { PURSE_SYSTEM_CODE } from '#purse/card-profile';
import type { PurseCard } from '../debit/purse-card.ts';
import type { Reader, ReaderError } from '../reader/reader.ts';
import type { Sam } from '../sam/sam.ts';
import { answerOf, exchangeWithCard } from './card-exchange.ts';
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
  /** A card with our system code that does not know our keys. Nothing was written. */
  | { readonly result: 'not-authentic' }
  | { readonly result: 'lost'; readonly fault: ReaderError | undefined };

/** Never a card: an NFC peer answers Polling with an IDm that begins so. */
const NFC_DEP_PREFIX: readonly [number, number] = [0x01, 0xfe];

/** A card as Polling names it. */
export interface PolledCard {
  readonly idm: IDm;
  readonly pmm: PMm;
}

/**
 * Polls for our own system and authenticates: three exchanges, and nothing is written. A card does not
 * say which key generation it has before it is authenticated, so the newest is tried first and an
 * older one costs one exchange more; Request Service v2 would tell, and cost every card one.
 *
 * It polls with our system code and not with the wildcard, since a phone answers the wildcard with
 * whatever its first system happens to be. `lastCard` is the card of the tap before: one that never
 * left the field stays silent to Polling until its mode is reset.
 */
export async function selectPurse(
  reader: Reader,
  sam: Sam,
  lastCard: PolledCard | undefined,
): Promise<SelectedPurse> {
  const polled = await pollPurse(reader, lastCard);
  if (polled.result === 'no-purse') return polled;
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

type PolledPurse =
  | { readonly result: 'polled'; readonly card: PolledCard }
  | { readonly result: 'no-purse'; readonly fault: ReaderError | undefined };

async function pollPurse(reader: Reader, lastCard: PolledCard | undefined): Promise<PolledPurse> {
  const polled = await pollOnce(reader);
  if (polled.result === 'polled' || polled.fault !== undefined || lastCard === undefined) {
    return polled;
  }
  const reset = await exchangeWithCard(
    reader,
    encodeResetModeRequest({ idm: lastCard.idm }),
    responseTimeOut(lastCard.pmm, 'inquiry'),
    answerOf(CommandCode.resetMode, lastCard.idm),
  );
  return reset.result === 'answered' ? pollOnce(reader) : polled;
}

async function pollOnce(reader: Reader): Promise<PolledPurse> {
  const exchange = await exchangeWithCard(
    reader,
    encodePollingRequest({
      systemCode: PURSE_SYSTEM_CODE,
      requestCode: RequestCode.systemCode,
      timeSlots: 0,
    }),
    pollingTimeOut(0),
    answerOf(CommandCode.polling, undefined),
  );
  if (exchange.result === 'lost') return { result: 'no-purse', fault: exchange.fault };
  const response = decodePollingResponse(exchange.packet);
  if (response === undefined || !isOurSystem(response)) {
    return { result: 'no-purse', fault: undefined };
  }
  return { result: 'polled', card: { idm: response.idm, pmm: response.pmm } };
}

function isOurSystem({ idm, requestData }: PollingResponse): boolean {
  if (idm[0] === NFC_DEP_PREFIX[0] && idm[1] === NFC_DEP_PREFIX[1]) return false;
  return requestData !== undefined && decodeSystemCode(requestData) === PURSE_SYSTEM_CODE;
}
