import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Milliseconds, milliseconds } from '#units';
import { VPCD_PORT } from '../../card-emulator/link/vpcd.ts';
import type { Reader } from '../../terminal/reader/reader.ts';
import { frame, IDM_0, testCard, toHex } from '../card-emulator/card/test-card.ts';
import { CardService } from './card-service.ts';
import { SECOND_VIRTUAL_READER, VIRTUAL_READER } from './pcsc-service.ts';
import { describeWithPcsc } from './pcsc-suite.ts';
import type { CardProcess } from './served-card.ts';

const LONG: Milliseconds = milliseconds(8_000);
const READ: Uint8Array = frame(`06 ${IDM_0} 01 0900 01 8000`);

describeWithPcsc('a served card and the PC/SC service', () => {
  let cards: CardService;
  let card: CardProcess;

  beforeAll(async () => {
    cards = await CardService.start();
    card = await cards.serve(await cards.writeImage('card.json', testCard()));
  });

  afterAll(async () => {
    card.tell({ command: 'stop' });
    await cards.stop();
  });

  async function firstByte(readerName = VIRTUAL_READER): Promise<string | undefined> {
    const reader: Reader = await cards.openReader({ readerName });
    try {
      expect(await reader.waitForCard(LONG)).toBe(true);
      return toHex(await reader.transmit(READ, LONG))?.slice(0, 4);
    } finally {
      await reader.close();
    }
  }

  it('come together again by themselves when the service was killed and started anew', async () => {
    expect(await firstByte()).toBe('1d07');
    await cards.service.kill();
    await card.next('disconnected');
    await cards.service.start();
    await card.next('connected');
    expect(await firstByte()).toBe('1d07');
  });

  it('have a slot for a second card, one port above the first', async () => {
    const imagePath = await cards.writeImage('second.json', testCard());
    const second = await cards.serve(imagePath, ['--port', `${VPCD_PORT + 1}`]);
    expect([await firstByte(), await firstByte(SECOND_VIRTUAL_READER)]).toEqual(['1d07', '1d07']);
    second.tell({ command: 'stop' });
    await second.next('stopped');
  });

  it('part and meet when the card is pulled away and held there again', async () => {
    card.tell({ command: 'remove' });
    await card.next('obeyed');
    card.tell({ command: 'insert' });
    await card.next('connected');
    expect(await firstByte()).toBe('1d07');
  });
});
