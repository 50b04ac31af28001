import { afterAll, beforeAll, expect, it } from 'vitest';
import { milliseconds, yen } from '#units';
import { VPCD_PORT } from '../../card-emulator/link/vpcd.ts';
import type { SaleOutcome } from '../../terminal/purse-terminal.ts';
import { PCSC_BINDINGS } from '../../terminal/reader/pcsc-binding.ts';
import type { Reader } from '../../terminal/reader/reader.ts';
import { cardIdm, issuedCard } from '../scheme.ts';
import { CardService } from './card-service.ts';
import { missingForBinding, SECOND_VIRTUAL_READER, VIRTUAL_READER } from './pcsc-service.ts';
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

/** One of two counters at the same service: a reader, a terminal, a card and its hand. */
interface Side extends SaleTerminal {
  readonly reader: Reader;
  readonly card: CardProcess;
  readonly imagePath: string;
}

for (const binding of PCSC_BINDINGS) {
  const suite = (): void => {
    let cards: CardService;
    let left: Side;
    let right: Side;

    beforeAll(async () => {
      cards = await CardService.start();
      left = await side(1, VIRTUAL_READER, VPCD_PORT);
      right = await side(2, SECOND_VIRTUAL_READER, VPCD_PORT + 1);
    });

    afterAll(async () => {
      for (const { reader, journal } of [left, right]) {
        await reader.close();
        await journal.close();
      }
      await cards.stop();
    });

    async function side(number: number, readerName: string, port: number): Promise<Side> {
      const image = await loaded(issuedCard(number));
      const imagePath = await cards.writeImage(`card-${number}.json`, image);
      const card = await cards.serve(imagePath, ['--no-insert', '--port', `${port}`]);
      const reader = await cards.openReader({ readerName, binding, restartMsMax: 200 });
      const { folder } = cards;
      const sale = await saleTerminal({ kind: 'pos', terminalId: 40 + number, reader, folder });
      return { ...sale, reader, card, imagePath };
    }

    function pay(at: Side, saleId: string): Promise<SaleOutcome> {
      at.card.tell({ command: 'insert' });
      return tap(at, saleId);
    }

    /** With the card that lies there. */
    function tap({ terminal }: Side, saleId: string): Promise<SaleOutcome> {
      return terminal.tap({ saleId, kind: 'debit', amount: yen(PRICE) }, TAP_WAIT);
    }

    async function leave(...sides: readonly Side[]): Promise<void> {
      for (const { card } of sides) card.tell({ command: 'remove' });
      const gone = sides.map(({ reader }) => reader.waitForRemoval(TAP_WAIT));
      expect(await Promise.all(gone)).toEqual(sides.map(() => true));
    }

    it.each([
      ['no name', ''],
      ['a name that fits both', 'Virtual'],
    ])('refuse %s, and tell theirs', async (_, readerName) => {
      await expect(cards.openReader({ readerName, binding })).rejects.toMatchObject({
        name: 'ReaderError',
        code: 'READER_AMBIGUOUS',
        message: expect.stringContaining(`${VIRTUAL_READER}, ${SECOND_VIRTUAL_READER}`),
      });
    });

    it('serve each its own card at the same time', async () => {
      const paid = await Promise.all([pay(left, 'both'), pay(right, 'both')]);
      await leave(left, right);
      expect(paid).toMatchObject([
        { outcome: 'approved', intent: { idm: cardIdm(1) } },
        { outcome: 'approved', intent: { idm: cardIdm(2) } },
      ]);
    });

    it('do not learn of a card that is torn from the other', async () => {
      left.card.tell({ command: 'tear', moment: 'after-commit' });
      await left.card.next('obeyed');
      const [torn, whole] = await Promise.all([pay(left, 'torn'), pay(right, 'whole')]);
      expect([torn.outcome, whole.outcome]).toEqual(['unresolved', 'approved']);
      await leave(left, right);
      expect(await pay(left, 'torn')).toMatchObject({ outcome: 'approved' });
      await leave(left);
    });

    it('do not learn of a process that dies in mid-write at the other', async () => {
      const at = { commandCode: 0x46 };
      left.card.tell({ command: 'fault', at, effect: 'late', delay: 1_500 });
      await left.card.next('obeyed');
      const dying = pay(left, 'dying');
      await left.card.next('fault');
      process.kill(bindingProcessId(binding, VIRTUAL_READER), 'SIGKILL');
      expect(await pay(right, 'beside')).toMatchObject({ outcome: 'approved' });
      expect(await dying).toMatchObject({ outcome: 'unresolved' });
      expect(await tap(left, 'dying')).toMatchObject({ outcome: 'approved' });
      await leave(left, right);
    });

    it('have taken each price once in the end', async () => {
      expect(await cards.balanceOf(left.imagePath)).toBe(LOADED - 3 * PRICE);
      expect(await cards.balanceOf(right.imagePath)).toBe(LOADED - 3 * PRICE);
      for (const { journal } of [left, right]) {
        expect(await journal.unresolvedIntents()).toEqual([]);
      }
    });
  };
  describeWithPcsc(`two readers at one service, by ${binding}`, suite, () =>
    missingForBinding(binding),
  );
}
