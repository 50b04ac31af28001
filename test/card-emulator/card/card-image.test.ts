import { describe, expect, it } from 'vitest';
import { CardImageError, createFelicaCard, FelicaCard, openCardImage } from '#emulated-card';
import { nodeCode } from '#felica/identifiers';
import { encodeCardImage } from '#purse/card-image';
import { PURSE_DIRECT, PURSE_READ, PURSE_SYSTEM_CODE, ROOT_AREA } from '#purse/card-profile';
import { parseCardImage } from '../../../card-emulator/card/card-image.ts';
import { openPurse, purseCard, pursePersonalisation, storedBlock } from './purse-card.ts';
import {
  countingRandom,
  hex,
  purseBlock,
  testPersonalisation,
  testSystem,
  WALLET,
} from './test-card.ts';
import { element } from './test-session.ts';

type Json = { [name: string]: Json } & Json[] & (string | number | undefined);

/** The image of the test card with one change, and the field that is then reported. */
function faultOf(change: (image: Json) => void): string {
  const image: Json = JSON.parse(encodeCardImage(pursePersonalisation()));
  change(image);
  return fieldOf(JSON.stringify(image));
}

function fieldOf(text: string): string {
  try {
    openCardImage(text, { random: countingRandom });
  } catch (error) {
    if (error instanceof CardImageError) return error.field;
    throw error;
  }
  return 'none';
}

function openFelicaCard(text: string): FelicaCard {
  const card = openCardImage(text, { random: countingRandom });
  if (!(card instanceof FelicaCard)) throw new Error('another kind of card');
  return card;
}

describe('a card image', () => {
  it('is read back as what it was made of, with and without a certificate', () => {
    for (const personalisation of [testPersonalisation(), pursePersonalisation()]) {
      const value: unknown = JSON.parse(encodeCardImage(personalisation));
      expect(parseCardImage(value)).toEqual(personalisation);
    }
  });

  it('is the card with all it has learned', () => {
    const card = purseCard();
    const session = openPurse(card, [[PURSE_DIRECT, 'LOAD']]);
    session.write([element(0, 0), purseBlock(5_000, 0, 0, 1)]);
    const copy = openFelicaCard(card.image());
    expect(copy.image()).toBe(card.image());
    expect(copy.storedBlocks(PURSE_SYSTEM_CODE, PURSE_READ)).toEqual([purseBlock(5_000, 0, 0, 1)]);
    copy.powerOn();
    openPurse(copy, [[PURSE_DIRECT, 'LOAD']]);
    expect(storedBlock(card, PURSE_DIRECT)).toEqual(storedBlock(copy, PURSE_DIRECT));
  });

  it('says nothing about mode and session: it is a card without power', () => {
    const card = purseCard();
    const before = card.image();
    openPurse(card, [[PURSE_DIRECT, 'LOAD']]);
    expect(card.image()).toBe(before);
  });

  it('ends with a line break and is stable', () => {
    const card = createFelicaCard(testPersonalisation(), { random: countingRandom });
    expect(card.image()).toMatch(/^\{\n {2}"format": "kazasu-card-image",\n {2}"version": 1,/);
    expect(card.image().endsWith('}\n')).toBe(true);
    expect(card.image()).toBe(card.image());
  });

  it('keeps personality, DES keys, limits, kinds apart and the container of a phone', () => {
    const keys = { desKey: hex('0123456789abcdef'), desVersion: 7 };
    const system = testSystem(WALLET, [0x1017, 0x100b], {});
    const { individualKey: _aes, ...card } = testPersonalisation({
      personality: 'suica',
      container: {
        format: hex('0102030405'),
        model: hex('41'.repeat(11)),
        id: hex('11'.repeat(8)),
      },
      systems: [
        {
          ...system,
          systemKey: keys,
          areas: [{ code: ROOT_AREA, endCode: nodeCode(0xfffe), ...keys }],
          blocks: [
            {
              serviceNumber: 64,
              kind: 'purse',
              blocks: [purseBlock(1)],
              limits: { upper: 20_000, lower: -500, generation: 3 },
            },
            { serviceNumber: 64, kind: 'random', blocks: [purseBlock(2)] },
          ],
        },
      ],
    });
    const image = createFelicaCard(card, { random: countingRandom }).image();
    expect(parseCardImage(JSON.parse(image))).toEqual(card);
    expect(openFelicaCard(image).image()).toBe(image);
  });

  it('accepts upper case digits', () => {
    const text = encodeCardImage(testPersonalisation());
    const upperCase = text.replace('"a1a2a3a4a5a6a7a8"', '"A1A2A3A4A5A6A7A8"');
    expect(upperCase).not.toBe(text);
    expect(parseCardImage(JSON.parse(upperCase))).toEqual(parseCardImage(JSON.parse(text)));
  });

  it.each(['', 'kazasu', '{', 'null', '[]', '3'])('is not the text %j', (text) => {
    expect(fieldOf(text)).toBe('(text)');
  });

  it.each([
    ['format', (image: Json) => Object.assign(image, { format: 'other' })],
    ['version', (image: Json) => Object.assign(image, { version: 2 })],
    ['idm', (image: Json) => Object.assign(image, { idm: '01020304050607' })],
    ['idm', (image: Json) => Object.assign(image, { idm: 'f102030405060708' })],
    ['pmm', (image: Json) => Object.assign(image, { pmm: 'zz20ffffffffffff' })],
    ['individualKey', (image: Json) => Object.assign(image, { individualKey: 12 })],
    ['systems', (image: Json) => Object.assign(image, { systems: [] })],
    ['(text)', (image: Json) => Object.assign(image, { balance: 1_000 })],
    [
      'systems[0].services[1].key',
      (image: Json) => Object.assign(image['systems']![0]!['services']![1]!, { key: '00' }),
    ],
    [
      'systems[0].services[0].key',
      (image: Json) => delete image['systems']![0]!['services']![0]!['key'],
    ],
    [
      'systems[0].services[2].code',
      (image: Json) => Object.assign(image['systems']![0]!['services']![2]!, { code: '10' }),
    ],
    [
      'systems[0].blocks[0].blocks[0]',
      (image: Json) => Object.assign(image['systems']![0]!['blocks']![0]!, { blocks: ['00'] }),
    ],
    [
      'systems[0].areas[0].version',
      (image: Json) => Object.assign(image['systems']![0]!['areas']![0]!, { version: 65_535 }),
    ],
    [
      'certificate.purseService',
      (image: Json) => Object.assign(image['certificate']!, { purseService: '104c' }),
    ],
  ])('is refused with CARD_IMAGE_INVALID for its %s', (field, change) => {
    expect(faultOf(change)).toBe(field);
  });

  it('never quotes a key in its errors', () => {
    const text = encodeCardImage(pursePersonalisation());
    const key = '11'.repeat(16);
    expect(text).toContain(key);
    for (const broken of [text.slice(0, -3), text.replace(key, `${key}1`)]) {
      let message = '';
      try {
        openCardImage(broken, { random: countingRandom });
      } catch (error) {
        message = `${error instanceof Error ? [error.message, error.stack, error.cause].join() : ''}`;
      }
      expect(message).toContain('card image');
      expect(message).not.toContain('1111');
    }
  });
});
