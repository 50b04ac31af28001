import { describe, expect, it } from 'vitest';
import { createFelicaCard, FelicaCard, openCardImage } from '#emulated-card';
import { nodeCode, systemCode } from '#felica/identifiers';
import { businessDate, yen } from '#units';
import { purseOf } from '../../../card-emulator/card/card-inspection.ts';
import { newCard } from '../../../card-emulator/card/new-card.ts';
import { countingRandom, frame, toHex } from './test-card.ts';

const NAMES = ['purse', 'suica', 'rc-sa', 'hce-f'] as const;

function fresh(name: (typeof NAMES)[number], balance = 3_450): FelicaCard {
  const card = createFelicaCard(
    newCard(name, {
      balance: yen(balance),
      expiry: businessDate('2031-03-31'),
      random: countingRandom,
    }),
    { random: countingRandom },
  );
  card.powerOn();
  return card;
}

describe.each(NAMES)('a new %s card', (name) => {
  it('is a card, and the same one from its image', () => {
    const card = fresh(name);
    const copy = openCardImage(card.image(), { random: countingRandom });
    expect(copy).toBeInstanceOf(FelicaCard);
    expect(copy.image()).toBe(card.image());
    expect(JSON.parse(card.image())).toMatchObject({ personality: name });
  });

  it('is found by a reader that asks for any system, with the PMm of its kind', () => {
    const card = fresh(name);
    const answer = card.exchange(frame('00 ffff 00 00'));
    expect(toHex(answer)).toBe(`1201${toHex(card.idm)}${toHex(card.pmm)}`);
  });

  it('shows its balance in its purse', () => {
    const code = name === 'suica' ? [0x0003, 0x0810] : [0x4b5a, name === 'hce-f' ? 0x1017 : 0x1010];
    const [purse] = fresh(name).storedBlocks(systemCode(code[0]!), nodeCode(code[1]!));
    expect(toHex(purse)).toMatch(/^7a0d0000/);
  });

  it('takes no balance above the limit', () => {
    expect(() => fresh(name, 50_001)).toThrow('balance: expected at most 50000 yen');
  });
});

describe('new cards of a kind', () => {
  it('bear the manufacturer code that readers expect', () => {
    const heads = NAMES.map((name) => toHex(fresh(name).idm)?.slice(0, 4));
    expect(heads).toEqual(['0112', '0112', '0112', '02fe']);
  });

  it('show a transit balance to anyone, in card information and history', () => {
    const card = fresh('suica');
    const read = frame(`06 ${toHex(card.idm)} 02 8b00 0f09 02 8000 8100`);
    expect(toHex(card.exchange(read))).toContain('0000027a0d'.slice(0, 6));
    expect(toHex(card.exchange(read))?.slice(26 + 22, 26 + 26)).toBe('7a0d');
  });

  it('are cards of our profile where they are purse cards', () => {
    expect(purseOf(fresh('purse'))?.balance).toBe(3_450);
  });
});
