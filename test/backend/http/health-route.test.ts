import { afterEach, describe, expect, it } from 'vitest';
import { healthRoutes } from '../../../backend/http/health-route.ts';
import { ServedApp } from './served-app.ts';

let app: ServedApp;
afterEach(() => app.stop());

describe('healthRoutes', () => {
  it('says that it lives and is ready', async () => {
    app = await ServedApp.start(healthRoutes(() => Promise.resolve()));
    expect(await (await app.get('/livez')).json()).toEqual({ status: 'live' });
    expect(await (await app.get('/readyz')).json()).toEqual({ status: 'ready' });
  });

  it('lives and is not ready while a database does not answer', async () => {
    app = await ServedApp.start(healthRoutes(() => Promise.reject(new Error('locked by 4711'))));
    expect((await app.get('/livez')).status).toBe(200);
    const answer = await app.get('/readyz');
    expect(answer.status).toBe(503);
    expect(await answer.text()).not.toContain('4711');
  });
});
