import { type CommandCode, responseCodeOf } from '#felica/command-code';
import { type IDm, sameBytes } from '#felica/identifiers';
import { decodePacket } from '#felica/packet';
import type { Milliseconds } from '#units';
import { type Reader, ReaderError } from '../reader/reader.ts';

/** What came of one exchange. `lost` leaves it open whether the card executed the command. */
export type ExchangeResult =
  | { readonly result: 'answered'; readonly packet: Uint8Array }
  | { readonly result: 'lost'; readonly fault: ReaderError | undefined };

export interface ExpectedAnswer {
  readonly code: number;
  /** Absent for the secure frames, which carry none. */
  readonly idm: IDm | undefined;
}

const CARD_LOST: ExchangeResult = { result: 'lost', fault: undefined };

/**
 * Sends one packet and believes no answer that is not whole, of the expected response code and of
 * the expected card. Silence, an empty or short answer, another card's answer and a reader that
 * fails all end as `lost`: the card may have executed the command in every one of these cases.
 */
export async function exchangeWithCard(
  reader: Reader,
  packet: Uint8Array,
  waitMs: Milliseconds,
  expected: ExpectedAnswer,
): Promise<ExchangeResult> {
  let answer: Uint8Array | undefined;
  try {
    answer = await reader.transmit(packet, waitMs);
  } catch (error) {
    if (error instanceof ReaderError) return { result: 'lost', fault: error };
    throw error;
  }
  if (answer === undefined || !isExpected(answer, expected)) return CARD_LOST;
  return { result: 'answered', packet: answer };
}

function isExpected(answer: Uint8Array, { code, idm }: ExpectedAnswer): boolean {
  const decoded = decodePacket(answer);
  if (decoded?.code !== code) return false;
  return idm === undefined || sameBytes(decoded.data.subarray(0, idm.length), idm);
}

/** The answer to an addressed command: its code plus one, from the same card. */
export function answerOf(command: CommandCode, idm: IDm | undefined): ExpectedAnswer {
  return { code: responseCodeOf(command), idm };
}
