import { describe, expect, it } from 'vitest';
import {
  type AesCredentials,
  answerAuthentication1V2,
  answerAuthentication2V2,
  continueAesAuthentication,
  decodeAuthentication1V2Request,
  finishAesAuthentication,
  groupKeyOf,
  startAesAuthentication,
} from '#felica/aes-authentication';
import { type AesSession, openAesFrame, sealAesFrame } from '#felica/aes-messaging';
import { idm, nodeCode } from '#felica/identifiers';
import vector from '../../vectors/felica-aes-session.json' with { type: 'json' };
import { hex, inHex } from './hex.ts';

const card = idm(hex(vector.idm));
const nodes = vector.nodes.map((code) => nodeCode(Number.parseInt(code, 16)));
const credentials: AesCredentials = {
  groupKey: groupKeyOf(vector.nodeKeys.map(hex)),
  individualKey: hex(vector.individualKey),
};
const random1 = hex(vector.random1);
const issue = { idi: hex(vector.idi), pmi: hex(vector.pmi) };

const reader = {
  authentication1: () => startAesAuthentication({ idm: card, nodes, credentials, random1 }),
  authentication2: () =>
    continueAesAuthentication(reader.authentication1().state, hex(vector.authentication1.response)),
  session(): AesSession {
    const finished = finishAesAuthentication(
      reader.authentication2()!.state,
      hex(vector.authentication2.response),
    );
    return finished!.session;
  },
};

const emulatedCard = {
  authentication1: () =>
    answerAuthentication1V2({
      idm: card,
      request: decodeAuthentication1V2Request(hex(vector.authentication1.request))!,
      credentials,
      random2: hex(vector.random2),
      random3: hex(vector.random3),
    }),
  authentication2: () =>
    answerAuthentication2V2(
      emulatedCard.authentication1().state,
      hex(vector.authentication2.request),
      issue,
    ),
  session: (): AesSession => emulatedCard.authentication2()!.session,
};

describe('published AES session', () => {
  it('has the group key of its two node keys', () => {
    expect(inHex(credentials.groupKey)).toBe(vector.groupKey);
  });

  it('begins with the published request of Authentication1', () => {
    expect(inHex(reader.authentication1().request)).toBe(
      inHex(hex(vector.authentication1.request)),
    );
  });

  it('shows the card which nodes the reader asks for', () => {
    const request = decodeAuthentication1V2Request(hex(vector.authentication1.request));
    expect(request?.nodes).toEqual([0x1014, 0x1008]);
    expect(request?.idm).toEqual(card);
  });

  it('has the published answer to Authentication1', () => {
    expect(inHex(emulatedCard.authentication1().response)).toBe(
      inHex(hex(vector.authentication1.response)),
    );
  });

  it('goes on with the published request of Authentication2', () => {
    expect(inHex(reader.authentication2()!.request)).toBe(
      inHex(hex(vector.authentication2.request)),
    );
  });

  it('has the published answer to Authentication2', () => {
    expect(inHex(emulatedCard.authentication2()!.response)).toBe(
      inHex(hex(vector.authentication2.response)),
    );
  });

  it('tells the authenticated reader the issue ID and the issue parameter', () => {
    const finished = finishAesAuthentication(
      reader.authentication2()!.state,
      hex(vector.authentication2.response),
    );
    expect(inHex(finished!.idi)).toBe(vector.idi);
    expect(inHex(finished!.pmi)).toBe(vector.pmi);
  });

  it('leaves reader and card with the same keys', () => {
    expect(reader.session()).toEqual(emulatedCard.session());
  });

  describe.each([
    { name: 'Write v2', command: 0x46, exchange: vector.write },
    { name: 'Read v2', command: 0x44, exchange: vector.read },
  ])('$name', ({ command, exchange }) => {
    it('is sealed by the reader as published', () => {
      const packet = sealAesFrame({
        session: reader.session(),
        code: command,
        transactionNumber: exchange.transactionNumber,
        payload: hex(exchange.requestPayload),
      });
      expect(inHex(packet)).toBe(inHex(hex(exchange.request)));
    });

    it('is opened by the card', () => {
      expect(openAesFrame(emulatedCard.session(), hex(exchange.request))).toEqual({
        code: command,
        transactionNumber: exchange.transactionNumber,
        payload: hex(exchange.requestPayload),
      });
    });

    it('is answered by the card as published, with the next transaction number', () => {
      const packet = sealAesFrame({
        session: emulatedCard.session(),
        code: command + 1,
        transactionNumber: exchange.transactionNumber + 1,
        payload: hex(exchange.responsePayload),
      });
      expect(inHex(packet)).toBe(inHex(hex(exchange.response)));
    });

    it('has an answer that the reader opens', () => {
      expect(openAesFrame(reader.session(), hex(exchange.response))).toEqual({
        code: command + 1,
        transactionNumber: exchange.transactionNumber + 1,
        payload: hex(exchange.responsePayload),
      });
    });
  });
});
