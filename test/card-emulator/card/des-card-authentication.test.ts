import { describe, expect, it } from 'vitest';
import { createFelicaCard, type FelicaCard } from '#emulated-card';
import { desGroupKeyOf } from '#felica/des-authentication';
import { idm, nodeCode, systemCode } from '#felica/identifiers';
import { encodeDesKeyChange } from '#felica/key-change';
import type { CardPersonalisation, PersonalisedService } from '#purse/card-profile';
import vector from '../../vectors/felica-des-session.json' with { type: 'json' };
import { DesTestSession, openDesSession } from './des-test-session.ts';
import { block, frame, hex, IDM_0, purseBlock, testPersonalisation, toHex } from './test-card.ts';

const AREA = { code: nodeCode(0), endCode: nodeCode(0xfffe), desVersion: 1 };
const NORMAL_END = '0000';

/** The card of the published session, whose purse and random service have one number. */
function publishedPersonalisation(): CardPersonalisation {
  const services = vector.services.map(
    (code, index): PersonalisedService => ({
      code: nodeCode(Number.parseInt(code, 16)),
      desKey: hex(vector.serviceKeys[index]!),
      desVersion: 1,
    }),
  );
  const { individualKey: _aes, ...card } = testPersonalisation({
    idm: idm(hex(vector.idm)),
    idi: hex(vector.idi),
    pmi: hex(vector.pmi),
    systems: [
      {
        systemCode: systemCode(0x8008),
        systemKey: { desKey: hex(vector.systemKey), desVersion: 1 },
        areas: [{ ...AREA, desKey: hex(vector.areaKeys[0]!) }],
        services: [...services, { code: nodeCode(0x1009), version: 1 }],
        blocks: [
          { serviceNumber: 64, kind: 'purse', blocks: [purseBlock(10_000, 0, 0x55000000)] },
          { serviceNumber: 64, kind: 'random', blocks: [block(0), block(0)] },
        ],
      },
    ],
  });
  return card;
}

function publishedCard(): FelicaCard {
  const card = createFelicaCard(publishedPersonalisation(), { random: () => hex(vector.random2) });
  card.powerOn();
  return card;
}

function authentication1(nodes: string): string | undefined {
  return toHex(publishedCard().exchange(frame(`10 ${IDM_0} ${nodes} ${vector.random1}`)));
}

describe('a card of the DES scheme', () => {
  it('answers every frame of the published session byte for byte', () => {
    const card = publishedCard();
    const steps = [vector.authentication1, vector.authentication2, ...vector.exchanges];
    for (const { request, response } of steps) {
      expect(toHex(card.exchange(hex(request)))).toBe(toHex(hex(response)));
    }
  });

  it('is silent to an exact repeat of a sealed frame, and takes the money once', () => {
    const card = publishedCard();
    const debit = vector.exchanges[1]!;
    for (const { request } of [vector.authentication1, vector.authentication2, debit]) {
      expect(card.exchange(hex(request))).toBeDefined();
    }
    expect(card.exchange(hex(debit.request))).toBeUndefined();
    const [purse] = card.storedBlocks(systemCode(0x8008), nodeCode(0x1014));
    expect(purse).toEqual(purseBlock(9_750, 250, 0x55000000, 1));
  });

  it('is silent to the frames of the other scheme, in and out of a session', () => {
    const card = publishedCard();
    const session = openDesSession(card, vector);
    expect(card.exchange(frame(`40 ${IDM_0} 00 01 1410 ${'5c'.repeat(16)}`))).toBeUndefined();
    expect(card.exchange(frame(`44 0100 ${'5c'.repeat(11)}`))).toBeUndefined();
    expect(toHex(session.exchange(0x14, hex('01 8000')))).toContain(NORMAL_END);
  });

  it.each([
    ['areas that are not there', '01 0010 01 1410'],
    ['a service in the area list', '01 1410 01 1410'],
    ['the system first in the area list', '01 ffff 01 1410'],
    ['no service with a key', '01 0000 01 0910'],
    ['a service without a key in front', '01 0000 02 0910 1410'],
    ['a service that is not there', '01 0000 01 1420'],
  ])('is silent to Authentication1 with %s', (_what, nodes) => {
    expect(authentication1(nodes)).toBeUndefined();
  });

  it.each([
    ['the system behind an area', '02 0000 ffff 01 1410'],
    ['an area and the system among the services', '01 0000 03 1410 0000 ffff'],
    ['a service without a key behind one with', '01 0000 02 1410 0910'],
  ])('answers Authentication1 with %s', (_what, nodes) => {
    expect(authentication1(nodes)).toMatch(/^1a11/);
  });

  it('takes a payload that is padded with zeros, and none with a block behind it', () => {
    const session = openDesSession(publishedCard(), vector);
    expect(toHex(session.exchange(0x14, hex('01 8000 0000000000')))).toContain(NORMAL_END);
    expect(session.exchange(0x14, hex('01 8000 0000000000 00000000 00000000'))).toBeUndefined();
  });

  it('reads 14 blocks and not 15, which no packet holds', () => {
    const session = openDesSession(publishedCard(), vector);
    const answer = session.exchange(0x14, hex(`0e ${'8000'.repeat(14)}`));
    expect(toHex(answer)).toMatch(/^00000e/);
    expect(toHex(session.exchange(0x14, hex(`0f ${'8000'.repeat(15)}`)))).toMatch(/^ffa2/);
  });
});

describe('a change of key', () => {
  const newKey = hex('a1b2c3d4e5f60718');
  const change = encodeDesKeyChange(
    { parentKey: hex(vector.areaKeys[0]!), oldKey: hex(vector.serviceKeys[0]!) },
    { newKey, version: 9 },
  );
  const write = `01 c009 ${toHex(change)}`;

  it('counts from the next authentication on, with its version', () => {
    const card = publishedCard();
    const session = openDesSession(card, vector);
    expect(toHex(session.exchange(0x16, hex(write)))).toContain(NORMAL_END);
    expect(toHex(session.exchange(0x14, hex('01 8000')))).toContain(NORMAL_END);
    expect(() => openDesSession(card, vector)).toThrow('Authentication1');
    const serviceKeys = [toHex(newKey)!, vector.serviceKeys[1]!];
    expect(openDesSession(card, { ...vector, serviceKeys })).toBeInstanceOf(DesTestSession);
    const versions = card.exchange(frame(`02 ${IDM_0} 01 1410`));
    expect(toHex(versions)).toMatch(/010900$/);
  });

  it.each([
    ['AA for another version', `01 c008 ${toHex(change)}`, '01aa'],
    ['AA for a block made without the keys', `01 c009 ${'5c'.repeat(16)}`, '01aa'],
    ['AA for the version that means no node', `01 40ffff ${toHex(change)}`, '01aa'],
    ['A3 for a node outside the list', `01 c709 ${toHex(change)}`, '01a3'],
  ])('is refused with %s, and changes nothing', (_what, payload, flags) => {
    const card = publishedCard();
    const session = openDesSession(card, vector);
    expect(toHex(session.exchange(0x16, hex(payload)))).toContain(flags);
    expect(card.commitCount).toBe(0);
  });

  it('is stored with the blocks of its command or not at all', () => {
    const card = publishedCard();
    const session = openDesSession(card, vector);
    const tooFar = `02 c009 8105 ${toHex(change)} ${toHex(block(1))}`;
    expect(toHex(session.exchange(0x16, hex(tooFar)))).toContain('02a8');
    expect(card.commitCount).toBe(0);
  });

  it('takes the key of the system for the root area', () => {
    const card = publishedCard();
    const areaKey = hex(vector.areaKeys[0]!);
    const session = openDesSession(card, {
      ...vector,
      services: ['1014', '0000'],
      serviceKeys: [vector.serviceKeys[0]!, toHex(areaKey)!],
    });
    const rootChange = encodeDesKeyChange(
      { parentKey: hex(vector.systemKey), oldKey: areaKey },
      { newKey, version: 2 },
    );
    expect(toHex(session.exchange(0x16, hex(`01 c102 ${toHex(rootChange)}`)))).toContain(
      NORMAL_END,
    );
    const groupKey = desGroupKeyOf(hex(vector.systemKey), [newKey]);
    expect(groupKey).toHaveLength(8);
    expect(openDesSession(card, { ...vector, areaKeys: [toHex(newKey)!] })).toBeInstanceOf(
      DesTestSession,
    );
  });

  it('has the access mode of none in a plain write', () => {
    const card = publishedCard();
    const answer = card.exchange(frame(`08 ${IDM_0} 01 0910 01 c009 ${'00'.repeat(16)}`));
    expect(toHex(answer)).toMatch(/01a7$/);
  });
});
