import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCardImage } from '#emulated-card';
import { milliseconds, yen } from '#units';
import { purseOf } from '../../card-emulator/card/card-inspection.ts';
import { openPcscReader } from '../../terminal/reader/pcsc-reader.ts';
import type { Reader } from '../../terminal/reader/reader.ts';
import { issuedLiteS, liteSam, seededRandom } from '../scheme.ts';
import { Counter } from '../terminal/counter.ts';
import { builtFile, type PcscService, preparePcscService, VIRTUAL_READER } from './pcsc-service.ts';
import { describeWithPcsc } from './pcsc-suite.ts';
import { type CardProcess, cardProcess } from './served-card.ts';

const TAP_WAIT = milliseconds(8_000);
/** Write Without Encryption: RC, STATE, the log, the purse. */
const WRITE = { commandCode: 0x08 };

describeWithPcsc('a sale with a Lite-S through the PC/SC service', () => {
  let service: PcscService;
  let card: CardProcess;
  let reader: Reader;
  let folder: string;
  let loader: Counter;
  let shop: Counter;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kazasu-lite-s-'));
    await writeFile(join(folder, 'card.json'), issuedLiteS(1).image());
    service = await preparePcscService();
    await service.start();
    const serve = [builtFile('card-emulator/main.js'), 'serve', join(folder, 'card.json')];
    card = cardProcess(service.spawnCard([...serve, '--json', '--no-insert']));
    await card.next('serving');
    reader = await openPcscReader({ readerName: VIRTUAL_READER, socketPath: service.socketPath });
    loader = new Counter({ kind: 'load', terminalId: 9, sam: liteSam('load', 9), reader });
    shop = new Counter({ sam: liteSam('pos', 42), reader });
    for (const counter of [loader, shop]) await counter.start();
  });

  afterAll(async () => {
    await reader.close();
    for (const counter of [loader, shop]) await counter.stop();
    await service.stop();
    await rm(folder, { recursive: true });
  });

  async function tap(at: Counter, saleId: string, amount: number): Promise<unknown> {
    card.tell({ command: 'insert' });
    const kind = at === loader ? 'load' : 'debit';
    const outcome = await at.terminal.tap({ saleId, kind, amount: yen(amount) }, TAP_WAIT);
    card.tell({ command: 'remove' });
    expect(await reader.waitForRemoval(TAP_WAIT)).toBe(true);
    return outcome;
  }

  async function balance(): Promise<number | undefined> {
    const image = await readFile(join(folder, 'card.json'), 'utf8');
    return purseOf(openCardImage(image, { random: seededRandom('balance') }))?.balance;
  }

  it('loads, and takes the money once when the card is pulled at the write of its purse', async () => {
    expect(await tap(loader, 'load', 5_000)).toMatchObject({ outcome: 'approved' });
    for (const _ of ['RC', 'STATE', 'log']) {
      card.tell({ command: 'fault', at: WRITE, effect: 'late', delay: 1 });
    }
    card.tell({ command: 'fault', at: WRITE, moment: 'after-commit' });
    expect(await tap(shop, 'sale', 650)).toMatchObject({ outcome: 'unresolved' });
    expect(await tap(shop, 'sale', 650)).toMatchObject({
      outcome: 'approved',
      resolution: 'at-re-tap',
    });
    expect(await balance()).toBe(4_350);
    expect(await shop.records()).toMatchObject([{ cardProfile: 'lite-s', amount: 650 }]);
  });
});
