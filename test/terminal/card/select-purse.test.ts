import { describe, expect, it } from 'vitest';
import type { CardLink } from '#emulated-card';
import { CommandCode } from '#felica/command-code';
import { idm, pmm, systemCode } from '#felica/identifiers';
import { decodePollingRequest, encodePollingResponse } from '#felica/polling';
import { milliseconds, yen } from '#units';
import { answerOf, exchangeWithCard } from '../../../terminal/card/card-exchange.ts';
import { selectPurse } from '../../../terminal/card/select-purse.ts';
import { EmulatedReader } from '../../../terminal/reader/emulated-reader.ts';
import { type Reader, ReaderError } from '../../../terminal/reader/reader.ts';
import { cardIdm, issuedCard, issuedLiteS, liteSam, testSam } from '../../scheme.ts';
import { balanceOf, Counter } from '../counter.ts';

const PMM = pmm(Uint8Array.of(1, 0x20, 0x22, 4, 0x27, 0x67, 0x4e, 0xff));
const IDM = cardIdm(1);
const ASKED = answerOf(CommandCode.requestResponse, IDM);
const REQUEST = Uint8Array.of(0x0a, 0x04, ...IDM);
const GOOD = Uint8Array.of(0x0b, 0x05, ...IDM, 0x00);

function readerGiving(answer: Uint8Array | undefined | ReaderError): Reader {
  const reader = new EmulatedReader();
  const transmit = (): Promise<Uint8Array | undefined> =>
    answer instanceof ReaderError ? Promise.reject(answer) : Promise.resolve(answer);
  return Object.assign(reader, { transmit });
}

function linkAnswering(answer: (frame: Uint8Array) => Uint8Array | undefined): CardLink {
  return { powerOn: () => undefined, powerOff: () => undefined, exchange: answer };
}

describe('an exchange', () => {
  it('is answered by a whole packet of the expected code and card', async () => {
    const exchange = await exchangeWithCard(readerGiving(GOOD), REQUEST, milliseconds(1), ASKED);
    expect(exchange).toEqual({ result: 'answered', packet: GOOD });
  });

  it.each([
    ['silence', undefined],
    ['an empty answer', new Uint8Array(0)],
    ['half an answer', GOOD.slice(0, 5)],
    ['a length byte that is not the length', GOOD.with(0, 0x0c)],
    ['the answer to another command', GOOD.with(1, 0x07)],
    ["another card's answer", GOOD.with(9, 0xff)],
    ['an answer too short to name a card', Uint8Array.of(0x02, 0x05)],
    ['a reader that fails', new ReaderError('READER_DISCONNECTED', 'unplugged')],
    ['a card that is gone', new ReaderError('CARD_ABSENT', 'no card')],
  ])('that ends in %s leaves open whether the card executed', async (_what, answer) => {
    const reader = readerGiving(answer);
    const exchange = await exchangeWithCard(reader, REQUEST, milliseconds(1), ASKED);
    expect(exchange).toMatchObject({ result: 'lost' });
    expect('fault' in exchange && exchange.fault).toBe(
      answer instanceof ReaderError ? answer : undefined,
    );
  });
});

describe('selecting a purse', () => {
  const select = (link: CardLink): ReturnType<typeof selectPurse> => {
    const reader = new EmulatedReader();
    reader.present(link);
    return selectPurse(reader, testSam('pos', 42), undefined);
  };

  it('polls with our system code, and never with the wildcard', async () => {
    const polled: number[] = [];
    await select(
      linkAnswering((frame) => {
        const request = decodePollingRequest(frame);
        if (request !== undefined) polled.push(request.systemCode);
        return undefined;
      }),
    );
    expect(new Set(polled)).toEqual(new Set([0x4b5a]));
  });

  it.each([
    ['an NFC peer', { idm: idm(Uint8Array.of(1, 0xfe, 0, 0, 0, 0, 0, 1)), system: 0x4b5a }],
    ['a card of another system', { idm: IDM, system: 0x0003 }],
  ])('passes over %s', async (_what, { idm: named, system }) => {
    const requestData = Uint8Array.of(system >> 8, systemCode(system) & 0xff);
    const answer = encodePollingResponse({ idm: named, pmm: PMM, requestData });
    expect(await select(linkAnswering(() => answer))).toMatchObject({ result: 'no-purse' });
  });

  it('passes over a card that does not say which system it answers for', async () => {
    const answer = encodePollingResponse({ idm: IDM, pmm: PMM });
    expect(await select(linkAnswering(() => answer))).toMatchObject({ result: 'no-purse' });
  });

  it('comes back to a card that never left the field by resetting its mode', async () => {
    const reader = new EmulatedReader();
    reader.present(issuedCard(1));
    const sam = testSam('pos', 42);
    const first = await selectPurse(reader, sam, undefined);
    if (first.result !== 'selected') throw new Error(first.result);
    expect(await selectPurse(reader, sam, undefined)).toMatchObject({ result: 'no-purse' });
    const again = await selectPurse(reader, sam, first.polledCard);
    expect(again).toMatchObject({ result: 'selected' });
    expect(again.result === 'selected' && (await again.card.read())).toMatchObject({
      purse: { balance: 0 },
    });
  });
});

describe('looking for a Lite-S', () => {
  it('adds no exchange for a Standard card, not even one that never left the field', async () => {
    const counts = [];
    for (const sam of [testSam('pos', 42), liteSam('pos', 42)]) {
      const reader = new EmulatedReader();
      reader.present(issuedCard(1));
      const first = await selectPurse(reader, sam, undefined);
      if (first.result !== 'selected') throw new Error(first.result);
      const afterFirst = reader.exchangeCount;
      await selectPurse(reader, sam, first.polledCard);
      counts.push([afterFirst, reader.exchangeCount]);
    }
    expect(counts).toEqual([
      [3, 8],
      [3, 8],
    ]);
  });

  it('comes back to one that never left the field', async () => {
    const reader = new EmulatedReader();
    reader.present(issuedLiteS(1));
    const sam = liteSam('pos', 42);
    const first = await selectPurse(reader, sam, undefined);
    if (first.result !== 'selected') throw new Error(first.result);
    expect(reader.exchangeCount).toBe(6);
    const again = await selectPurse(reader, sam, first.polledCard);
    expect(again).toMatchObject({ result: 'selected', keyVersion: 1 });
    expect(reader.exchangeCount).toBe(12);
  });
});

describe('an answer that is lost while the card stays', () => {
  it('is asked for again without lifting the card, and takes nothing twice', async () => {
    const loader = new Counter({ kind: 'load', terminalId: 9 });
    await loader.start();
    const card = issuedCard(1);
    let isFirst = true;
    loader.reader.present({
      powerOn: () => card.powerOn(),
      powerOff: () => card.powerOff(),
      exchange: (frame) => {
        const answer = card.exchange(frame);
        if (frame[1] !== CommandCode.writeV2 || !isFirst) return answer;
        isFirst = false;
        return undefined;
      },
    });
    const request = { saleId: 'load 1', kind: 'load', amount: yen(500) } as const;
    const tap = (): ReturnType<typeof loader.terminal.tap> =>
      loader.terminal.tap(request, milliseconds(0));
    expect(await tap()).toMatchObject({ outcome: 'unresolved' });
    expect(await tap()).toMatchObject({ outcome: 'approved', resolution: 'at-re-tap' });
    expect(balanceOf(card)).toBe(500);
    await loader.stop();
  });
});
