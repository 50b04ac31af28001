import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { issuedCard } from '../scheme.ts';
import { CardService } from './card-service.ts';
import { builtFile, VIRTUAL_READER } from './pcsc-service.ts';
import { describeWithPcsc } from './pcsc-suite.ts';

describeWithPcsc('kazasu terminal readers', () => {
  let cards: CardService;
  let imagePath: string;

  beforeAll(async () => {
    cards = await CardService.prepare();
    imagePath = await cards.writeImage('card.json', issuedCard(1));
  });

  afterAll(() => cards.stop());

  async function readers(...args: readonly string[]): Promise<{
    readonly status: number;
    readonly output: string;
  }> {
    const program = [builtFile('terminal/kazasu.js'), 'terminal', 'readers', ...args];
    const child: ChildProcess = cards.service.spawnProgram(program);
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
    await cards.service.start();
    const card = await cards.serve(imagePath, ['--reader', 'acr122']);
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
    await cards.serve(imagePath, ['--reader', 'identify-only']);
    const { output, status } = await readers();
    expect(output).toContain(`${VIRTUAL_READER}: a card on it; READER_UNSUPPORTED`);
    expect(output).toContain('All that this reader can do is: tell the IDm of a card');
    expect(status).toBe(3);
  });
});
