import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCardImage } from '#emulated-card';
import { purseOf } from '../../card-emulator/card/card-inspection.ts';
import { openPcscReader } from '../../terminal/reader/pcsc-reader.ts';
import type { PcscReaderOptions } from '../../terminal/reader/pcsc-reader-options.ts';
import type { Reader } from '../../terminal/reader/reader.ts';
import { seededRandom } from '../scheme.ts';
import { builtFile, type PcscService, preparePcscService, VIRTUAL_READER } from './pcsc-service.ts';
import { type CardProcess, cardProcess } from './served-card.ts';

/** A PC/SC service of the tests' own, and emulated cards that are served in it from files of a folder. */
export class CardService {
  readonly service: PcscService;
  readonly folder: string;

  private constructor(service: PcscService, folder: string) {
    this.service = service;
    this.folder = folder;
  }

  static async prepare(): Promise<CardService> {
    const folder = await mkdtemp(join(tmpdir(), 'kazasu-cards-'));
    return new CardService(await preparePcscService(), folder);
  }

  static async start(): Promise<CardService> {
    const prepared = await CardService.prepare();
    await prepared.service.start();
    return prepared;
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await rm(this.folder, { recursive: true });
  }

  async writeImage(name: string, card: { image(): string }): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, card.image());
    return path;
  }

  /** Serves the image by `kazasu card serve`; resolves once the card has come, or could come. */
  async serve(imagePath: string, args: readonly string[] = []): Promise<CardProcess> {
    const program = [builtFile('card-emulator/main.js'), 'serve', imagePath, '--json', ...args];
    const card = cardProcess(this.service.spawnCard(program));
    await card.next(args.includes('--no-insert') ? 'serving' : 'connected');
    return card;
  }

  /** What the purse of a served card holds, by its file. */
  async balanceOf(imagePath: string): Promise<number | undefined> {
    const image = await readFile(imagePath, 'utf8');
    return purseOf(openCardImage(image, { random: seededRandom('balance') }))?.balance;
  }

  openReader(options: PcscReaderOptions = {}): Promise<Reader> {
    const { socketPath } = this.service;
    return openPcscReader({ readerName: VIRTUAL_READER, socketPath, ...options });
  }
}
