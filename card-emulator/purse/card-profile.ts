import { BLOCK_BYTES } from '../felica/block-access.ts';
import {
  type IDm,
  type NodeCode,
  nodeCode,
  type PMm,
  type SystemCode,
  systemCode,
} from '../felica/identifiers.ts';
import { type Yen, yen } from '../units.ts';
import { type CardData, encodeCardData } from './card-data.ts';
import type { CardKeyLabel } from './card-key.ts';
import { encodePurseBlock } from './purse-block.ts';
import { VALID_BALANCE } from './validity-purse.ts';

/** Inside the range that phones may emulate, 4000 to 4FFF. */
export const PURSE_SYSTEM_CODE: SystemCode = systemCode(0x4b5a);

export const ROOT_AREA: NodeCode = nodeCode(0x0000);
export const PURSE_AREA: NodeCode = nodeCode(0x1000);

/** Node codes of our card (card-profile.md). */
export const PURSE_DIRECT: NodeCode = nodeCode(0x1010);
export const PURSE_CASHBACK: NodeCode = nodeCode(0x1012);
export const PURSE_DECREMENT: NodeCode = nodeCode(0x1014);
export const PURSE_READ: NodeCode = nodeCode(0x1017);
export const HISTORY_WRITE: NodeCode = nodeCode(0x104c);
export const HISTORY_READ: NodeCode = nodeCode(0x104f);
export const CARD_DATA_WRITE: NodeCode = nodeCode(0x1088);
export const CARD_DATA_READ: NodeCode = nodeCode(0x108a);
export const CERTIFICATE_READ: NodeCode = nodeCode(0x10ca);
export const VALIDITY_DIRECT: NodeCode = nodeCode(0x1110);
export const VALIDITY_DECREMENT: NodeCode = nodeCode(0x1114);
export const VALIDITY_READ: NodeCode = nodeCode(0x1117);

export const HISTORY_ENTRY_COUNT = 20;

/** The kinds of FeliCa Standard card that can be emulated; what they are stands with the card. */
export type PersonalityName = 'purse' | 'suica' | 'rc-sa' | 'hce-f';

/** What a service holds. Purse services of one number see the same purse, each with its own right. */
export type ServiceKind = 'random' | 'cyclic' | 'purse';

/** Everything that lies on a card when it leaves the issuer. It holds the card's keys. */
export interface CardPersonalisation {
  /** `purse`, our own card, where it is absent. */
  readonly personality?: PersonalityName;
  readonly idm: IDm;
  readonly pmm: PMm;
  /** The issue ID and issue parameter that Authentication2 answers with, 8 bytes each. */
  readonly idi: Uint8Array;
  readonly pmi: Uint8Array;
  /** Present exactly where the nodes have AES keys. */
  readonly individualKey?: Uint8Array;
  readonly systems: readonly PersonalisedSystem[];
  readonly certificate?: PersonalisedCertificate;
  /** What a phone tells about its FeliCa chip; a card has none. */
  readonly container?: PersonalisedContainer;
}

export interface PersonalisedContainer {
  /** Version of the format, 5 bytes. */
  readonly format: Uint8Array;
  /** Model of the phone, 11 bytes. */
  readonly model: Uint8Array;
  /** Names the chip across its systems, 8 bytes. */
  readonly id: Uint8Array;
}

export interface PersonalisedSystem {
  readonly systemCode: SystemCode;
  readonly systemKey: PersonalisedKeys;
  readonly areas: readonly PersonalisedArea[];
  readonly services: readonly PersonalisedService[];
  /** The blocks of each service number; overlap services (same number) share them. */
  readonly blocks: readonly PersonalisedBlocks[];
}

export interface PersonalisedKey {
  readonly key: Uint8Array;
  readonly version: number;
}

/**
 * The keys of a node, of 16 bytes under the AES scheme and of 8 under the DES scheme. All nodes of a
 * card have the same schemes, at least one; a service that needs no key has `version` alone.
 */
export interface PersonalisedKeys {
  readonly key?: Uint8Array;
  readonly version?: number;
  readonly desKey?: Uint8Array;
  readonly desVersion?: number;
}

export interface PersonalisedArea extends PersonalisedKeys {
  readonly code: NodeCode;
  readonly endCode: NodeCode;
}

export interface PersonalisedService extends PersonalisedKeys {
  readonly code: NodeCode;
}

export interface PersonalisedBlocks {
  /** The upper 10 bits of the service code. */
  readonly serviceNumber: number;
  readonly blocks: readonly Uint8Array[];
  /**
   * For blocks that only the services of one kind share. No issued card mixes kinds under one number;
   * the card of the published known-answer sessions does.
   */
  readonly kind?: ServiceKind;
  /** Makes all purse blocks of this number value-limited purses (M617 §3.4.4.1). */
  readonly limits?: PurseLimits;
}

/** Bounds of a purse whose balance is a signed number of 32 bits. */
export interface PurseLimits {
  readonly upper: number;
  readonly lower: number;
  /** Rises with each change of the bounds, 0 to 255. */
  readonly generation: number;
}

/** Our extension: the card certifies its own purse writes (card-profile.md). */
export interface PersonalisedCertificate extends PersonalisedKey {
  readonly purseService: NodeCode;
  readonly historyService: NodeCode;
  readonly certificateService: NodeCode;
}

export interface PursePersonalisation {
  readonly idm: IDm;
  readonly pmm: PMm;
  readonly cardData: CardData;
  /** The card's own keys, already derived for this IDm. */
  readonly keys: Readonly<Record<CardKeyLabel, Uint8Array>>;
  /** Keys of the system and the two areas: they open nothing in this profile, so any random ones. */
  readonly systemKey: Uint8Array;
  readonly rootAreaKey: Uint8Array;
  readonly purseAreaKey: Uint8Array;
}

/** An empty purse card of ours: balance 0, no history, card data as given. */
export function personalise(input: PursePersonalisation): CardPersonalisation {
  const { idm, pmm, keys, cardData } = input;
  const version = cardData.keyVersion;
  return {
    personality: 'purse',
    idm,
    pmm,
    idi: idm.slice(),
    pmi: pmm.slice(),
    individualKey: keys.INDV,
    systems: [
      {
        systemCode: PURSE_SYSTEM_CODE,
        systemKey: { key: input.systemKey, version },
        areas: [
          { code: ROOT_AREA, endCode: nodeCode(0xfffe), key: input.rootAreaKey, version },
          { code: PURSE_AREA, endCode: nodeCode(0x11ff), key: input.purseAreaKey, version },
        ],
        services: purseServices(keys, version),
        blocks: purseBlocks(cardData),
      },
    ],
    certificate: {
      key: keys.CERT,
      version,
      purseService: PURSE_DIRECT,
      historyService: HISTORY_WRITE,
      certificateService: CERTIFICATE_READ,
    },
  };
}

function purseServices(
  keys: Readonly<Record<CardKeyLabel, Uint8Array>>,
  version: number,
): readonly PersonalisedService[] {
  return [
    { code: PURSE_DIRECT, key: keys.LOAD, version },
    { code: PURSE_CASHBACK, key: keys.VOID, version },
    { code: PURSE_DECREMENT, key: keys.DEBI, version },
    { code: PURSE_READ, version },
    { code: HISTORY_WRITE, key: keys.HIST, version },
    { code: HISTORY_READ, version },
    { code: CARD_DATA_WRITE, key: keys.DATW, version },
    { code: CARD_DATA_READ, key: keys.DATR, version },
    { code: CERTIFICATE_READ, key: keys.CERR, version },
    { code: VALIDITY_DIRECT, key: keys.VALW, version },
    { code: VALIDITY_DECREMENT, key: keys.BLOK, version },
    { code: VALIDITY_READ, version },
  ];
}

function purseBlocks(cardData: CardData): readonly PersonalisedBlocks[] {
  return [
    { serviceNumber: serviceNumberOf(PURSE_DIRECT), blocks: [unusedPurse(yen(0))] },
    { serviceNumber: serviceNumberOf(HISTORY_WRITE), blocks: blankBlocks(HISTORY_ENTRY_COUNT) },
    { serviceNumber: serviceNumberOf(CARD_DATA_WRITE), blocks: [encodeCardData(cardData)] },
    { serviceNumber: serviceNumberOf(CERTIFICATE_READ), blocks: blankBlocks(1) },
    { serviceNumber: serviceNumberOf(VALIDITY_DIRECT), blocks: [unusedPurse(VALID_BALANCE)] },
  ];
}

function unusedPurse(balance: Yen): Uint8Array {
  return encodePurseBlock({
    balance,
    cashback: yen(0),
    userData: new Uint8Array(4),
    executionId: new Uint8Array(4),
  });
}

function blankBlocks(count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, () => new Uint8Array(BLOCK_BYTES));
}

function serviceNumberOf(service: NodeCode): number {
  return service >>> 6;
}
