import { afterAll, beforeAll, expect, it } from 'vitest';
import { milliseconds, yen } from '#units';
import type { SaleOutcome } from '../../terminal/purse-terminal.ts';
import { PCSC_BINDINGS } from '../../terminal/reader/pcsc-binding.ts';
import type { Reader } from '../../terminal/reader/reader.ts';
import { issuedCard } from '../scheme.ts';
import { CardService } from './card-service.ts';
import { missingForBinding, VIRTUAL_READER } from './pcsc-service.ts';
import { describeWithPcsc } from './pcsc-suite.ts';
import {
  bindingProcessId,
  LOADED,
  loaded,
  type SaleTerminal,
  saleTerminal,
} from './sale-terminal.ts';
import type { CardProcess } from './served-card.ts';

const TAP_WAIT = milliseconds(8_000);
const PRICE = 350;
const WRITE_V2 = 0x46;
const SERVICE = 'the service';
/** Long enough to end a process before the answer is due. */
const ANSWER_MS = 1_500;

for (const binding of PCSC_BINDINGS) {
  const suite = (): void => {
    let cards: CardService;
    let imagePath: string;
    let card: CardProcess;
    let reader: Reader;
    let shop: SaleTerminal;
    /** What happens once between the intent on disk and the write. */
    let disturb: (() => Promise<void>) | undefined;

    beforeAll(async () => {
      cards = await CardService.start();
      imagePath = await cards.writeImage('card.json', await loaded(issuedCard(1)));
      card = await cards.serve(imagePath);
      reader = await cards.openReader({ binding, restartMsMax: 200 });
      const onIntent = async (): Promise<void> => {
        const happens = disturb;
        disturb = undefined;
        await happens?.();
      };
      const { folder } = cards;
      shop = await saleTerminal({ kind: 'pos', terminalId: 42, reader, folder, onIntent });
    });

    afterAll(async () => {
      await reader.close();
      await shop.journal.close();
      await cards.stop();
    });

    function pay(saleId: string): Promise<SaleOutcome> {
      return shop.terminal.tap({ saleId, kind: 'debit', amount: yen(PRICE) }, TAP_WAIT);
    }

    /** The card is lifted and comes back: one tap pays one sale. */
    async function liftCard(): Promise<void> {
      card.tell({ command: 'remove' });
      expect(await reader.waitForRemoval(TAP_WAIT)).toBe(true);
      card.tell({ command: 'insert' });
      expect(await reader.waitForCard(TAP_WAIT)).toBe(true);
    }

    const killBinding = (): Promise<void> => {
      process.kill(bindingProcessId(binding, VIRTUAL_READER), 'SIGKILL');
      return Promise.resolve();
    };
    const ENDS = [
      [SERVICE, () => cards.service.kill(), () => cards.service.start()],
      ['the process with the binding', killBinding, () => Promise.resolve()],
    ] as const;

    it.each(ENDS)(
      'is unresolved when %s dies between intent and write, and paid at the next try',
      async (what, kill, comeBack) => {
        const saleId = `before the write: ${what}`;
        const before = (await cards.balanceOf(imagePath)) ?? 0;
        disturb = kill;
        expect(await pay(saleId)).toMatchObject({ outcome: 'unresolved' });
        expect(await cards.balanceOf(imagePath)).toBe(before);
        await comeBack();
        expect(await pay(saleId)).toMatchObject({ outcome: 'approved' });
        expect(await cards.balanceOf(imagePath)).toBe(before - PRICE);
        await liftCard();
      },
    );

    it.each(ENDS)(
      'is unresolved when %s dies during the write, and found to be paid at the next try',
      async (what, kill, comeBack) => {
        const saleId = `during the write: ${what}`;
        const before = (await cards.balanceOf(imagePath)) ?? 0;
        const at = { commandCode: WRITE_V2 };
        card.tell({ command: 'fault', at, effect: 'late', delay: ANSWER_MS });
        const paying = pay(saleId);
        await card.next('fault');
        await kill();
        expect(await paying).toMatchObject({ outcome: 'unresolved' });
        await comeBack();
        if (what === SERVICE) {
          // Its power went in mid-command, and so the card has been taken away.
          await card.next('torn');
          card.tell({ command: 'insert' });
        }
        expect(await pay(saleId)).toMatchObject({ outcome: 'approved', resolution: 'at-re-tap' });
        expect(await cards.balanceOf(imagePath)).toBe(before - PRICE);
        await liftCard();
      },
    );

    it('has taken each price once in the end', async () => {
      expect(await cards.balanceOf(imagePath)).toBe(LOADED - 4 * PRICE);
      expect(await shop.journal.unresolvedIntents()).toEqual([]);
    });
  };
  describeWithPcsc(`a sale in an outage of PC/SC, by ${binding}`, suite, () =>
    missingForBinding(binding),
  );
}
