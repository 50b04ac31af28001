import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiPageRoutes } from '../../../backend/http/api-page-route.ts';
import { OPERATIONS } from '../../../backend/http/openapi-document.ts';
import { ServedApp } from './served-app.ts';

describe('apiPageRoutes', () => {
  let app: ServedApp;
  beforeAll(async () => {
    app = await ServedApp.start(apiPageRoutes());
  });
  afterAll(() => app.stop());

  it('tell machines what the API is', async () => {
    const document = (await (await app.get('/openapi.json')).json()) as { openapi: string };
    expect(document.openapi).toBe('3.1.0');
  });

  it('tell people every operation, with a style and without a script', async () => {
    const answer = await app.get('/api');
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
    const page = await answer.text();
    for (const { id, summary } of OPERATIONS) {
      expect(page).toContain(`<details id="${id}">`);
      expect(page).toContain(summary);
    }
    expect(page).not.toMatch(/<script|style=/);
    const [, style = ''] = /<link rel="stylesheet" href="([^"]+)">/.exec(page) ?? [];
    expect((await app.get(style)).headers.get('content-type')).toMatch(/^text\/css/);
  });
});
