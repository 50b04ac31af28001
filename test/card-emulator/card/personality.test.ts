import { describe, expect, it } from 'vitest';
import { createFelicaCard, type FelicaCard } from '#emulated-card';
import { businessDate, yen } from '#units';
import { newCard } from '../../../card-emulator/card/new-card.ts';
import { PERSONALITIES } from '../../../card-emulator/card/personality.ts';
import { countingRandom, frame, toHex } from './test-card.ts';

const NAMES = ['purse', 'suica', 'rc-sa', 'hce-f'] as const;

function fresh(name: (typeof NAMES)[number]): FelicaCard {
  const expiry = businessDate('2031-03-31');
  const made = newCard(name, { balance: yen(1_000), expiry, random: countingRandom });
  const card = createFelicaCard(made, { random: countingRandom });
  card.powerOn();
  return card;
}

/** Whether a card of each kind answers, in the order of {@link NAMES}. */
function whoAnswers(fields: (idm: string) => string): readonly boolean[] {
  return NAMES.map((name) => {
    const card = fresh(name);
    return card.exchange(frame(fields(toHex(card.idm)!))) !== undefined;
  });
}

describe('the kinds of card', () => {
  it('all answer the oldest inquiries', () => {
    expect(whoAnswers((idm) => `04 ${idm}`)).toEqual([true, true, true, true]);
    expect(whoAnswers((idm) => `0c ${idm}`)).toEqual([true, true, true, true]);
  });

  it('differ in who knows the newer ones', () => {
    expect(whoAnswers((idm) => `32 ${idm} 01 0000`)).toEqual([true, false, true, false]);
    expect(whoAnswers((idm) => `3e ${idm} 0000`)).toEqual([true, false, true, false]);
    expect(whoAnswers((idm) => `1a ${idm} 0000 0100`)).toEqual([true, false, false, false]);
  });

  it('differ in their schemes; a phone has none', () => {
    const des = whoAnswers((idm) => `10 ${idm} 01 0000 01 0000 ${'5c'.repeat(8)}`);
    const aes = whoAnswers((idm) => `40 ${idm} 00 01 0000 ${'5c'.repeat(16)}`);
    expect(des).toEqual([false, true, true, false]);
    expect(aes).toEqual([true, false, true, false]);
  });

  it('differ in whether they overlook bytes behind a command', () => {
    expect(whoAnswers((idm) => `04 ${idm} 00`)).toEqual([true, true, false, false]);
    expect(whoAnswers(() => '00 ffff 00 00 5c')).toEqual([true, true, false, false]);
  });

  it('differ in the request codes of Polling', () => {
    const lengths = NAMES.map((name) => fresh(name).exchange(frame('00 ffff 02 00'))?.length);
    expect(lengths).toEqual([20, 18, 20, 18]);
  });

  it('differ in how many blocks they read and how they count a fault', () => {
    const suica = fresh('suica');
    const idm = toHex(suica.idm)!;
    const read = (count: number): string | undefined =>
      toHex(
        suica.exchange(
          frame(`06 ${idm} 01 0f09 ${count.toString(16).padStart(2, '0')} ${'8000'.repeat(count)}`),
        ),
      );
    expect(read(12)).toContain('00000c');
    expect(read(13)).toMatch(/ffa2$/);
    const third = suica.exchange(frame(`06 ${idm} 01 0f09 03 8000 8000 8099`));
    expect(toHex(third)).toMatch(/03a8$/);
  });

  it('have the name they are listed under', () => {
    for (const name of NAMES) expect(PERSONALITIES[name].name).toBe(name);
  });
});
