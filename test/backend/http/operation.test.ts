import { Router } from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { octetBody, octetsOf } from '../../../backend/http/octet-body.ts';
import { answer, headersIn, paramsIn, pathId } from '../../../backend/http/operation.ts';
import { ServedApp } from './served-app.ts';

const COUNT = z.object({ count: z.string({ error: 'expected a count' }).transform(Number) });
const READ = z.strictObject({ id: z.int() });

let app: ServedApp;
beforeEach(async () => {
  const router = Router();
  router.get('/things/:id', (request, response) => {
    const { id } = paramsIn(request, z.object({ id: pathId(16) }));
    answer(response, READ, { id }, 201);
  });
  router.get('/count', (request, response) => void response.json(headersIn(request, COUNT)));
  router.get('/octets', octetBody(4), (request, response) => {
    response.json([...octetsOf(request)]);
  });
  app = await ServedApp.start(router);
});
afterEach(() => app.stop());

describe('paramsIn', () => {
  it.each([
    ['1', 1],
    ['16', 16],
  ])('reads %s', async (text, id) => {
    const read = await app.get(`/things/${text}`);
    expect([read.status, await read.json()]).toEqual([201, { id }]);
  });

  it.each(['0', '17', '-1', '1.5', '01', '1e1', '%201', 'x', '99999999999'])(
    'names nothing by %s',
    async (text) => {
      const refused = await app.get(`/things/${text}`);
      expect(await refused.json()).toMatchObject({
        status: 404,
        code: 'REQUEST_NOT_FOUND',
        detail: 'path: id names nothing',
      });
    },
  );
});

describe('headersIn', () => {
  it('reads them, or tells which is wrong', async () => {
    expect(await (await app.get('/count', { count: '3' })).json()).toEqual({ count: 3 });
    expect(await (await app.get('/count')).json()).toMatchObject({
      status: 400,
      code: 'REQUEST_MALFORMED',
      detail: 'count: expected a count',
    });
  });
});

describe('octetsOf', () => {
  it('refuses what is no body of octets', async () => {
    expect(await (await app.get('/octets')).json()).toMatchObject({
      status: 415,
      code: 'REQUEST_TYPE_UNSUPPORTED',
    });
  });
});
