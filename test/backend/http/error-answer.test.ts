import { createServer } from 'node:http';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { DatabaseError } from '../../../backend/database/database-error.ts';
import { ApiError } from '../../../backend/http/api-error.ts';
import { answerError, answerNotFound, apiErrorOf } from '../../../backend/http/error-answer.ts';
import { KeystoreError } from '../../../backend/issuer/keystore-error.ts';
import { SettlementError } from '../../../backend/settlement/settlement-error.ts';

describe('apiErrorOf', () => {
  it('gives a business answer as it is', () => {
    const error = new ApiError('BATCH_REPLAYED', 'batch 3');
    expect(apiErrorOf(error)).toBe(error);
  });

  it.each([
    ['a busy database', new DatabaseError('DATABASE_BUSY', 'database: locked'), 'UNAVAILABLE'],
    ['a full disk', new DatabaseError('DATABASE_FULL', 'database: full'), 'UNAVAILABLE'],
    ['keys made since the start', new KeystoreError('KEYSTORE_OUTDATED', 'keys'), 'UNAVAILABLE'],
    ['a body that is too large', Object.assign(new Error('x'), { status: 413 }), 'TOO_LARGE'],
    ['an encoded body', Object.assign(new Error('x'), { status: 415 }), 'TYPE_UNSUPPORTED'],
    ['a broken request', Object.assign(new Error('x'), { status: 400 }), 'MALFORMED'],
    [
      'a status that is no fault of the client',
      Object.assign(new Error(), { status: 503 }),
      'FAILED',
    ],
    ['a mistake of ours', new TypeError('secret is undefined'), 'FAILED'],
    ['what is no error', 'nonsense', 'FAILED'],
  ])('names %s', (_what, error, word) => {
    expect(apiErrorOf(error)).toMatchObject({ code: `REQUEST_${word}`, cause: error });
  });

  it('says what the carrier refused', () => {
    expect(apiErrorOf(new SettlementError('carrier: no'))).toMatchObject({
      code: 'SETTLEMENT_ADVICE_REFUSED',
      message: 'carrier: no',
    });
  });

  it('says nothing of the inside', () => {
    expect(apiErrorOf(new TypeError('secret is undefined')).message).not.toContain('secret');
  });
});

describe('answerError', () => {
  it('answers problem details, and leaves a begun answer alone', async () => {
    const app = express();
    app.get('/begun', (_request, response) => {
      response.write('half');
      throw new Error('in the middle');
    });
    app.use(answerNotFound());
    app.use(answerError);
    const server = createServer(app).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    const answer = await fetch(`${url}/none`);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await answer.json()).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'no route: GET',
      code: 'REQUEST_NOT_FOUND',
    });
    await expect(fetch(`${url}/begun`).then((begun) => begun.text())).rejects.toThrow();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
