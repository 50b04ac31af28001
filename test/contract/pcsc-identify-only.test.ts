import { afterAll, beforeAll, expect, it } from 'vitest';
import { milliseconds } from '#units';
import { issuedCard } from '../scheme.ts';
import { CardService } from './card-service.ts';
import { describeWithPcsc } from './pcsc-suite.ts';

describeWithPcsc('a reader that only tells the IDm', () => {
  let cards: CardService;

  beforeAll(async () => {
    cards = await CardService.start();
    const imagePath = await cards.writeImage('card.json', issuedCard(1));
    await cards.serve(imagePath, ['--reader', 'identify-only']);
  });

  afterAll(() => cards.stop());

  it('is refused at its first card, with what it can do', async () => {
    const reader = await cards.openReader();
    await expect(reader.waitForCard(milliseconds(8_000))).rejects.toMatchObject({
      name: 'ReaderError',
      code: 'READER_UNSUPPORTED',
      remedy: { actor: 'technician', text: expect.stringContaining('tell the IDm of a card') },
    });
    expect(reader.capabilities.rawFrame).toBe(false);
    await reader.close();
  });
});
