import { BLOCK_BYTES } from '../felica/block-access.ts';
import { type IDm, idm, nodeCode, systemCode } from '../felica/identifiers.ts';
import { CARD_KEY_LABELS, type CardKeyLabel, KEY_BYTES } from '../purse/card-key.ts';
import {
  type CardPersonalisation,
  HISTORY_ENTRY_COUNT,
  type PersonalisedBlocks,
  type PersonalisedKeys,
  type PersonalisedService,
  type PersonalisedSystem,
  type PersonalityName,
  PURSE_DIRECT,
  PURSE_SYSTEM_CODE,
  personalise,
} from '../purse/card-profile.ts';
import { encodePurseBlock } from '../purse/purse-block.ts';
import { type BusinessDate, type Yen, yen } from '../units.ts';
import { AES_KEY_BYTES, DES_KEY_BYTES } from './key-bytes.ts';
import { PERSONALITIES } from './personality.ts';
import { serviceAttributeOf, serviceNumberOf } from './service-attribute.ts';

/*
 * Cards with something on them, one for each kind of FeliCa Standard card, and with random keys that
 * nobody else knows. They are examples to test readers with; no issuer's card is copied.
 */

export interface NewCard {
  /** A random one of the kind unless given. */
  readonly idm?: IDm;
  readonly balance: Yen;
  /** The last day of use of our own card. */
  readonly expiry: BusinessDate;
  /** Makes the keys: unpredictable outside tests. */
  readonly random: (byteCount: number) => Uint8Array;
}

interface Schemes {
  readonly hasAes: boolean;
  readonly hasDes: boolean;
}

const KEY_VERSION = 1;
const ISSUER_ID = 1;
const BALANCE_MAX = yen(50_000);
const DEBIT_MAX = yen(20_000);

const ROOT_AREA = nodeCode(0x0000);
const ROOT_END = nodeCode(0xfffe);

const TRANSIT_SYSTEM = systemCode(0x0003);
const COMMON_SYSTEM = systemCode(0xfe00);
/** Open to read on transit cards: card information, the last 20 journeys, the last 3 gates. */
const TRANSIT_INFORMATION = 0x008b;
const TRANSIT_HISTORY = 0x090f;
const TRANSIT_GATES = 0x108f;

const ISSUE_FIELD_BYTES = 8;
/** Of cards; 02FE is a phone's and 01FE no card at all. */
const CARD_MANUFACTURER = Uint8Array.of(0x01, 0x12);
const PHONE_MANUFACTURER = Uint8Array.of(0x02, 0xfe);

/** What {@link createFelicaCard} makes a card of. Throws `RangeError` for a balance above the limit. */
export function newCard(name: PersonalityName, card: NewCard): CardPersonalisation {
  if (card.balance > BALANCE_MAX) {
    throw new RangeError(`balance: expected at most ${BALANCE_MAX} yen, got ${card.balance}`);
  }
  const address = card.idm ?? randomIdm(name, card.random);
  switch (name) {
    case 'purse':
      return newPurseCard(address, card);
    case 'suica':
      return newTransitCard(address, card);
    case 'rc-sa':
      return newWallet(address, card);
    case 'hce-f':
      return newPhone(address, card);
  }
}

/** Six random bytes behind a manufacturer code that readers take for what the kind is. */
function randomIdm(name: PersonalityName, random: NewCard['random']): IDm {
  const manufacturer = name === 'hce-f' ? PHONE_MANUFACTURER : CARD_MANUFACTURER;
  return idm(Uint8Array.of(...manufacturer, ...random(6)));
}

function newPurseCard(address: IDm, { balance, expiry, random }: NewCard): CardPersonalisation {
  const keys = CARD_KEY_LABELS.map((label): [CardKeyLabel, Uint8Array] => [
    label,
    random(KEY_BYTES),
  ]);
  const empty = personalise({
    idm: address,
    pmm: PERSONALITIES.purse.pmm,
    cardData: {
      keyVersion: KEY_VERSION,
      issuerId: ISSUER_ID,
      expiry,
      isBlocked: false,
      balanceMax: BALANCE_MAX,
      debitMax: DEBIT_MAX,
    },
    keys: Object.fromEntries(keys) as Record<CardKeyLabel, Uint8Array>,
    systemKey: random(KEY_BYTES),
    rootAreaKey: random(KEY_BYTES),
    purseAreaKey: random(KEY_BYTES),
  });
  return {
    ...empty,
    systems: empty.systems.map((system) => ({
      ...system,
      blocks: system.blocks.map((file) =>
        file.serviceNumber === serviceNumberOf(PURSE_DIRECT)
          ? { ...file, blocks: [purseBlock(balance)] }
          : file,
      ),
    })),
  };
}

/** Two systems under DES keys; purse and history behind keys, and what transit cards show to anyone. */
function newTransitCard(address: IDm, { balance, random }: NewCard): CardPersonalisation {
  const schemes = { hasAes: false, hasDes: true };
  const files: readonly PersonalisedBlocks[] = [
    { serviceNumber: serviceNumberOf(nodeCode(0x0810)), blocks: [purseBlock(balance)] },
    { serviceNumber: serviceNumberOf(nodeCode(0x0088)), blocks: [transitBlock(balance, 11)] },
    {
      serviceNumber: serviceNumberOf(nodeCode(0x090c)),
      blocks: [transitBlock(balance, 10), ...blanks(HISTORY_ENTRY_COUNT - 1)],
    },
    { serviceNumber: serviceNumberOf(nodeCode(0x108c)), blocks: blanks(3) },
  ];
  const transit = systemOf({
    code: TRANSIT_SYSTEM,
    services: [
      0x0088,
      TRANSIT_INFORMATION,
      0x0810,
      0x0812,
      0x0814,
      0x0816,
      0x090c,
      TRANSIT_HISTORY,
      0x108c,
      TRANSIT_GATES,
    ],
    files,
    schemes,
    random,
  });
  const common = systemOf({
    code: COMMON_SYSTEM,
    services: [0x3948, 0x394b],
    files: [{ serviceNumber: serviceNumberOf(nodeCode(0x3948)), blocks: blanks(4) }],
    schemes,
    random,
  });
  return { ...cardOf('suica', address), systems: [transit, common] };
}

/** The shape of our own purse under both schemes, without a certificate. */
function newWallet(address: IDm, { balance, random }: NewCard): CardPersonalisation {
  const wallet = systemOf({
    code: PURSE_SYSTEM_CODE,
    services: [0x1010, 0x1012, 0x1014, 0x1017, 0x104c, 0x104f, 0x1088, 0x108b],
    files: [
      { serviceNumber: 0x40, blocks: [purseBlock(balance)] },
      { serviceNumber: 0x41, blocks: blanks(HISTORY_ENTRY_COUNT) },
      { serviceNumber: 0x42, blocks: blanks(4) },
    ],
    schemes: { hasAes: true, hasDes: true },
    random,
  });
  return {
    ...cardOf('rc-sa', address),
    individualKey: random(AES_KEY_BYTES),
    systems: [wallet],
  };
}

/** One system in the range that phones may have, with services that need no key. */
function newPhone(address: IDm, { balance, random }: NewCard): CardPersonalisation {
  const system = systemOf({
    code: PURSE_SYSTEM_CODE,
    services: [0x1009, 0x1017, 0x104d],
    files: [
      { serviceNumber: 0x40, kind: 'random', blocks: blanks(4) },
      { serviceNumber: 0x40, kind: 'purse', blocks: [purseBlock(balance)] },
      { serviceNumber: 0x41, blocks: blanks(HISTORY_ENTRY_COUNT) },
    ],
    // A phone proves no key: these exist because a system has keys, and nothing ever uses them.
    schemes: { hasAes: true, hasDes: false },
    random,
  });
  return {
    ...cardOf('hce-f', address),
    individualKey: random(AES_KEY_BYTES),
    systems: [system],
  };
}

function cardOf(
  personality: PersonalityName,
  address: IDm,
): Pick<CardPersonalisation, 'personality' | 'idm' | 'pmm' | 'idi' | 'pmi'> {
  const { pmm } = PERSONALITIES[personality];
  const pmi = new Uint8Array(ISSUE_FIELD_BYTES);
  return { personality, idm: address, pmm, idi: address.slice(), pmi };
}

function systemOf(system: {
  readonly code: ReturnType<typeof systemCode>;
  readonly services: readonly number[];
  readonly files: readonly PersonalisedBlocks[];
  readonly schemes: Schemes;
  readonly random: NewCard['random'];
}): PersonalisedSystem {
  const { schemes, random } = system;
  const services = system.services.map((value): PersonalisedService => {
    const code = nodeCode(value);
    const isKeyRequired = serviceAttributeOf(code)?.isKeyRequired === true;
    return isKeyRequired ? { code, ...keysOf(schemes, random) } : { code, version: KEY_VERSION };
  });
  return {
    systemCode: system.code,
    systemKey: keysOf(schemes, random),
    areas: [{ code: ROOT_AREA, endCode: ROOT_END, ...keysOf(schemes, random) }],
    services,
    blocks: system.files,
  };
}

function keysOf({ hasAes, hasDes }: Schemes, random: NewCard['random']): PersonalisedKeys {
  return {
    ...(hasAes && { key: random(AES_KEY_BYTES), version: KEY_VERSION }),
    ...(hasDes && { desKey: random(DES_KEY_BYTES), desVersion: KEY_VERSION }),
  };
}

function purseBlock(balance: Yen): Uint8Array {
  return encodePurseBlock({
    balance,
    cashback: yen(0),
    userData: new Uint8Array(4),
    executionId: new Uint8Array(4),
  });
}

/** Transit cards show the balance in two bytes, little endian, at a place of their own in each block. */
function transitBlock(balance: Yen, offset: number): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  new DataView(block.buffer).setUint16(offset, balance, true);
  return block;
}

function blanks(count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, () => new Uint8Array(BLOCK_BYTES));
}
