import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { milliseconds } from '#units';
import { createApp } from '../../../backend/app.ts';
import { listen } from '../../../backend/http/listen.ts';
import { resumingUplink } from '../../../terminal/batch/resuming-uplink.ts';
import { quietService } from '../../backend/http/quiet-service.ts';
import { Scenario, type TestTerminal } from '../../backend/scenario.ts';
import { SlowLink } from './slow-link.ts';

const TIMEOUT = { timeout: 120_000 };
const BITS_PER_SECOND = 9_600;

const OWN = {
  operatorToken: 'x',
  onStored: () => undefined,
  databasesAnswer: () => Promise.resolve(),
};

let scenario: Scenario;
let server: Awaited<ReturnType<typeof listen>>;
let till: TestTerminal;

beforeEach(async () => {
  scenario = await Scenario.open();
  const { receiver, pendingLoads, settlement, hotLists } = scenario.backend;
  const own = { ...OWN, service: quietService() };
  const dependencies = { receiver, pendingLoads, settlement, hotLists, ...own };
  server = await listen(createApp(dependencies), { host: '127.0.0.1', port: 0 });
  till = await scenario.terminal(1);
});

afterEach(async () => {
  await server.close();
  await scenario.remove();
});

async function batchOf(recordCount: number): Promise<Uint8Array> {
  const card = await scenario.card(1, 20_000);
  for (let count = 0; count < recordCount; count += 1) till.write(card, 10);
  return till.close();
}

const uplinkTo = (issuerUrl: string, chunkBytes: number) =>
  resumingUplink({ issuerUrl, chunkBytes, timeoutMs: milliseconds(15_000) });

describe('an upload in pieces', () => {
  it('is answered as a whole batch is, and the same again when it is repeated', async () => {
    const batch = await batchOf(30);
    const uplink = uplinkTo(server.url, 500);
    const first = await uplink.send(1, batch);
    expect(first).toMatchObject({ status: 201, body: { result: 'stored', batchNumber: 1 } });
    const second = await uplink.send(1, batch);
    expect(second).toMatchObject({ status: 200, body: { result: 'repeated' } });
    expect(await scenario.count('SELECT count(*) FROM batch')).toBe(1);
  });

  it('is refused as a whole batch is', async () => {
    const batch = await batchOf(3);
    batch[batch.length - 1]! ^= 1;
    expect(await uplinkTo(server.url, 200).send(1, batch)).toMatchObject({
      status: 403,
      body: { code: 'BATCH_SIGNATURE_INVALID' },
    });
  });

  it('gets through at 9,600 bit/s where 5 of 100 segments are lost', TIMEOUT, async () => {
    const batch = await batchOf(60);
    const targetPort = Number(new URL(server.url).port);
    const line = { targetPort, bitsPerSecond: BITS_PER_SECOND, lossPercent: 5, seed: 3 };
    const link = await SlowLink.open(line);
    const uplink = uplinkTo(link.url, 512);
    let answer: unknown;
    // As the terminal does: an upload that was given up is begun again later, and goes on.
    for (let attempt = 0; attempt < 5 && answer === undefined; attempt += 1) {
      answer = await uplink.send(1, batch).catch(() => undefined);
    }
    expect(answer).toMatchObject({ body: { batchNumber: 1 } });
    expect(link.lossCount).toBeGreaterThan(2);
    // Losing a connection costs a piece and not the batch.
    expect(link.byteCount).toBeLessThan(4 * batch.length);
    expect(await scenario.count('SELECT count(*) FROM batch')).toBe(1);
    await link.close();
  });

  it('is given up when nothing is through, and left for later', async () => {
    const batch = await batchOf(3);
    const nowhere = uplinkTo('http://127.0.0.1:9', 200);
    await expect(nowhere.send(1, batch)).rejects.toMatchObject({ code: 'UPLINK_UNREACHABLE' });
  });

  it.each([
    ['/terminals/1/uploads/xyz', {}, 404],
    [`/terminals/1/uploads/${'0'.repeat(64)}`, {}, 400],
    [
      `/terminals/1/uploads/${'0'.repeat(64)}`,
      { 'upload-length': '9', 'upload-offset': '-1' },
      400,
    ],
    [`/terminals/0/uploads/${'0'.repeat(64)}`, { 'upload-length': '9', 'upload-offset': '0' }, 404],
  ])('is refused without a good name and good headers: %s %j', async (path, headers, status) => {
    const response = await fetch(`${server.url}${path}`, { method: 'POST', headers });
    expect(response.status).toBe(status);
  });
});
