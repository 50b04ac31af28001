import { afterEach, describe, expect, it } from 'vitest';
import { requireOperator } from '../../../backend/http/operator-token.ts';
import { limitRequests, limitWrongTokens } from '../../../backend/http/request-rate.ts';
import { ServedApp } from './served-app.ts';

let app: ServedApp;
afterEach(() => app.stop());

describe('limitRequests', () => {
  it('answers so many in a minute, and tells who asks more when to come again', async () => {
    app = await ServedApp.start(limitRequests(3), (_request, response) => void response.json({}));
    for (const _ of '123') expect((await app.get('/')).status).toBe(200);
    const answer = await app.get('/');
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('60');
    expect(await answer.json()).toMatchObject({ code: 'REQUEST_TOO_MANY' });
  });
});

describe('limitWrongTokens', () => {
  it('stops who guesses tokens, and nobody without one', async () => {
    const done = (_request: unknown, response: { json(body: object): void }): void =>
      response.json({});
    app = await ServedApp.start(limitWrongTokens(20), requireOperator('right'), done);
    const ask = async (token: string): Promise<number> =>
      (await app.get('/', { authorization: `Bearer ${token}` })).status;
    for (let count = 0; count < 30; count += 1) expect(await ask('right')).toBe(200);
    for (let count = 0; count < 20; count += 1) expect(await ask('wrong')).toBe(401);
    expect(await ask('wrong')).toBe(429);
    expect((await app.get('/')).status).toBe(401);
  });
});
