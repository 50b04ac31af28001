import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type EmulatedCard, openCardImage } from '#emulated-card';
import { summaryOf } from '../../card-emulator/command/card-text.ts';
import aes from '../vectors/felica-aes-session.json' with { type: 'json' };
import des from '../vectors/felica-des-session.json' with { type: 'json' };
import { frame, hex, toHex } from './card/test-card.ts';

const FOLDER = 'card-emulator/examples';

async function example(name: string, randoms: readonly string[] = []): Promise<EmulatedCard> {
  const drawn = randoms.map(hex);
  const random = (byteCount: number): Uint8Array => drawn.shift() ?? new Uint8Array(byteCount);
  const card = openCardImage(await readFile(`${FOLDER}/${name}.json`, 'utf8'), { random });
  card.powerOn();
  return card;
}

describe('the example cards', () => {
  it('are one of each kind, and the three of the known answers', async () => {
    const names = (await readdir(FOLDER)).map((file) => file.replace('.json', '')).toSorted();
    expect(names).toEqual([
      'aes-known-answers',
      'des-known-answers',
      'hce-f',
      'lite',
      'lite-s',
      'lite-s-known-answers',
      'purse',
      'rc-sa',
      'suica',
    ]);
  });

  it.each(['purse', 'suica', 'rc-sa', 'hce-f', 'lite', 'lite-s'])(
    'have a %s card that readers find',
    async (name) => {
      const card = await example(name);
      expect(summaryOf(card).personality).toBe(name);
      expect(toHex(card.exchange(frame('00 ffff 00 00')))).toContain(toHex(card.idm));
      const text = await readFile(`${FOLDER}/${name}.json`, 'utf8');
      expect(JSON.parse(card.image())).toEqual(JSON.parse(text));
    },
  );

  it('have the card of the published DES session', async () => {
    const card = await example('des-known-answers', [des.random2]);
    for (const { request, response } of [
      des.authentication1,
      des.authentication2,
      ...des.exchanges,
    ]) {
      expect(toHex(card.exchange(hex(request)))).toBe(toHex(hex(response)));
    }
  });

  it('have the card of the published AES session', async () => {
    const card = await example('aes-known-answers', [aes.random2, aes.random3]);
    for (const step of ['authentication1', 'authentication2', 'write', 'read'] as const) {
      const { request, response } = aes[step];
      expect(toHex(card.exchange(hex(request)))).toBe(toHex(hex(response)));
    }
  });
});
