import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { builtFile, type PcscService, preparePcscService } from './pcsc-service.ts';
import { describeWithPcsc } from './pcsc-suite.ts';

describeWithPcsc('first tap through PC/SC', () => {
  let service: PcscService;

  beforeAll(async () => {
    service = await preparePcscService();
  });

  afterAll(() => service.stop());

  const firstTap = async (): Promise<{ readonly said: string; readonly status: unknown }> => {
    const story = service.spawnProgram([builtFile('terminal/first-tap/main.js'), '--pcsc']);
    let said = '';
    story.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const [status] = await once(story, 'exit');
    return { said, status };
  };

  it('fails where the service is not running, before anything was sold', {
    timeout: 180_000,
  }, async () => {
    const { said, status } = await firstTap();
    expect(status).toBe(1);
    expect(said).not.toContain('The card is loaded');
  });

  it('ends with the proof, through pcscd and the virtual reader', {
    timeout: 180_000,
  }, async () => {
    await service.start();
    const { said, status } = await firstTap();
    expect(said).toContain('Card reader: Virtual PCD 00 00');
    expect(said).toContain('Not finished: please touch the same card again');
    expect(said).toContain('No yen was lost and none was made: 1,550 yen spent');
    expect(status).toBe(0);
  });
});
