import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../backend/app.ts';
import { listen } from '../../backend/http/listen.ts';
import { Scenario } from './scenario.ts';

describe('createApp', () => {
  let scenario: Scenario;
  beforeAll(async () => {
    scenario = await Scenario.open();
  });
  afterAll(() => scenario.remove());

  it('answers in JSON, without telling what it is built with', async () => {
    const { receiver, pendingLoads, settlement, hotLists } = scenario.backend;
    const own = { operatorToken: 'x', onStored: () => undefined };
    const dependencies = { receiver, pendingLoads, settlement, hotLists, ...own };
    const server = await listen(createApp(dependencies), { host: '127.0.0.1', port: 0 });
    const response = await fetch(`${server.url}/nothing`);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect(await response.json()).toMatchObject({ code: 'REQUEST_NOT_FOUND' });
    await server.close();
  });

  it('answers 503 when the database does, and 500 without details when we are wrong', async () => {
    const { pendingLoads, settlement, database, hotLists } = scenario.backend;
    const failing = (error: Error) => ({ receiveBatch: () => Promise.reject(error) });
    const busy = await database.all('SELECT nonsense').catch((error: unknown) => error as Error);
    for (const [error, status] of [
      [busy as Error, 503],
      [new TypeError('secret'), 500],
    ] as const) {
      const own = { operatorToken: 'x', onStored: () => undefined };
      const dependencies = { pendingLoads, settlement, hotLists, ...own };
      const app = createApp({ ...dependencies, receiver: failing(error) });
      const server = await listen(app, { host: '127.0.0.1', port: 0 });
      const response = await fetch(`${server.url}/terminals/1/batches`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: 'x',
      });
      expect(response.status).toBe(status);
      expect(await response.text()).not.toContain('secret');
      await server.close();
    }
  });
});
