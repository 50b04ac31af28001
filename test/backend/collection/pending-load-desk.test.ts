import { createPublicKey } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type PendingLoadRequest,
  signPendingLoadRequest,
  verifyPendingLoadReply,
} from '#batch/pending-load-message';
import { epochMs } from '#units';
import type { PendingLoadReceipt } from '../../../backend/collection/pending-load-desk.ts';
import { NOON } from '../../scheme.ts';
import { ServedBackend } from '../http/served-backend.ts';
import type { Scenario, TestCard, TestTerminal } from '../scenario.ts';

const MINUTE_MS = 60_000;

let served: ServedBackend;
let scenario: Scenario;
let kiosk: TestTerminal;
let card: TestCard;

/** A card whose refund of 60 yen waits. */
beforeEach(async () => {
  served = await ServedBackend.start();
  ({ scenario } = served);
  kiosk = await scenario.terminal(9, 'load');
  card = await scenario.card(1);
  const till = await scenario.terminal(42);
  const sale = till.write(card, 100);
  till.claim(sale, 60);
  await scenario.upload(till, till.close());
});

afterEach(() => served.stop());

function requestOf(changes: Partial<PendingLoadRequest> = {}): PendingLoadRequest {
  return { terminalId: 9, idm: card.idm, cardCounter: card.counter, time: NOON, ...changes };
}

function ask(
  changes: Partial<PendingLoadRequest> = {},
  terminal: TestTerminal = kiosk,
): Promise<PendingLoadReceipt> {
  const bytes = signPendingLoadRequest(terminal.privateKey, requestOf(changes));
  return scenario.backend.pendingLoads.answer(changes.terminalId ?? 9, bytes);
}

async function resultOf(asked: Promise<PendingLoadReceipt>): Promise<unknown> {
  const receipt = await asked;
  if (receipt.result === 'refused') return receipt.reason;
  const key = scenario.backend.keystore.signingKey;
  const reply = verifyPendingLoadReply(createPublicKey(key), receipt.answer);
  return [reply?.result, reply?.number, reply?.amount];
}

describe('the desk for pending loads', () => {
  it('offers what waits, however often it is asked, and remembers it once', async () => {
    expect(await resultOf(ask())).toEqual(['offered', 1, 60]);
    expect(await resultOf(ask())).toEqual(['offered', 1, 60]);
    expect(await scenario.count('SELECT count(*) FROM pending_load_offer')).toBe(1);
    const other = await scenario.card(2);
    expect(await resultOf(ask({ idm: other.idm, cardCounter: 0 }))).toEqual(['none', 0, 0]);
  });

  it('is in doubt about a card that went on, or back', async () => {
    await ask();
    expect(await resultOf(ask({ cardCounter: card.counter + 1 }))).toEqual(['in-doubt', 1, 0]);
    expect(await resultOf(ask({ cardCounter: card.counter - 1 }))).toEqual(['in-doubt', 1, 0]);
  });

  it('refuses who is not a load terminal that we know, signs for itself, and has the time', async () => {
    const till = await scenario.terminal(43);
    expect(await resultOf(ask({ terminalId: 43 }, till))).toBe('PENDING_LOAD_NOT_ALLOWED');
    expect(await resultOf(ask({ terminalId: 77 }))).toBe('TERMINAL_UNKNOWN');
    expect(await resultOf(ask({}, till))).toBe('PENDING_LOAD_SIGNATURE_INVALID');
    const late = ask({ time: epochMs(NOON - 11 * MINUTE_MS) });
    expect(await resultOf(late)).toBe('PENDING_LOAD_STALE');
    const early = ask({ time: epochMs(NOON + 11 * MINUTE_MS) });
    expect(await resultOf(early)).toBe('PENDING_LOAD_STALE');
    const own = signPendingLoadRequest(kiosk.privateKey, requestOf());
    const other = scenario.backend.pendingLoads.answer(8, own);
    expect(await resultOf(other)).toBe('PENDING_LOAD_MALFORMED');
    expect(await scenario.count('SELECT count(*) FROM pending_load_offer')).toBe(0);
  });

  it('answers over HTTP, and says there what was wrong', async () => {
    const send = (body: Uint8Array, type = 'application/octet-stream') =>
      served.request('/terminals/9/pending-loads', {
        method: 'POST',
        headers: { 'content-type': type },
        body: Buffer.from(body),
      });
    const bytes = signPendingLoadRequest(kiosk.privateKey, requestOf());
    expect(await send(bytes)).toMatchObject({ status: 200, body: { answer: expect.any(String) } });
    expect(await send(bytes.with(5, 9))).toMatchObject({
      status: 400,
      body: { code: 'PENDING_LOAD_MALFORMED' },
    });
    expect(await send(bytes, 'text/plain')).toMatchObject({ status: 415 });
    expect(await send(new Uint8Array(200))).toMatchObject({ status: 413 });
  });
});
