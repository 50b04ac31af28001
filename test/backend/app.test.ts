import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../backend/app.ts';
import { listen } from '../../backend/http/listen.ts';
import { OPERATIONS } from '../../backend/http/openapi-document.ts';
import { quietService } from './http/quiet-service.ts';
import { Scenario } from './scenario.ts';

const OWN = {
  operatorToken: 'x',
  onStored: () => undefined,
  databasesAnswer: () => Promise.resolve(),
};

interface Layer {
  readonly route?: { readonly path: string; readonly stack: readonly { method: string }[] };
  readonly handle: unknown;
}

/** The routes of a router and of those in it, such as `get /books`. */
function routesIn(layers: readonly Layer[]): string[] {
  return layers.flatMap(({ route, handle }) => {
    if (route !== undefined) return route.stack.map(({ method }) => `${method} ${route.path}`);
    const isRouter = typeof handle === 'function' && 'stack' in handle;
    return isRouter ? routesIn(handle.stack as readonly Layer[]) : [];
  });
}

describe('createApp', () => {
  let scenario: Scenario;
  beforeAll(async () => {
    scenario = await Scenario.open();
  });
  afterAll(() => scenario.remove());

  it('answers in JSON, without telling what it is built with', async () => {
    const { receiver, pendingLoads, settlement, hotLists } = scenario.backend;
    const own = { ...OWN, service: quietService() };
    const dependencies = { receiver, pendingLoads, settlement, hotLists, ...own };
    const server = await listen(createApp(dependencies), { host: '127.0.0.1', port: 0 });
    const response = await fetch(`${server.url}/nothing`);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect(await response.json()).toMatchObject({ code: 'REQUEST_NOT_FOUND' });
    await server.close();
  });

  it('has no route that the OpenAPI document does not have', () => {
    const app = scenario.backend.app(OWN.onStored, quietService());
    const documented = OPERATIONS.map(({ method, path }) => `${method} ${path}`);
    const pages = ['get /openapi.json', 'get /api', 'get /api/style.css'];
    expect(new Set(routesIn(app.router.stack))).toEqual(new Set([...documented, ...pages]));
  });

  it('tells browsers to be careful, and terminals at slow lines only what they need', async () => {
    const { receiver, pendingLoads, settlement, hotLists } = scenario.backend;
    const dependencies = { receiver, pendingLoads, settlement, hotLists, ...OWN };
    const app = createApp({ ...dependencies, service: quietService() });
    const server = await listen(app, { host: '127.0.0.1', port: 0 });
    const page = await fetch(`${server.url}/books`);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const upload = await fetch(`${server.url}/terminals/1/uploads/${'0'.repeat(64)}`);
    expect(upload.status).toBe(200);
    expect([...upload.headers.keys()].sort()).toEqual([
      'connection',
      'content-length',
      'content-type',
      'date',
      'keep-alive',
      'x-request-id',
    ]);
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
      const own = { ...OWN, service: quietService() };
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
