import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BATCH_BYTES_MAX, hashOf } from '#batch/batch';
import type { TestCard, TestTerminal } from '../scenario.ts';
import { problem, ServedBackend } from './served-backend.ts';

describe('POST /terminals/:terminalId/batches', () => {
  let served: ServedBackend;
  let till: TestTerminal;
  let card: TestCard;
  beforeAll(async () => {
    served = await ServedBackend.start();
    till = await served.scenario.terminal(42);
    card = await served.scenario.card(1);
  });
  afterAll(() => served.stop());

  it('answers 201 with an acknowledgement, 200 with the same one the next time', async () => {
    till.write(card, 100);
    const bytes = till.close();
    const stored = await served.upload(42, bytes);
    expect(stored).toEqual({
      status: 201,
      body: {
        result: 'stored',
        batchNumber: 1,
        batchHash: Buffer.from(hashOf(bytes)).toString('hex'),
        acknowledgement: expect.stringMatching(/^S1pBM/),
      },
    });
    const repeated = await served.upload(42, bytes);
    expect(repeated).toEqual({ status: 200, body: { ...stored.body, result: 'repeated' } });
    expect(served.storedCount).toBe(1);
  });

  it('answers 409 BATCH_NUMBER_REUSED when the number was used for other bytes', async () => {
    till.write(card, 100);
    const answer = await served.upload(42, till.close({ batchNumber: 1 }));
    expect(answer).toEqual({
      status: 409,
      body: problem(409, 'BATCH_NUMBER_REUSED', 'batch 1'),
    });
  });

  it.each([
    ['400 for bytes that are no batch', '42', Uint8Array.of(1), 400, 'BATCH_TRUNCATED'],
    ['404 for a terminal that cannot be', '0', Uint8Array.of(1), 404, 'REQUEST_NOT_FOUND'],
    ['404 for a terminal that is no number', 'x', Uint8Array.of(1), 404, 'REQUEST_NOT_FOUND'],
    ['413 for more than any batch', '42', new Uint8Array(BATCH_BYTES_MAX + 1), 413, 'TOO_LARGE'],
    ['400 for no bytes at all', '42', new Uint8Array(0), 400, 'BATCH_TRUNCATED'],
  ])('answers %s', async (_what, terminal, bytes, status, code) => {
    const answer = await served.upload(terminal, bytes);
    expect(answer).toMatchObject({ status, body: { code: expect.stringContaining(code) } });
  });

  it('asks for the batches that are missing before one', async () => {
    const other = await served.scenario.terminal(43);
    for (const amount of [1, 2]) {
      other.write(card, amount);
      other.close();
    }
    other.write(card, 3);
    const answer = await served.upload(43, other.close());
    expect(answer).toEqual({
      status: 409,
      body: {
        ...problem(409, 'BATCH_SEQUENCE_GAP', 'batch 2 was never received'),
        missingBatches: { first: 1, last: 2 },
      },
    });
  });

  it('takes the largest batch there can be as far as its structure', async () => {
    const answer = await served.upload(42, new Uint8Array(BATCH_BYTES_MAX));
    expect(answer.body['code']).toBe('BATCH_MAGIC_UNKNOWN');
  });

  it.each([
    ['JSON', { 'content-type': 'application/json' }, '{}', 415],
    ['no type', {}, 'x', 415],
    [
      'a compressed body',
      { 'content-type': 'application/octet-stream', 'content-encoding': 'gzip' },
      'x',
      415,
    ],
  ])('answers %s with 415', async (_what, headers, body, status) => {
    const init = { method: 'POST', headers: headers as Record<string, string>, body };
    const answer = await served.request('/terminals/42/batches', init);
    expect(answer).toMatchObject({ status, body: { code: 'REQUEST_TYPE_UNSUPPORTED' } });
  });

  it('has no other method and no other path', async () => {
    for (const [method, path] of [
      ['GET', '/terminals/42/batches'],
      ['PUT', '/terminals/42/batches'],
      ['POST', '/terminals/42'],
      ['GET', '/'],
    ]) {
      expect(await served.request(path!, { method: method! })).toMatchObject({
        status: 404,
        body: { code: 'REQUEST_NOT_FOUND' },
      });
    }
  });

  it('answers a path that cannot be decoded', async () => {
    expect(await served.request('/terminals/%E0%A4%A/batches', { method: 'POST' })).toMatchObject({
      status: 400,
      body: { code: 'REQUEST_MALFORMED' },
    });
  });

  it('answers any bytes with a code of its own, and goes on', async () => {
    till.write(card, 1);
    const good = till.close({ batchNumber: 2, previousBatchHash: await lastHash() });
    const body = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 400 }),
      fc
        .tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }))
        .map(([place, mask]) => good.with(place, good[place]! ^ mask)),
    );
    await fc.assert(
      fc.asyncProperty(body, fc.constantFrom('42', '43', '16777215'), async (bytes, terminal) => {
        const { status, body: answer } = await served.upload(terminal, bytes);
        expect([400, 403, 409]).toContain(status);
        expect(answer).toEqual(problem(status, answer['code'], expect.any(String)));
        expect(answer['code']).toMatch(/^(?:BATCH|RECORD|TERMINAL)_[A-Z_]+$/);
      }),
      { numRuns: 150 },
    );
    expect(await served.upload(42, good)).toMatchObject({ status: 201 });
  });

  async function lastHash(): Promise<Uint8Array> {
    const sql = 'SELECT hash FROM batch ORDER BY batch_number DESC LIMIT 1';
    const [row] = await served.scenario.backend.database.all(sql);
    return new Uint8Array(row!['hash'] as Uint8Array);
  }
});
