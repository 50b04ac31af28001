import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { issuedCard } from '../scheme.ts';
import {
  builtFile,
  describeWithPcsc,
  type PcscService,
  preparePcscService,
  VIRTUAL_READER,
} from './pcsc-service.ts';
import { cardProcess } from './served-card.ts';

describeWithPcsc('kazasu terminal readers', () => {
  let service: PcscService;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kazasu-readers-'));
    await writeFile(join(folder, 'card.json'), issuedCard(1).image());
    service = await preparePcscService();
  });

  afterAll(async () => {
    await service.stop();
    await rm(folder, { recursive: true });
  });

  async function readers(...args: readonly string[]): Promise<{
    readonly status: number;
    readonly output: string;
  }> {
    const program = [builtFile('terminal/kazasu.js'), 'terminal', 'readers', ...args];
    const child: ChildProcess = service.spawnProgram(program);
    if (child.stdout === null) throw new Error('expected a process with pipes');
    const output = text(child.stdout);
    const [status] = await once(child, 'exit');
    return { status: Number(status), output: await output };
  }

  it('says that the service is not there', async () => {
    const { status, output } = await readers();
    expect(output).toContain('READER_SERVICE_UNAVAILABLE');
    expect(output).toContain('pcscd.socket');
    expect(status).toBe(3);
  });

  it('lists each reader with its codec and whether a card is on it', async () => {
    await service.start();
    const serve = [builtFile('card-emulator/main.js'), 'serve', join(folder, 'card.json')];
    const card = cardProcess(service.spawnCard([...serve, '--json', '--reader', 'acr122']));
    await card.next('connected');
    const { output, status } = await readers('--json');
    expect(JSON.parse(output)).toMatchObject({
      readers: [
        {
          name: VIRTUAL_READER,
          isCardPresent: true,
          codecName: 'acr122',
          rawFrame: true,
          frameBytesMax: 253,
        },
        { name: 'Virtual PCD 00 01', isCardPresent: false, rawFrame: false },
      ],
      advice: [],
    });
    expect(status).toBe(0);
    card.tell({ command: 'stop' });
    await card.next('stopped');
  });

  it('says of a reader that only tells the IDm that it takes no payment', async () => {
    const serve = [builtFile('card-emulator/main.js'), 'serve', join(folder, 'card.json')];
    const card = cardProcess(service.spawnCard([...serve, '--json', '--reader', 'identify-only']));
    await card.next('connected');
    const { output, status } = await readers();
    expect(output).toContain(`${VIRTUAL_READER}: a card on it; READER_UNSUPPORTED`);
    expect(output).toContain('All that this reader can do is: tell the IDm of a card');
    expect(status).toBe(3);
  });
});
