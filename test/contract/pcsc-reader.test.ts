import { afterAll, beforeAll } from 'vitest';
import { cardIdm, issuedCard } from '../scheme.ts';
import { CardService } from './card-service.ts';
import { missingForBinding } from './pcsc-service.ts';
import { describeWithPcsc } from './pcsc-suite.ts';
import { readerContract } from './reader-contract.ts';
import type { CardProcess } from './served-card.ts';

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
    let cards: CardService;
    let card: CardProcess;

    beforeAll(async () => {
      cards = await CardService.start();
      const imagePath = await cards.writeImage('card.json', issuedCard(1));
      card = await cards.serve(imagePath, ['--no-insert', '--reader', codec]);
    });

    afterAll(() => cards.stop());

    readerContract(`PC/SC reader, ${codec}`, async () => ({
      reader: await cards.openReader({ binding }),
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
