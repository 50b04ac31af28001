import { createFelicaCard } from '#emulated-card';
import { idm, type NodeCode, pmm } from '#felica/identifiers';
import type { CardKeyLabel } from '#purse/card-key';
import { type CardPersonalisation, PURSE_SYSTEM_CODE, personalise } from '#purse/card-profile';
import { businessDate, yen } from '#units';
import type { FelicaCard } from '../../../card-emulator/card/open-card.ts';
import { block, countingRandom, hex } from './test-card.ts';
import { openSession, type TestSession } from './test-session.ts';

/** One key a right, told apart by its fill. */
export const CARD_KEYS: Readonly<Record<CardKeyLabel, Uint8Array>> = {
  LOAD: block(0x10),
  VOID: block(0x12),
  DEBI: block(0x14),
  HIST: block(0x4c),
  DATW: block(0x88),
  DATR: block(0x8a),
  CERR: block(0xca),
  VALW: block(0xb0),
  BLOK: block(0xb4),
  INDV: block(0x11),
  CERT: block(0xce),
};

export const PURSE_IDM: Uint8Array = hex('0102030405060708');

export function pursePersonalisation(): CardPersonalisation {
  return personalise({
    idm: idm(PURSE_IDM),
    pmm: pmm(hex('0020FFFFFFFFFFFF')),
    cardData: {
      keyVersion: 5,
      issuerId: 1,
      expiry: businessDate('2031-03-31'),
      isBlocked: false,
      balanceMax: yen(50_000),
      debitMax: yen(20_000),
    },
    keys: CARD_KEYS,
    systemKey: block(1),
    rootAreaKey: block(2),
    purseAreaKey: block(3),
  });
}

/** An empty card of our profile, in the field. */
export function purseCard(): FelicaCard {
  const card = createFelicaCard(pursePersonalisation(), { random: countingRandom });
  card.powerOn();
  return card;
}

export function openPurse(
  card: FelicaCard,
  nodes: readonly (readonly [NodeCode, CardKeyLabel])[],
): TestSession {
  return openSession(
    card,
    nodes.map(([code]) => code),
    {
      address: card.idm,
      nodeKeys: nodes.map(([, label]) => CARD_KEYS[label]),
      individualKey: CARD_KEYS.INDV,
    },
  );
}

export function storedBlock(card: FelicaCard, service: NodeCode): Uint8Array | undefined {
  return card.storedBlocks(PURSE_SYSTEM_CODE, service)[0];
}
