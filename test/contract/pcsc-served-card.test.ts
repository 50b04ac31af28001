import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Milliseconds, milliseconds } from '#units';
import { VPCD_PORT } from '../../card-emulator/link/vpcd.ts';
import { openPcscReader } from '../../terminal/reader/pcsc-reader.ts';
import type { Reader } from '../../terminal/reader/reader.ts';
import { frame, IDM_0, testCard, toHex } from '../card-emulator/card/test-card.ts';
import {
  builtFile,
  describeWithPcsc,
  type PcscService,
  preparePcscService,
  VIRTUAL_READER,
} from './pcsc-service.ts';
import { type CardProcess, cardProcess } from './served-card.ts';

const SECOND_SLOT = 'Virtual PCD 00 01';
const LONG: Milliseconds = milliseconds(8_000);
const READ: Uint8Array = frame(`06 ${IDM_0} 01 0900 01 8000`);

describeWithPcsc('a served card and the PC/SC service', () => {
  let service: PcscService;
  let folder: string;
  let card: CardProcess;

  beforeAll(async () => {
    service = await preparePcscService();
    await service.start();
    folder = await mkdtemp(join(tmpdir(), 'kazasu-served-'));
    const imagePath = join(folder, 'card.json');
    await writeFile(imagePath, testCard().image());
    card = cardProcess(
      service.spawnCard([builtFile('card-emulator/main.js'), 'serve', imagePath, '--json']),
    );
    await card.next('connected');
  });

  afterAll(async () => {
    card.tell({ command: 'stop' });
    await service.stop();
    await rm(folder, { recursive: true });
  });

  async function firstByte(readerName = VIRTUAL_READER): Promise<string | undefined> {
    const reader: Reader = await openPcscReader({
      readerName,
      socketPath: service.socketPath,
    });
    try {
      expect(await reader.waitForCard(LONG)).toBe(true);
      return toHex(await reader.transmit(READ, LONG))?.slice(0, 4);
    } finally {
      await reader.close();
    }
  }

  it('come together again by themselves when the service was killed and started anew', async () => {
    expect(await firstByte()).toBe('1d07');
    await service.kill();
    await card.next('disconnected');
    await service.start();
    await card.next('connected');
    expect(await firstByte()).toBe('1d07');
  });

  it('have a slot for a second card, one port above the first', async () => {
    const imagePath = join(folder, 'second.json');
    await writeFile(imagePath, testCard().image());
    const serve = [builtFile('card-emulator/main.js'), 'serve', imagePath, '--json'];
    const second = cardProcess(service.spawnCard([...serve, '--port', `${VPCD_PORT + 1}`]));
    await second.next('connected');
    expect([await firstByte(), await firstByte(SECOND_SLOT)]).toEqual(['1d07', '1d07']);
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
