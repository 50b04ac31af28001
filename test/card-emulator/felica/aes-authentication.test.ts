import { describe, expect, it } from 'vitest';
import {
  type AesCredentials,
  AUTHENTICATION_NODES_MAX,
  type Authentication1Answered,
  answerAuthentication1V2,
  answerAuthentication2V2,
  continueAesAuthentication,
  decodeAuthentication1V2Request,
  finishAesAuthentication,
  groupKeyOf,
  startAesAuthentication,
} from '#felica/aes-authentication';
import { sealAesFrame } from '#felica/aes-messaging';
import { idm, nodeCode } from '#felica/identifiers';
import groupKeys from '../../vectors/felica-aes-group-keys.json' with { type: 'json' };
import { hex, inHex } from './hex.ts';

const card = idm(hex('0102030405060708'));
const otherCard = idm(hex('0102030405060709'));
const credentials: AesCredentials = {
  groupKey: groupKeyOf([new Uint8Array(16).fill(0x11)]),
  individualKey: new Uint8Array(16).fill(0x22),
};
const otherCredentials: AesCredentials = {
  ...credentials,
  individualKey: new Uint8Array(16).fill(0x23),
};
const nodes = [nodeCode(0x1014)];
const random1 = new Uint8Array(16).fill(0x33);
const random2 = new Uint8Array(16).fill(0x44);
const random3 = hex('aabbccdd');
const issue = { idi: hex('a1a2a3a4a5a6a7a8'), pmi: hex('b1b2b3b4b5b6b7b8') };

function start(changes: { readonly credentials?: AesCredentials } = {}) {
  return startAesAuthentication({ idm: card, nodes, credentials, random1, ...changes });
}

function answer1(
  request: Uint8Array,
  changes: { readonly credentials?: AesCredentials } = {},
): { readonly response: Uint8Array; readonly state: Authentication1Answered } {
  return answerAuthentication1V2({
    idm: card,
    request: decodeAuthentication1V2Request(request)!,
    credentials,
    random2,
    random3,
    ...changes,
  });
}

function untilAuthentication2() {
  const first = start();
  const answered = answer1(first.request);
  const second = continueAesAuthentication(first.state, answered.response)!;
  return { first, answered, second };
}

function eachBitFlipped(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: 8 * bytes.length }, (_, bit) =>
    bytes.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)),
  );
}

describe('group key', () => {
  it.each(groupKeys)('of $nodeKeys is $groupKey', ({ nodeKeys, groupKey }) => {
    expect(inHex(groupKeyOf(nodeKeys.map(hex)))).toBe(groupKey);
  });

  it('depends on the order of the nodes', () => {
    const [first, second] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)];
    expect(groupKeyOf([first, second])).not.toEqual(groupKeyOf([second, first]));
  });

  it('does not exist without a node: it would be known to everybody', () => {
    expect(() => groupKeyOf([])).toThrow(RangeError);
  });

  it('is made of keys of 16 bytes only', () => {
    expect(() => groupKeyOf([new Uint8Array(8)])).toThrow(RangeError);
    expect(() => groupKeyOf([new Uint8Array(32)])).toThrow(RangeError);
  });
});

describe('reader that authenticates', () => {
  it('shares its session with a card that holds the same keys', () => {
    const { answered, second } = untilAuthentication2();
    const cardEnd = answerAuthentication2V2(answered.state, second.request, issue)!;
    const readerEnd = finishAesAuthentication(second.state, cardEnd.response)!;
    expect(readerEnd).toEqual({ session: cardEnd.session, ...issue });
  });

  it('stops at a card with another individual key', () => {
    const first = start();
    const { response } = answer1(first.request, { credentials: otherCredentials });
    expect(continueAesAuthentication(first.state, response)).toBeUndefined();
  });

  it('stops at an answer from another IDm', () => {
    const { first, answered } = untilAuthentication2();
    const foreign = answered.response.slice();
    foreign.set(otherCard, 2);
    expect(continueAesAuthentication(first.state, foreign)).toBeUndefined();
  });

  it('stops at an answer to an earlier question', () => {
    const { answered } = untilAuthentication2();
    const fresh = startAesAuthentication({
      idm: card,
      nodes,
      credentials,
      random1: new Uint8Array(16).fill(0x34),
    });
    expect(continueAesAuthentication(fresh.state, answered.response)).toBeUndefined();
  });

  it('stops at a mirror that sends its own challenge back', () => {
    const first = start();
    const c1a = first.request.subarray(-16);
    const mirror = hex(`2e 41 0102030405060708 ${inHex(c1a)} ${inHex(c1a)} 00000000`);
    expect(continueAesAuthentication(first.state, mirror)).toBeUndefined();
  });

  it('never ends with a session when one bit of the first answer is another', () => {
    const { first, answered } = untilAuthentication2();
    for (const response of eachBitFlipped(answered.response)) {
      const second = continueAesAuthentication(first.state, response);
      const end = second && answerAuthentication2V2(answered.state, second.request, issue);
      expect(end).toBeUndefined();
    }
  });

  it('never ends with a session when one bit of the second answer is another', () => {
    const { answered, second } = untilAuthentication2();
    const { response } = answerAuthentication2V2(answered.state, second.request, issue)!;
    for (const wrong of eachBitFlipped(response)) {
      expect(finishAesAuthentication(second.state, wrong)).toBeUndefined();
    }
  });

  it.each([
    ['another code', { code: 0x45, transactionNumber: 0, payloadBytes: 16 }],
    ['another transaction number', { code: 0x43, transactionNumber: 2, payloadBytes: 16 }],
    ['a payload too short', { code: 0x43, transactionNumber: 0, payloadBytes: 15 }],
    ['a payload too long', { code: 0x43, transactionNumber: 0, payloadBytes: 17 }],
  ])('takes no second answer with %s, though it is sealed well', (_, frame) => {
    const { second } = untilAuthentication2();
    const { code, transactionNumber, payloadBytes } = frame;
    const response = sealAesFrame({
      session: second.state.session,
      code,
      transactionNumber,
      payload: new Uint8Array(payloadBytes),
    });
    expect(finishAesAuthentication(second.state, response)).toBeUndefined();
  });

  it.each([0, AUTHENTICATION_NODES_MAX + 1])('asks for no list of %d nodes', (count) => {
    const many = Array.from({ length: count }, (_, code) => nodeCode(code));
    expect(() => startAesAuthentication({ idm: card, nodes: many, credentials, random1 })).toThrow(
      RangeError,
    );
  });

  it('uses no random number and no key of another length', () => {
    const short = new Uint8Array(15);
    expect(() => startAesAuthentication({ idm: card, nodes, credentials, random1: short })).toThrow(
      RangeError,
    );
    expect(() => start({ credentials: { ...credentials, groupKey: short } })).toThrow(RangeError);
    expect(() => start({ credentials: { ...credentials, individualKey: short } })).toThrow(
      RangeError,
    );
  });
});

describe('card that is authenticated', () => {
  it('is silent to a reader with another individual key', () => {
    const first = start({ credentials: otherCredentials });
    const answered = answer1(first.request);
    expect(continueAesAuthentication(first.state, answered.response)).toBeUndefined();
    const guess = hex(`1a 42 0102030405060708 ${'00'.repeat(16)}`);
    expect(answerAuthentication2V2(answered.state, guess, issue)).toBeUndefined();
  });

  it('is silent when one bit of Authentication2 is another', () => {
    const { answered, second } = untilAuthentication2();
    for (const packet of eachBitFlipped(second.request)) {
      expect(answerAuthentication2V2(answered.state, packet, issue)).toBeUndefined();
    }
  });

  it('is silent to its own challenge sent back', () => {
    const { answered } = untilAuthentication2();
    const c2a = answered.response.subarray(26, 42);
    const mirror = hex(`1a 42 0102030405060708 ${inHex(c2a)}`);
    expect(answerAuthentication2V2(answered.state, mirror, issue)).toBeUndefined();
  });

  it('is silent to Authentication2 of an earlier session', () => {
    const { second } = untilAuthentication2();
    const fresh = answerAuthentication1V2({
      idm: card,
      request: decodeAuthentication1V2Request(start().request)!,
      credentials,
      random2: new Uint8Array(16).fill(0x45),
      random3,
    });
    expect(answerAuthentication2V2(fresh.state, second.request, issue)).toBeUndefined();
  });

  it('answers no request for another IDm', () => {
    const request = decodeAuthentication1V2Request(start().request)!;
    expect(() =>
      answerAuthentication1V2({ idm: otherCard, request, credentials, random2, random3 }),
    ).toThrow(RangeError);
  });

  it('uses no random number and no issue field of another length', () => {
    const request = decodeAuthentication1V2Request(start().request)!;
    const good = { idm: card, request, credentials, random2, random3 };
    expect(() => answerAuthentication1V2({ ...good, random2: hex('00') })).toThrow(RangeError);
    expect(() => answerAuthentication1V2({ ...good, random3: hex('00') })).toThrow(RangeError);
    const { answered, second } = untilAuthentication2();
    const short = { ...issue, idi: hex('a1') };
    expect(() => answerAuthentication2V2(answered.state, second.request, short)).toThrow(
      RangeError,
    );
  });
});

describe('Authentication1 v2 request', () => {
  const challenge = '00112233445566778899aabbccddeeff';

  it.each([
    ['no node', `1c 40 0102030405060708 00 00 ${challenge}`],
    ['a node cut off', `1d 40 0102030405060708 00 01 14 ${challenge}`],
    ['a node too many', `20 40 0102030405060708 00 01 1410 0810 ${challenge}`],
    ['a challenge cut off', `1d 40 0102030405060708 00 01 1410 ${challenge.slice(2)}`],
    ['a byte too many', `1f 40 0102030405060708 00 01 1410 ${challenge} 00`],
    ['an unknown operation parameter', `1e 40 0102030405060708 01 01 1410 ${challenge}`],
    ['the code of the DES type', `1e 10 0102030405060708 00 01 1410 ${challenge}`],
    ['33 nodes', `5e 40 0102030405060708 00 21 ${'1410'.repeat(33)} ${challenge}`],
    ['nothing after the IDm', '0a 40 0102030405060708'],
  ])('is not read with %s', (_, packet) => {
    expect(decodeAuthentication1V2Request(hex(packet))).toBeUndefined();
  });

  it('names up to 32 nodes', () => {
    const many = Array.from({ length: 32 }, (_, code) => nodeCode(code));
    const { request } = startAesAuthentication({ idm: card, nodes: many, credentials, random1 });
    expect(decodeAuthentication1V2Request(request)?.nodes).toEqual(many);
  });
});
