import { type IDm, idm, type PMm, pmm } from '#felica/identifiers';
import { type CardKeyLabel, deriveCardKey, KEY_BYTES } from '#purse/card-key';
import { type CardPersonalisation, personalise } from '#purse/card-profile';
import type { BusinessDate, Yen } from '#units';
import type { Keystore } from './keystore.ts';

/** What the issuer decides about one card. */
export interface CardIssue {
  readonly idm: IDm;
  readonly expiry: BusinessDate;
  readonly balanceMax: Yen;
  readonly debitMax: Yen;
}

/**
 * ROM type 01, IC type 20, and the maximum response times of an AES card (felica.md 5.2): what an
 * emulated card needs so that readers wait long enough.
 */
const CARD_PMM: PMm = pmm(Uint8Array.of(0x01, 0x20, 0x22, 0x04, 0x27, 0x67, 0x4e, 0xff));

/**
 * A random IDm. Manufacturer code 02FE is the one that phones use for cards in software, so no card
 * from a factory has it; six random bytes follow.
 */
export function randomIdm(random: (byteCount: number) => Uint8Array): IDm {
  return idm(Uint8Array.of(0x02, 0xfe, ...random(6)));
}

/** An empty card with its own keys, each derived from the issuer's master by IDm. */
export function personaliseCard(
  keystore: Keystore,
  issue: CardIssue,
  random: (byteCount: number) => Uint8Array,
): CardPersonalisation {
  const { keyVersion, masters } = keystore;
  const keyOf = (label: CardKeyLabel): Uint8Array =>
    deriveCardKey(masters[label], { label, idm: issue.idm, version: keyVersion });
  return personalise({
    idm: issue.idm,
    pmm: CARD_PMM,
    cardData: {
      keyVersion,
      issuerId: keystore.issuerId,
      expiry: issue.expiry,
      isBlocked: false,
      balanceMax: issue.balanceMax,
      debitMax: issue.debitMax,
    },
    keys: {
      LOAD: keyOf('LOAD'),
      VOID: keyOf('VOID'),
      DEBI: keyOf('DEBI'),
      HIST: keyOf('HIST'),
      DATW: keyOf('DATW'),
      DATR: keyOf('DATR'),
      CERR: keyOf('CERR'),
      VALW: keyOf('VALW'),
      BLOK: keyOf('BLOK'),
      INDV: keyOf('INDV'),
      CERT: keyOf('CERT'),
    },
    systemKey: random(KEY_BYTES),
    rootAreaKey: random(KEY_BYTES),
    purseAreaKey: random(KEY_BYTES),
  });
}
