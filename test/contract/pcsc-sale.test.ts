import { afterAll, beforeAll, expect, it } from 'vitest';
import { milliseconds, yen } from '#units';
import type { Journal } from '../../terminal/journal/journal.ts';
import type { PurseTerminal, SaleOutcome } from '../../terminal/purse-terminal.ts';
import type { Reader } from '../../terminal/reader/reader.ts';
import { issuedCard } from '../scheme.ts';
import { CardService } from './card-service.ts';
import { missingForBinding } from './pcsc-service.ts';
import { describeWithPcsc } from './pcsc-suite.ts';
import { saleTerminal } from './sale-terminal.ts';
import type { CardProcess } from './served-card.ts';

const TAP_WAIT = milliseconds(8_000);

// Each test goes on with the card of the one before, as a day at a counter does.
const PATHS = [
  { binding: 'nfc-pcsc', codec: 'acs-raw' },
  { binding: 'nfc-pcsc', codec: 'acr122' },
  { binding: 'nfc-pcsc', codec: 'sony-fffe' },
  { binding: 'nfc-pcsc', codec: 'transparent' },
  { binding: 'smartcard', codec: 'acs-raw' },
  { binding: 'smartcard', codec: 'transparent' },
] as const;

for (const { binding, codec } of PATHS) {
  const suite = (): void => {
    let cards: CardService;
    let card: CardProcess;
    let reader: Reader;
    let imagePath: string;
    let loader: PurseTerminal;
    let shop: PurseTerminal;
    const journals: Journal[] = [];

    beforeAll(async () => {
      cards = await CardService.start();
      imagePath = await cards.writeImage('card.json', issuedCard(1));
      card = await cards.serve(imagePath, ['--no-insert', '--reader', codec]);
      reader = await cards.openReader({ binding });
      loader = await terminal('load', 9);
      shop = await terminal('pos', 42);
    });

    afterAll(async () => {
      await reader.close();
      for (const journal of journals) await journal.close();
      await cards.stop();
    });

    async function terminal(kind: 'load' | 'pos', terminalId: number): Promise<PurseTerminal> {
      const { folder } = cards;
      const opened = await saleTerminal({ kind, terminalId, reader, folder });
      journals.push(opened.journal);
      return opened.terminal;
    }

    async function tap(
      at: PurseTerminal,
      saleId: string,
      amount: number,
      moment?: 'before-commit' | 'after-commit',
    ): Promise<SaleOutcome> {
      if (moment !== undefined) {
        card.tell({ command: 'tear', moment });
        await card.next('obeyed');
      }
      card.tell({ command: 'insert' });
      const kind = at === loader ? 'load' : 'debit';
      const outcome = await at.tap({ saleId, kind, amount: yen(amount) }, TAP_WAIT);
      card.tell({ command: 'remove' });
      expect(await reader.waitForRemoval(TAP_WAIT)).toBe(true);
      return outcome;
    }

    it('loads and sells, and the card has kept both', async () => {
      expect(await tap(loader, 'load 1', 5_000)).toMatchObject({ outcome: 'approved' });
      expect(await tap(shop, 'sale 1', 350)).toMatchObject({
        outcome: 'approved',
        resolution: 'at-tap',
        intent: { balanceBefore: 5_000, balanceAfter: 4_650 },
      });
      expect(await cards.balanceOf(imagePath)).toBe(4_650);
      expect(reader.capabilities.codecName).toBe(codec);
    });

    it.each([
      ['before-commit', 'the write reached the card', 4_000],
      ['after-commit', 'its answer got out', 3_350],
    ] as const)(
      '%s: takes the money once when the card is pulled before %s',
      async (moment, _, after) => {
        const saleId = `sale ${moment}`;
        expect(await tap(shop, saleId, 650, moment)).toMatchObject({ outcome: 'unresolved' });
        expect(await tap(shop, saleId, 650)).toMatchObject({ outcome: 'approved' });
        expect(await cards.balanceOf(imagePath)).toBe(after);
      },
    );
  };
  describeWithPcsc(`sale by ${binding}, ${codec}`, suite, () => missingForBinding(binding));
}
