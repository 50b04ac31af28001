import { describe, expect, it } from 'vitest';
import { nodeCode } from '#felica/identifiers';
import { frame, IDM_0, testCard, toHex } from './test-card.ts';
import { beginSession, openSession } from './test-session.ts';

const C1A = '0f'.repeat(16);

function nodeText(codes: readonly number[]): string {
  return codes.map((code) => toHex(Uint8Array.of(code & 0xff, code >> 8))).join('');
}

function authentication1(codes: readonly number[]): Uint8Array {
  const count = codes.length.toString(16).padStart(2, '0');
  return frame(`40 ${IDM_0} 00 ${count} ${nodeText(codes)} ${C1A}`);
}

describe('Authentication1', () => {
  it.each([
    ['a service with a key', [0x1014]],
    ['several services in any order', [0x1014, 0x0008, 0x1010]],
    ['an area and the system', [0x0000, 0xffff]],
    ['a service without a key after one with', [0x1014, 0x1017, 0x0009]],
    ['one node twice', [0x1014, 0x1014]],
    ['thirty-two nodes', Array.from({ length: 32 }, () => 0x1014)],
  ])('is answered for %s', (_, codes) => {
    const response = testCard().exchange(authentication1(codes));
    expect(toHex(response)).toMatch(new RegExp(`^2e41${IDM_0}`));
  });

  it.each([
    ['a service that is not there', [0x1014, 0x2008]],
    ['an area that is not there', [0x1000]],
    ['only services without a key', [0x1017]],
    ['a service without a key before one with', [0x1017, 0x1014]],
    ['no node', []],
    ['thirty-three nodes', Array.from({ length: 33 }, () => 0x1014)],
  ])('is silent for %s', (_, codes) => {
    expect(testCard().exchange(authentication1(codes))).toBeUndefined();
  });

  it('opens a session for a reader with all the keys', () => {
    expect(openSession(testCard(), [0x1014, 0x0000, 0x1017]).card).toBeDefined();
  });

  it.each([
    ['a node key', { nodeKeys: [new Uint8Array(16)] }],
    ['the individual key', { individualKey: new Uint8Array(16) }],
  ])('is answered for a reader with another %s, who can tell nothing from it', (_, options) => {
    const card = testCard();
    expect(beginSession(card, [nodeCode(0x1014)], options)).toBeUndefined();
  });
});

describe('Authentication2', () => {
  it('is silent for a reader without the keys, and the card waits on in Mode 1', () => {
    const card = testCard();
    const begun = beginSession(card, [0x1014])!;
    const wrong = begun.request.slice();
    wrong[25]! ^= 1;
    expect(card.exchange(wrong)).toBeUndefined();
    expect(card.exchange(begun.request)).toBeDefined();
  });

  it('answers the same frame with the same bytes once the session is open', () => {
    const card = testCard();
    const begun = beginSession(card, [0x1014])!;
    const first = card.exchange(begun.request);
    expect(card.exchange(begun.request)).toEqual(first);
  });

  it('is silent for the answer to an older Authentication1', () => {
    const card = testCard();
    const old = beginSession(card, [0x1014], { random1: new Uint8Array(16) })!;
    beginSession(card, [0x0008]);
    expect(card.exchange(old.request)).toBeUndefined();
  });
});
