import { describe, expect, it } from 'vitest';
import {
  answerAuthentication1,
  answerAuthentication2,
  continueDesAuthentication,
  type DesCredentials,
  decodeAuthentication1Request,
  desGroupKeyOf,
  desUserKeyOf,
  finishDesAuthentication,
  startDesAuthentication,
} from '#felica/des-authentication';
import { type DesSession, isDesPadding, openDesFrame, sealDesFrame } from '#felica/des-messaging';
import { idm, nodeCode } from '#felica/identifiers';
import vector from '../../vectors/felica-des-session.json' with { type: 'json' };
import { hex, inHex } from './hex.ts';

const card = idm(hex(vector.idm));
const groupKey = desGroupKeyOf(hex(vector.systemKey), vector.areaKeys.map(hex));
const credentials: DesCredentials = {
  groupKey,
  userKey: desUserKeyOf(groupKey, vector.serviceKeys.map(hex)),
};
const random1 = hex(vector.random1);
const issue = { idi: hex(vector.idi), pmi: hex(vector.pmi) };

function nodes(codes: readonly string[]) {
  return codes.map((code) => nodeCode(Number.parseInt(code, 16)));
}

const reader = {
  authentication1: () =>
    startDesAuthentication({
      idm: card,
      areas: nodes(vector.areas),
      services: nodes(vector.services),
      credentials,
      random1,
    }),
  authentication2: (response = hex(vector.authentication1.response)) =>
    continueDesAuthentication(reader.authentication1().state, response),
  session(): DesSession {
    const response = hex(vector.authentication2.response);
    return finishDesAuthentication(reader.authentication2()!.state, response)!.session;
  },
};

const emulatedCard = {
  authentication1: () =>
    answerAuthentication1({
      idm: card,
      request: decodeAuthentication1Request(hex(vector.authentication1.request))!,
      credentials,
      random2: hex(vector.random2),
    }),
  authentication2: (request = hex(vector.authentication2.request)) =>
    answerAuthentication2(emulatedCard.authentication1().state, request, issue),
};

describe('the published DES session', () => {
  it('has the group key and the user key of its nodes', () => {
    expect(inHex(credentials.groupKey)).toBe(vector.groupKey);
    expect(inHex(credentials.userKey)).toBe(vector.userKey);
  });

  it('begins with the published frames, at the reader and at the card', () => {
    expect(inHex(reader.authentication1().request)).toBe(
      inHex(hex(vector.authentication1.request)),
    );
    expect(inHex(emulatedCard.authentication1().response)).toBe(
      inHex(hex(vector.authentication1.response)),
    );
    expect(inHex(reader.authentication2()!.request)).toBe(
      inHex(hex(vector.authentication2.request)),
    );
    expect(inHex(emulatedCard.authentication2()!.response)).toBe(
      inHex(hex(vector.authentication2.response)),
    );
  });

  it('tells issue ID and issue parameter to the reader', () => {
    const response = hex(vector.authentication2.response);
    const finished = finishDesAuthentication(reader.authentication2()!.state, response);
    expect(finished).toMatchObject(issue);
    expect(emulatedCard.authentication2()!.session).toEqual(finished!.session);
  });

  it.each(vector.exchanges)('seals and opens: $what', (exchange) => {
    const session = reader.session();
    const { transactionNumber } = exchange;
    const [code] = hex(exchange.request).subarray(1);
    for (const [frame, payload, offset] of [
      [exchange.request, exchange.requestPayload, 0],
      [exchange.response, exchange.responsePayload, 1],
    ] as const) {
      const message = {
        code: code! + offset,
        transactionNumber: transactionNumber + offset,
        payload: hex(payload),
      };
      expect(inHex(sealDesFrame({ session, ...message }))).toBe(inHex(hex(frame)));
      const opened = openDesFrame(session, hex(frame))!;
      expect(opened).toMatchObject({
        code: message.code,
        transactionNumber: message.transactionNumber,
      });
      const { length } = message.payload;
      expect(opened.payload.slice(0, length)).toEqual(message.payload);
      expect(isDesPadding(opened.payload.subarray(length))).toBe(true);
    }
  });

  it('is not begun by a card or a reader without the keys', () => {
    const answer = hex(vector.authentication1.response);
    const proof = hex(vector.authentication2.request);
    for (let index = 10; index < answer.length - 8; index += 1) {
      const forged = answer.slice();
      forged[index]! ^= 1;
      expect(reader.authentication2(forged)).toBeUndefined();
    }
    for (let index = 2; index < proof.length; index += 1) {
      const forged = proof.slice();
      forged[index]! ^= 1;
      expect(emulatedCard.authentication2(forged)).toBeUndefined();
    }
  });
});

describe('the request of Authentication1', () => {
  const request = hex(vector.authentication1.request);

  it('names areas and services', () => {
    expect(decodeAuthentication1Request(request)).toMatchObject({
      idm: card,
      areas: [0x0000],
      services: [0x1014, 0x1008],
    });
  });

  it.each([
    ['without an area', '17 10 0112233445566778 00 02 1410 0810 9066eaaa97a2518a'],
    ['without a service', '15 10 0112233445566778 01 0000 00 9066eaaa97a2518a'],
    [
      'with the system as first area',
      '1a 10 0112233445566778 01 ffff 02 1410 0810 9066eaaa97a2518a',
    ],
    ['with a byte too many', '1b 10 0112233445566778 01 0000 02 1410 0810 9066eaaa97a2518a 00'],
    ['cut in its list', '0e 10 0112233445566778 01 0000 02'],
  ])('is none %s', (_what, text) => {
    expect(decodeAuthentication1Request(hex(text))).toBeUndefined();
  });
});
