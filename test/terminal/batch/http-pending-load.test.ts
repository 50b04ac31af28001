import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  decodePendingLoadRequest,
  type PendingLoadReply,
  signPendingLoadReply,
} from '#batch/pending-load-message';
import { milliseconds, yen } from '#units';
import { httpPendingLoads } from '../../../terminal/batch/http-pending-load.ts';
import type { PendingLoadAnswer } from '../../../terminal/debit/pending-load.ts';
import { cardIdm, NOON } from '../../scheme.ts';

const terminal = generateKeyPairSync('ed25519');
const issuer = generateKeyPairSync('ed25519');
const CARD = { idm: cardIdm(1), cardCounter: 3 };

let server: Server | undefined;

afterEach(() => {
  server?.close();
  server = undefined;
});

/** Asks an issuer that answers so. */
async function ask(
  answerTo: (request: Uint8Array) => { readonly status: number; readonly body: unknown },
): Promise<PendingLoadAnswer> {
  const listening = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { status, body } = answerTo(Uint8Array.from(Buffer.concat(chunks)));
      response.writeHead(status).end(JSON.stringify(body));
    });
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  return await httpPendingLoads({
    issuerUrl: `http://127.0.0.1:${port}`,
    terminalId: 9,
    privateKey: terminal.privateKey,
    issuerKey: issuer.publicKey,
    now: () => NOON,
    timeoutMs: milliseconds(5_000),
  }).ask(CARD);
}

function answered(request: Uint8Array, changes: Partial<PendingLoadReply>) {
  const asked = decodePendingLoadRequest(request);
  if (asked === undefined) throw new Error('expected a request');
  const reply = { ...asked, result: 'offered', number: 7, amount: yen(350), ...changes } as const;
  const bytes = signPendingLoadReply(issuer.privateKey, reply);
  return { status: 200, body: { answer: Buffer.from(bytes).toString('base64') } };
}

describe('pending loads over HTTP', () => {
  it('are offered, in doubt, or none', async () => {
    expect(await ask((request) => answered(request, {}))).toEqual({
      result: 'offered',
      offer: { number: 7, amount: 350 },
    });
    expect(await ask((request) => answered(request, { result: 'in-doubt' }))).toEqual({
      result: 'in-doubt',
      number: 7,
    });
    expect(await ask((request) => answered(request, { result: 'none' }))).toEqual({
      result: 'none',
    });
  });

  it.each([
    ['another terminal', { terminalId: 8 }],
    ['another card', { idm: cardIdm(2) }],
    ['another counter', { cardCounter: 4 }],
    ['another time', { time: (NOON - 1) as typeof NOON }],
  ])('are not believed for %s', async (_what, changes) => {
    await expect(ask((request) => answered(request, changes))).rejects.toMatchObject({
      code: 'UPLINK_ANSWER_INVALID',
    });
  });

  it('are not believed unsigned, and a refusal is told with its reason', async () => {
    const invalid = { code: 'UPLINK_ANSWER_INVALID' };
    const unsigned = { status: 200, body: { answer: 'AAAA' } };
    await expect(ask(() => unsigned)).rejects.toMatchObject(invalid);
    await expect(ask(() => ({ status: 200, body: {} }))).rejects.toMatchObject(invalid);
    await expect(ask(() => ({ status: 502, body: 'x' }))).rejects.toMatchObject(invalid);
    const refused = { code: 'PENDING_LOAD_STALE', detail: 'set the clock' };
    await expect(ask(() => ({ status: 403, body: refused }))).rejects.toMatchObject({
      code: 'UPLINK_REFUSED',
      message: 'the issuer says PENDING_LOAD_STALE: set the clock',
    });
  });
});
