import { createHash } from 'node:crypto';
import { type IDm, idm, pmm } from '#felica/identifiers';
import type { CardData } from '#purse/card-data';
import {
  CARD_KEY_LABELS,
  type CardKeyLabel,
  deriveCardKey,
  deriveLiteMaster,
  deriveLiteRoot,
  deriveSamKey,
} from '#purse/card-key';
import { type CardPersonalisation, personalise } from '#purse/card-profile';
import { encodeIssuedLiteImage } from '#purse/lite-s-image';
import type { PurseBlock } from '#purse/purse-block';
import type { SamKind } from '#purse/sam-kind';
import { businessDate, type EpochMs, epochMs, yen } from '#units';
import type { KeystoreAccess } from '../backend/open-keystore.ts';
import {
  createFelicaCard,
  type EmulatedCard,
  type FelicaCard,
  openCardImage,
} from '../card-emulator/card/open-card.ts';
import type { Sam } from '../terminal/sam/sam.ts';
import type { SamKeys } from '../terminal/sam/sam-file.ts';
import { softwareSam } from '../terminal/sam/software-sam.ts';

/** An issuer in a test: masters that everybody can read, and random bytes that repeat. */
export const ISSUER_ID = 81;
export const KEY_VERSION = 1;
export const NOON: EpochMs = epochMs(Date.parse('2026-11-23T03:00:00Z'));

/** How a test opens a keystore that is not encrypted. */
export const PLAIN_KEYSTORE: KeystoreAccess = {
  secret: () => {
    throw new Error('the keystore of a test is plain');
  },
  warn: () => undefined,
};

const SAM_MASTER = bytesFrom('SAM master');
const CARD_DATA: CardData = {
  keyVersion: KEY_VERSION,
  issuerId: ISSUER_ID,
  expiry: businessDate('2031-11-23'),
  isBlocked: false,
  balanceMax: yen(50_000),
  debitMax: yen(20_000),
};

/** The validity purse of a card that nobody blocked. */
export const VALIDITY: PurseBlock = {
  balance: yen(1),
  cashback: yen(0),
  userData: new Uint8Array(4),
  executionId: new Uint8Array(4),
};

/** 16 bytes that depend on `text` alone. */
export function bytesFrom(text: string): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(text).digest().subarray(0, 16));
}

export function masterOf(label: CardKeyLabel): Uint8Array {
  return bytesFrom(`master ${label}`);
}

/** Random bytes that are the same in every run. */
export function seededRandom(seed: string): (byteCount: number) => Uint8Array {
  let counter = 0;
  return (byteCount) => {
    counter += 1;
    const digest = createHash('sha256').update(`${seed} ${counter}`).digest();
    return Uint8Array.from(digest.subarray(0, byteCount));
  };
}

export function cardIdm(number: number): IDm {
  return idm(Uint8Array.of(0x02, 0xfe, 0, 0, 0, 0, number >> 8, number & 0xff));
}

export function personalisedCard(
  number: number,
  changes: Partial<CardData> = {},
  cardName: IDm = cardIdm(number),
): CardPersonalisation {
  const cardData = { ...CARD_DATA, ...changes };
  const keyOf = (label: CardKeyLabel): Uint8Array =>
    deriveCardKey(masterOf(label), {
      label,
      idm: cardName,
      version: cardData.keyVersion,
    });
  const keys = Object.fromEntries(CARD_KEY_LABELS.map((label) => [label, keyOf(label)]));
  return personalise({
    idm: cardName,
    pmm: pmm(Uint8Array.of(0x01, 0x20, 0x22, 0x04, 0x27, 0x67, 0x4e, 0xff)),
    cardData,
    keys: keys as Record<CardKeyLabel, Uint8Array>,
    systemKey: bytesFrom('system'),
    rootAreaKey: bytesFrom('root area'),
    purseAreaKey: bytesFrom('purse area'),
  });
}

export function issuedCard(number: number, changes: Partial<CardData> = {}): FelicaCard {
  const random = seededRandom(`card ${number}`);
  return createFelicaCard(personalisedCard(number, changes), { random });
}

/** An empty Lite-S of the same issuer, after both issues. */
export function issuedLiteS(number: number, changes: Partial<CardData> = {}): EmulatedCard {
  const cardData = { ...CARD_DATA, ...changes };
  const root = deriveLiteRoot(SAM_MASTER, cardData.keyVersion);
  const masterKey = deriveLiteMaster(root, cardData.keyVersion);
  const image = encodeIssuedLiteImage({ idm: cardIdm(number), masterKey, cardData });
  return openCardImage(image, { random: seededRandom(`card ${number}`) });
}

/** A SAM that serves Lite-S cards, too. */
export function liteSam(kind: SamKind, samId: number): Sam {
  const liteRoot = deriveLiteRoot(SAM_MASTER, KEY_VERSION);
  return softwareSam({ ...samKeys(kind, samId), liteRoot }, seededRandom(`sam ${samId}`));
}

const OWN_LABEL: Readonly<Record<SamKind, CardKeyLabel>> = {
  pos: 'DEBI',
  'pos-void': 'VOID',
  load: 'LOAD',
};

export function samKeys(kind: SamKind, samId: number): SamKeys {
  const own = OWN_LABEL[kind];
  const labels: readonly CardKeyLabel[] = [own, 'INDV', 'HIST', 'DATR', 'CERR', 'BLOK'];
  return {
    kind,
    samId,
    issuerId: ISSUER_ID,
    keyVersion: KEY_VERSION,
    masters: new Map(labels.map((label) => [label, masterOf(label)])),
    recordKey: deriveSamKey(SAM_MASTER, samId),
  };
}

export function testSam(kind: SamKind, samId: number): Sam {
  return softwareSam(samKeys(kind, samId), seededRandom(`sam ${samId}`));
}
