import { describe, expect, it } from 'vitest';
import { buildCard } from '../../../card-emulator/testing/build-card.ts';
import { balanceOf, logOf } from '../../../card-emulator/testing/card-content.ts';

describe('the content of a card', () => {
  it('is its balance, and its log with the newest entry first', () => {
    const debit = { kind: 'debit', amount: 100 } as const;
    const load = { kind: 'load', amount: 500 } as const;
    const card = buildCard('purse').balance(400).history([debit, load]).build();
    expect(balanceOf(card)).toBe(400);
    expect(logOf(card)).toMatchObject([debit, load]);
  });

  it('can be seen without power', () => {
    const card = buildCard('purse').balance(400).build();
    card.powerOn();
    expect(balanceOf(card)).toBe(400);
    card.powerOff();
    expect(balanceOf(card)).toBe(400);
  });

  it('is refused for a card without our purse', () => {
    const card = buildCard('suica').system(0x0003).service(0x090f).build();
    expect(() => balanceOf(card)).toThrow(RangeError);
    expect(() => logOf(card)).toThrow('card: expected one with a purse of our profile');
  });
});
