import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openPcscReader } from '../../terminal/reader/pcsc-reader.ts';
import { cardIdm, issuedCard } from '../scheme.ts';
import {
  builtFile,
  describeWithPcsc,
  missingForBinding,
  type PcscService,
  preparePcscService,
  VIRTUAL_READER,
} from './pcsc-service.ts';
import { readerContract } from './reader-contract.ts';
import { type CardProcess, cardProcess } from './served-card.ts';

/** How the virtual reader takes its packets; the reader under test finds out by itself. */
const CODECS = [
  { binding: 'nfc-pcsc', codec: 'acs-raw', frameBytesMax: 255 },
  { binding: 'nfc-pcsc', codec: 'acr122', frameBytesMax: 253 },
  { binding: 'nfc-pcsc', codec: 'sony-fffe', frameBytesMax: 255 },
  { binding: 'nfc-pcsc', codec: 'transparent', frameBytesMax: 245 },
  { binding: 'smartcard', codec: 'acs-raw', frameBytesMax: 255 },
] as const;

for (const { binding, codec, frameBytesMax } of CODECS) {
  const suite = (): void => {
    let service: PcscService;
    let card: CardProcess;
    let folder: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'kazasu-card-'));
      const imagePath = join(folder, 'card.json');
      await writeFile(imagePath, issuedCard(1).image());
      service = await preparePcscService();
      await service.start();
      const program = builtFile('card-emulator/main.js');
      card = cardProcess(
        service.spawnCard([
          program,
          'serve',
          imagePath,
          '--json',
          '--no-insert',
          '--reader',
          codec,
        ]),
      );
      await card.next('serving');
    });

    afterAll(async () => {
      await service.stop();
      await rm(folder, { recursive: true });
    });

    readerContract(`PC/SC reader, ${codec}`, async () => ({
      reader: await openPcscReader({
        readerName: VIRTUAL_READER,
        socketPath: service.socketPath,
        binding,
      }),
      cardIdm: cardIdm(1),
      frameBytesMax,
      async present() {
        card.tell({ command: 'insert' });
        await card.next('connected');
      },
      async remove() {
        card.tell({ command: 'remove' });
        await card.next('obeyed');
      },
    }));
  };
  describeWithPcsc(`PC/SC by ${binding}, ${codec}`, suite, () => missingForBinding(binding));
}
