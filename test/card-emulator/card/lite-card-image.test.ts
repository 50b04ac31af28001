import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CardImageError } from '#emulated-card';
import { createLiteCard } from '../../../card-emulator/card/lite-card.ts';
import { parseLiteCardImage } from '../../../card-emulator/card/lite-card-image.ts';
import vectors from '../../vectors/felica-lite-s.json' with { type: 'json' };
import { ask, challenge, I, liteCard, read, write } from './lite-test-card.ts';

type Json = { [name: string]: Json } & (string | number | undefined);

const EXAMPLE = readFileSync(
  new URL('../../../card-emulator/examples/lite-s-known-answers.json', import.meta.url),
  'utf8',
);

/** The image of the test card with one change, and the field that is then reported. */
function faultOf(change: (image: Json) => void, kind: 'lite' | 'lite-s' = 'lite-s'): string {
  const image: Json = JSON.parse(liteCard({ kind }).image());
  change(image);
  return fieldOf(image);
}

function fieldOf(value: unknown): string {
  try {
    parseLiteCardImage(value);
  } catch (error) {
    if (error instanceof CardImageError) return error.field;
    throw error;
  }
  return 'none';
}

describe('the image of a Lite card', () => {
  it.each(['lite', 'lite-s'] as const)('is the %s with all it has learned', (kind) => {
    const card = liteCard({ kind });
    write(card, 3, 'a5'.repeat(16));
    const copy = createLiteCard(parseLiteCardImage(JSON.parse(card.image())));
    expect(copy.image()).toBe(card.image());
    expect(copy.snapshot()).toEqual(card.snapshot());
    copy.powerOn();
    expect(read(copy, 3)).toBe(`000001${'a5'.repeat(16)}`);
  });

  it('says nothing about challenge and authentication: it is a card without power', () => {
    const card = liteCard();
    const before = card.image();
    challenge(card);
    expect(card.image()).toBe(before);
  });

  it('names its personality, and its blocks as the memory map does', () => {
    const text = liteCard().image();
    expect(text).toMatch(/^\{\n {2}"format": "kazasu-card-image",\n {2}"version": 1,\n/);
    expect(text.endsWith('}\n')).toBe(true);
    const image = JSON.parse(text);
    expect(image.personality).toBe('lite-s');
    const names = Object.keys(image.blocks);
    expect(names.slice(0, 2)).toEqual(['S_PAD0', 'S_PAD1']);
    expect(names.slice(13)).toEqual(['S_PAD13', 'REG', 'ID', 'SER_C', 'CKV', 'CK', 'MC', 'WCNT']);
  });

  it.each([undefined, null, 3, 'kazasu'])('is not the value %j', (value) => {
    expect(fieldOf(value)).toBe('(text)');
  });

  it.each([
    ['personality', (image: Json) => Object.assign(image, { personality: 'standard' })],
    ['format', (image: Json) => Object.assign(image, { format: 'other' })],
    ['version', (image: Json) => Object.assign(image, { version: 2 })],
    ['idm', (image: Json) => Object.assign(image, { idm: '01' })],
    ['pmm', (image: Json) => Object.assign(image, { pmm: 7 })],
    ['blocks.CK', (image: Json) => Object.assign(image['blocks']!, { CK: 'secret' })],
    ['blocks.REG', (image: Json) => Object.assign(image['blocks']!, { REG: undefined })],
    ['blocks', (image: Json) => Object.assign(image['blocks']!, { RC: '00'.repeat(16) })],
    ['blocks.MC', (image: Json) => Object.assign(image['blocks']!, { MC: '00'.repeat(16) })],
    ['blocks.WCNT', (image: Json) => Object.assign(image['blocks']!, { WCNT: 'ff'.repeat(16) })],
  ])('is refused for its field %s', (field, change) => {
    expect(faultOf(change)).toBe(field);
  });

  it('of a Lite has no WCNT, and nothing in MC that only a Lite-S has', () => {
    const withCount = (image: Json) => Object.assign(image['blocks']!, { WCNT: '00'.repeat(16) });
    expect(faultOf(withCount, 'lite')).toBe('blocks');
    const mc = `ffff000007${'01'.padEnd(22, '0')}`;
    expect(faultOf((image) => Object.assign(image['blocks']!, { MC: mc }), 'lite')).toBe(
      'blocks.MC',
    );
    expect(faultOf((image) => Object.assign(image['blocks']!, { MC: mc }))).toBe('none');
  });

  it('shows nothing of the card key in an error', () => {
    const image = JSON.parse(liteCard().image());
    image.blocks.CK = `${vectors.cardKey}f`;
    expect(() => parseLiteCardImage(image)).toThrow(CardImageError);
    expect(() => parseLiteCardImage(image)).not.toThrow(vectors.cardKey);
  });
});

describe('the example card', () => {
  const card = createLiteCard(parseLiteCardImage(JSON.parse(EXAMPLE)));

  it('is the image that the card makes of itself', () => {
    expect(card.image()).toBe(EXAMPLE);
  });

  it('gives the known answers of MAC and MAC_A', () => {
    card.powerOn();
    challenge(card);
    const macOf = (...numbers: readonly number[]) => read(card, ...numbers).slice(-32, -16);
    const macs = [macOf(0x82, 0x81), macOf(0, 0x81), macOf(1, 2, 3, 0x81)];
    expect(macs).toEqual([1, 4, 5].map((index) => vectors.macs[index]?.mac));
    const macAs = [macOf(0x82, 0x91), macOf(0x82, 0x86, 0x91), macOf(0x82, 0x86, 0x90, 0x91)];
    expect(macAs).toEqual(vectors.macAReads.map(({ macA }) => macA));
  });

  it('takes the known MAC_A of a Write to STATE', () => {
    const copy = createLiteCard(parseLiteCardImage(JSON.parse(EXAMPLE)));
    copy.powerOn();
    challenge(copy);
    const [state] = vectors.macAWrites;
    const macA = `${state?.macA}${state?.writeCount}`.padEnd(32, '0');
    const request = `08 ${I} 01 0900 02 8092 8091 ${state?.block} ${macA}`;
    expect(ask(copy, request)).toBe(`0c09${I}0000`);
    expect(read(copy, 0x92, 0x81).slice(-32, -16)).toBe(vectors.macs[2]?.mac);
  });
});
