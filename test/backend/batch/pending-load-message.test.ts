import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  decodePendingLoadRequest,
  isPendingLoadRequestAuthentic,
  PENDING_LOAD_ANSWER_BYTES,
  PENDING_LOAD_REQUEST_BYTES,
  signPendingLoadReply,
  signPendingLoadRequest,
  verifyPendingLoadReply,
} from '#batch/pending-load-message';
import { yen } from '#units';
import { cardIdm, NOON } from '../../scheme.ts';

const terminal = generateKeyPairSync('ed25519');
const issuer = generateKeyPairSync('ed25519');
const REQUEST = { terminalId: 9, idm: cardIdm(1), cardCounter: 3, time: NOON };
const REPLY = { ...REQUEST, result: 'offered', number: 7, amount: yen(350) } as const;
const request = signPendingLoadRequest(terminal.privateKey, REQUEST);
const reply = signPendingLoadReply(issuer.privateKey, REPLY);

describe('what a load terminal asks', () => {
  it('has the bytes of the page, and is signed', () => {
    expect(request).toHaveLength(PENDING_LOAD_REQUEST_BYTES);
    const idm = Buffer.from(cardIdm(1)).toString('hex');
    expect(Buffer.from(request.subarray(0, 28)).toString('hex')).toBe(
      `4b5a503100000009${idm}00030000${NOON.toString(16).padStart(16, '0')}`,
    );
    expect(decodePendingLoadRequest(request)).toEqual(REQUEST);
    expect(isPendingLoadRequestAuthentic(terminal.publicKey, request)).toBe(true);
  });

  it('is nothing with any byte changed', () => {
    for (let position = 0; position < request.length; position++) {
      const changed = request.with(position, (request[position] ?? 0) ^ 1);
      expect(isPendingLoadRequestAuthentic(terminal.publicKey, changed)).toBe(false);
    }
    expect(decodePendingLoadRequest(request.with(0, 0))).toBeUndefined();
    expect(decodePendingLoadRequest(request.with(19, 1))).toBeUndefined();
    expect(decodePendingLoadRequest(request.with(20, 0xff))).toBeUndefined();
    expect(decodePendingLoadRequest(request.slice(1))).toBeUndefined();
  });
});

describe('what the issuer answers', () => {
  it.each([
    REPLY,
    { ...REPLY, result: 'in-doubt', amount: yen(0) },
    { ...REPLY, result: 'none', number: 0, amount: yen(0) },
  ] as const)('is read as it was signed: $result', (said) => {
    const bytes = signPendingLoadReply(issuer.privateKey, said);
    expect(bytes).toHaveLength(PENDING_LOAD_ANSWER_BYTES);
    expect(verifyPendingLoadReply(issuer.publicKey, bytes)).toEqual(said);
  });

  it('is nothing with any byte changed, by another, and as a request', () => {
    for (let position = 0; position < reply.length; position++) {
      const changed = reply.with(position, (reply[position] ?? 0) ^ 1);
      expect(verifyPendingLoadReply(issuer.publicKey, changed)).toBeUndefined();
    }
    expect(verifyPendingLoadReply(terminal.publicKey, reply)).toBeUndefined();
    expect(verifyPendingLoadReply(issuer.publicKey, reply.slice(1))).toBeUndefined();
    expect(verifyPendingLoadReply(terminal.publicKey, request)).toBeUndefined();
  });
});
