import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANY_SYSTEM, decodePollingResponse, encodePollingRequest } from '#felica/polling';
import type { FelicaCard } from '../../../card-emulator/card/open-card.ts';
import { describeOutcome } from '../../../terminal/point-of-sale/outcome-text.ts';
import { hceFPhone, phoneWithoutPurse, phoneWithPurse, purseIdmOfPhone } from '../../phone.ts';
import { cardIdm } from '../../scheme.ts';
import { balanceOf, Counter } from '../counter.ts';

const WRITE_V2 = 0x46;
let shop: Counter;

beforeEach(async () => {
  shop = new Counter();
  await shop.start();
});

afterEach(() => shop.stop());

async function load(card: FelicaCard): Promise<void> {
  const loader = new Counter({ kind: 'load', terminalId: 9 });
  await loader.start();
  expect(await loader.tap(card, 'load', 5_000)).toMatchObject({ outcome: 'approved' });
  await loader.stop();
}

describe('a phone with several systems', () => {
  it('answers the wildcard for its first system, under another IDm than for ours', () => {
    const phone = phoneWithPurse(1);
    phone.powerOn();
    const polling = { systemCode: ANY_SYSTEM, requestCode: 0, timeSlots: 0 } as const;
    const answer = phone.exchange(encodePollingRequest(polling));
    expect(answer && decodePollingResponse(answer)?.idm).toEqual(cardIdm(1));
  });

  it('pays from the purse of ours, which is not its first system', async () => {
    const phone = phoneWithPurse(1);
    await load(phone);
    expect(await shop.tap(phone, 'sale', 350)).toMatchObject({
      outcome: 'approved',
      intent: { idm: purseIdmOfPhone(1) },
    });
    expect(balanceOf(phone)).toBe(4_650);
  });

  it.each(['before-commit', 'after-commit'] as const)(
    'finishes at its next touch a sale that was torn %s',
    async (moment) => {
      const phone = phoneWithPurse(1);
      await load(phone);
      const torn = { commandCode: WRITE_V2, moment };
      expect(await shop.tap(phone, 'sale', 350, [torn])).toMatchObject({ outcome: 'unresolved' });
      expect(await shop.tap(phone, 'sale', 350)).toMatchObject({ outcome: 'approved' });
      expect(balanceOf(phone)).toBe(4_650);
    },
  );

  it('is refused without our system, in words that fit a phone', async () => {
    const outcome = await shop.tap(phoneWithoutPurse(1), 'sale', 350);
    expect(outcome).toMatchObject({ outcome: 'no-tap', reason: 'no-purse' });
    expect(describeOutcome(outcome)).toContain('no purse of ours is on this card or phone');
  });
});

describe('a phone that emulates a card in an app', () => {
  it('is refused at each tap, whatever IDm it has drawn', async () => {
    for (const tap of [1, 2, 3]) {
      expect(await shop.tap(hceFPhone(tap, 0x4000), `sale ${tap}`, 350)).toMatchObject({
        outcome: 'no-tap',
        reason: 'no-purse',
      });
    }
  });

  it('is written nothing to where it has our system code and none of our keys', async () => {
    const outcome = await shop.tap(hceFPhone(1, 0x4b5a), 'sale', 350);
    expect(outcome).toMatchObject({ outcome: 'no-tap', reason: 'card-left' });
    expect(await shop.journal.intentsOfSale('sale')).toEqual([]);
  });
});
