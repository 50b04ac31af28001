import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { milliseconds } from '#units';
import { openPcscReader } from '../../terminal/reader/pcsc-reader.ts';
import { issuedCard } from '../scheme.ts';
import {
  builtFile,
  describeWithPcsc,
  type PcscService,
  preparePcscService,
  VIRTUAL_READER,
} from './pcsc-service.ts';
import { cardProcess } from './served-card.ts';

describeWithPcsc('a reader that only tells the IDm', () => {
  let service: PcscService;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kazasu-identify-'));
    const imagePath = join(folder, 'card.json');
    await writeFile(imagePath, issuedCard(1).image());
    service = await preparePcscService();
    await service.start();
    const serve = [builtFile('card-emulator/main.js'), 'serve', imagePath, '--json'];
    const card = cardProcess(service.spawnCard([...serve, '--reader', 'identify-only']));
    await card.next('connected');
  });

  afterAll(async () => {
    await service.stop();
    await rm(folder, { recursive: true });
  });

  it('is refused at its first card, with what it can do', async () => {
    const reader = await openPcscReader({
      readerName: VIRTUAL_READER,
      socketPath: service.socketPath,
    });
    await expect(reader.waitForCard(milliseconds(8_000))).rejects.toMatchObject({
      name: 'ReaderError',
      code: 'READER_UNSUPPORTED',
      remedy: { actor: 'technician', text: expect.stringContaining('tell the IDm of a card') },
    });
    expect(reader.capabilities.rawFrame).toBe(false);
    await reader.close();
  });
});
