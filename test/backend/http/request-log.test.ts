import { Router } from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../../backend/http/api-error.ts';
import { logRequests } from '../../../backend/http/request-log.ts';
import { quietService } from './quiet-service.ts';
import { ServedApp } from './served-app.ts';

describe('logRequests', () => {
  let app: ServedApp;
  let lines: Record<string, unknown>[];
  let text: string;
  const { log, metrics } = quietService((line) => {
    lines.push(JSON.parse(line));
    text += line;
  });

  beforeEach(async () => {
    lines = [];
    text = '';
    const router = Router();
    router.get('/cards/:idm', (_request, response) => void response.json({}));
    router.get('/refused', () => {
      throw new ApiError('BATCH_REPLAYED', 'batch 3');
    });
    router.get('/wrong', () => {
      throw new TypeError('no such thing');
    });
    router.get('/broken', (request) => request.socket.destroy());
    app = await ServedApp.start(logRequests(log, metrics), router);
  });
  afterEach(() => app.stop());

  const lastLine = async (): Promise<Record<string, unknown> | undefined> => {
    while (lines.length === 0) await new Promise((resolve) => setImmediate(resolve));
    return lines.at(-1);
  };

  it('writes a line of what was answered, and tells the caller its name', async () => {
    const answer = await app.get('/cards/02fe?token=secret');
    expect(await lastLine()).toMatchObject({
      level: 30,
      method: 'GET',
      path: '/cards/02fe',
      route: '/cards/:idm',
      status: 200,
      requestId: answer.headers.get('x-request-id'),
    });
    expect(text).not.toContain('secret');
  });

  it('writes the code and the reason of a refusal, and no token', async () => {
    await app.get('/refused', { authorization: 'Bearer secret', cookie: 'secret' });
    expect(await lastLine()).toMatchObject({
      level: 40,
      status: 409,
      code: 'BATCH_REPLAYED',
      msg: 'batch 3',
    });
    expect(text).not.toContain('secret');
  });

  it('writes what went wrong with us, which the caller is not told', async () => {
    const answer = await app.get('/wrong');
    expect(await answer.text()).not.toContain('no such thing');
    expect(await lastLine()).toMatchObject({
      level: 50,
      code: 'REQUEST_FAILED',
      cause: { name: 'TypeError', message: 'no such thing' },
    });
  });

  it('writes that a connection broke before its answer', async () => {
    await expect(app.get('/broken')).rejects.toThrow();
    expect(await lastLine()).toMatchObject({
      level: 40,
      msg: 'the connection broke before the answer was through',
    });
  });

  it('counts them by route, and all paths without one as one', async () => {
    for (const path of ['/cards/1', '/cards/2']) await app.get(path);
    for (const path of ['/nothing', '/other']) expect((await app.get(path)).status).toBe(404);
    while (lines.length < 4) await new Promise((resolve) => setImmediate(resolve));
    const counted = await metrics.text();
    expect(counted).toMatch(/_count\{method="GET",route="\/cards\/:idm",status="200"\} \d/);
    expect(counted).toMatch(/_count\{method="GET",route="none",status="404"\} 2\n/);
    expect(counted).not.toContain('/other');
  });
});
