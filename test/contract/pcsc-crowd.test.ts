import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCardImage } from '#emulated-card';
import { milliseconds, yen } from '#units';
import { purseOf } from '../../card-emulator/card/card-inspection.ts';
import type { SaleOutcome } from '../../terminal/purse-terminal.ts';
import { PCSC_BINDINGS } from '../../terminal/reader/pcsc-binding.ts';
import type { Reader } from '../../terminal/reader/reader.ts';
import { hceFPhone, phoneWithoutPurse, phoneWithPurse, purseIdmOfPhone } from '../phone.ts';
import { cardIdm, issuedCard, seededRandom } from '../scheme.ts';
import { CardService } from './card-service.ts';
import { builtFile, missingForBinding } from './pcsc-service.ts';
import { describeWithPcsc } from './pcsc-suite.ts';
import { LOADED, loaded, type SaleTerminal, saleTerminal } from './sale-terminal.ts';
import { type CardProcess, cardProcess } from './served-card.ts';

const TAP_WAIT = milliseconds(8_000);
const PRICE = 350;
const WRITE_V2 = 0x46;
const [FIRST, SECOND, PHONE, OTHER_PHONE, APP, APP_AGAIN] = [0, 1, 2, 3, 4, 5];

for (const binding of PCSC_BINDINGS) {
  const suite = (): void => {
    let cards: CardService;
    let hand: CardProcess;
    let reader: Reader;
    let shop: SaleTerminal;

    beforeAll(async () => {
      cards = await CardService.start();
      const held = [
        await loaded(issuedCard(1)),
        await loaded(issuedCard(2)),
        await loaded(phoneWithPurse(3)),
        phoneWithoutPurse(4),
        hceFPhone(5, 0x4000),
        hceFPhone(6, 0x4000),
      ];
      const paths = held.map((card, number) => cards.writeImage(`card-${number}.json`, card));
      const program = `${import.meta.dirname}/crowd-card.mjs`;
      const args = [program, builtFile('.'), ...(await Promise.all(paths))];
      hand = cardProcess(cards.service.spawnCard(args));
      await hand.next('ready');
      reader = await cards.openReader({ binding });
      const { folder } = cards;
      shop = await saleTerminal({ kind: 'pos', terminalId: 42, reader, folder });
    });

    afterAll(async () => {
      await reader.close();
      await shop.journal.close();
      await cards.stop();
    });

    async function tell(command: Readonly<Record<string, unknown>>): Promise<void> {
      hand.tell(command);
      await hand.next('obeyed');
    }

    function pay(saleId: string): Promise<SaleOutcome> {
      return shop.terminal.tap({ saleId, kind: 'debit', amount: yen(PRICE) }, TAP_WAIT);
    }

    async function payWith(held: readonly number[], saleId: string): Promise<SaleOutcome> {
      await tell({ command: 'hold', cards: held });
      return pay(saleId);
    }

    async function leave(): Promise<void> {
      await tell({ command: 'remove' });
      expect(await reader.waitForRemoval(TAP_WAIT)).toBe(true);
    }

    async function balanceOf(card: number): Promise<number | undefined> {
      hand.tell({ command: 'image', card });
      const { image } = await hand.next('image');
      return purseOf(openCardImage(String(image), { random: seededRandom('balance') }))?.balance;
    }

    it('knows its codec from two cards, and lets neither pay until one is gone', async () => {
      expect(await payWith([FIRST, SECOND], 'two')).toMatchObject({
        outcome: 'no-tap',
        reason: 'two-cards',
      });
      expect(reader.capabilities.rawFrame).toBe(true);
      expect(await balanceOf(FIRST)).toBe(LOADED);
      await tell({ command: 'take', card: SECOND });
      expect(await pay('two')).toMatchObject({
        outcome: 'approved',
        intent: { idm: cardIdm(1) },
      });
      await leave();
    });

    it('goes on with the first card when a second one comes at the write', async () => {
      await tell({ command: 'at', code: WRITE_V2, add: SECOND });
      expect(await payWith([FIRST], 'second comes')).toMatchObject({ outcome: 'approved' });
      await leave();
      expect(await balanceOf(FIRST)).toBe(LOADED - 2 * PRICE);
      expect(await balanceOf(SECOND)).toBe(LOADED);
    });

    it('finds the purse of a phone that the reader names by another system', async () => {
      expect(await payWith([PHONE], 'phone')).toMatchObject({
        outcome: 'approved',
        intent: { idm: purseIdmOfPhone(3) },
      });
      await leave();
      expect(await balanceOf(PHONE)).toBe(LOADED - PRICE);
    });

    it.each([
      ['other systems', OTHER_PHONE],
      ['an app', APP],
      ['an app and a new IDm', APP_AGAIN],
    ])('refuses a phone with %s', async (what, phone) => {
      expect(await payWith([phone], what)).toMatchObject({
        outcome: 'no-tap',
        reason: 'no-purse',
      });
      await leave();
    });
  };
  describeWithPcsc(`two cards and phones at a PC/SC reader, by ${binding}`, suite, () =>
    missingForBinding(binding),
  );
}
