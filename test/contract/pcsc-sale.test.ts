import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCardImage } from '#emulated-card';
import { milliseconds, yen } from '#units';
import { purseOf } from '../../card-emulator/card/card-inspection.ts';
import { openDiskFile } from '../../terminal/journal/disk-file.ts';
import { Journal } from '../../terminal/journal/journal.ts';
import { PurseTerminal, type SaleOutcome } from '../../terminal/purse-terminal.ts';
import { openPcscReader } from '../../terminal/reader/pcsc-reader.ts';
import type { Reader } from '../../terminal/reader/reader.ts';
import { ISSUER_ID, issuedCard, KEY_VERSION, NOON, seededRandom, testSam } from '../scheme.ts';
import {
  builtFile,
  describeWithPcsc,
  missingForBinding,
  type PcscService,
  preparePcscService,
  VIRTUAL_READER,
} from './pcsc-service.ts';
import { type CardProcess, cardProcess } from './served-card.ts';

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
    let service: PcscService;
    let card: CardProcess;
    let reader: Reader;
    let folder: string;
    let loader: PurseTerminal;
    let shop: PurseTerminal;
    const journals: Journal[] = [];

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'kazasu-sale-'));
      await writeFile(join(folder, 'card.json'), issuedCard(1).image());
      service = await preparePcscService();
      await service.start();
      const serve = [builtFile('card-emulator/main.js'), 'serve', join(folder, 'card.json')];
      card = cardProcess(service.spawnCard([...serve, '--json', '--no-insert', '--reader', codec]));
      await card.next('serving');
      reader = await openPcscReader({
        readerName: VIRTUAL_READER,
        socketPath: service.socketPath,
        binding,
      });
      loader = await terminal('load', 9);
      shop = await terminal('pos', 42);
    });

    afterAll(async () => {
      await reader.close();
      for (const journal of journals) await journal.close();
      await service.stop();
      await rm(folder, { recursive: true });
    });

    async function terminal(kind: 'load' | 'pos', terminalId: number): Promise<PurseTerminal> {
      const sam = testSam(kind, terminalId);
      const now = (): typeof NOON => NOON;
      const file = await openDiskFile(join(folder, `${kind}.log`));
      const journal = await Journal.open({ file, terminalId, sam, now });
      journals.push(journal);
      const limits = { issuerId: ISSUER_ID, keyVersion: KEY_VERSION, amountMax: yen(30_000) };
      return new PurseTerminal({ terminalId, reader, sam, journal, limits, now });
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

    async function balance(): Promise<number | undefined> {
      const image = await readFile(join(folder, 'card.json'), 'utf8');
      return purseOf(openCardImage(image, { random: seededRandom('balance') }))?.balance;
    }

    it('loads and sells, and the card has kept both', async () => {
      expect(await tap(loader, 'load 1', 5_000)).toMatchObject({ outcome: 'approved' });
      expect(await tap(shop, 'sale 1', 350)).toMatchObject({
        outcome: 'approved',
        resolution: 'at-tap',
        intent: { balanceBefore: 5_000, balanceAfter: 4_650 },
      });
      expect(await balance()).toBe(4_650);
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
        expect(await balance()).toBe(after);
      },
    );
  };
  describeWithPcsc(`sale by ${binding}, ${codec}`, suite, () => missingForBinding(binding));
}
