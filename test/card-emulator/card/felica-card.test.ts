import { describe, expect, it } from 'vitest';
import {
  CardImageError,
  CardStructureError,
  createFelicaCard,
  openCardImage,
} from '#emulated-card';
import { nodeCode } from '#felica/identifiers';
import type { FelicaCard } from '../../../card-emulator/card/open-card.ts';
import {
  amountBlock,
  block,
  countingRandom,
  dataText,
  frame,
  hex,
  IDM_0,
  IDM_1,
  OTHER,
  purseBlock,
  testCard,
  testPersonalisation,
  toHex,
  WALLET,
} from './test-card.ts';
import { element, openSession } from './test-session.ts';

const PMM = '0020ffffffffffff';
const KEYLESS_WRITE = frame(`08 ${IDM_0} 01 0900 01 8000 ${dataText(block(0x5a))}`);
const MODE = frame(`04 ${IDM_0}`);
const POLL_OWN = frame('00 4b5a 00 00');

function exchange(card: FelicaCard, fields: string): string | undefined {
  return toHex(card.exchange(frame(fields)));
}

function hexOf(fields: string): string | undefined {
  return toHex(frame(fields));
}

function modeOf(card: FelicaCard, idm = IDM_0): number | undefined {
  return card.exchange(frame(`04 ${idm}`))?.at(-1);
}

describe('Polling', () => {
  it.each([
    ['the system code', '4b5a', `${IDM_0} ${PMM}`],
    ['any system', 'ffff', `${IDM_0} ${PMM}`],
    ['a wildcard for the first byte', 'ff5a', `${IDM_0} ${PMM}`],
    ['a wildcard for the second byte', '4bff', `${IDM_0} ${PMM}`],
    ['the code of System 1', '4aaa', `${IDM_1} ${PMM}`],
    ['a wildcard that only System 1 fits', 'ffaa', `${IDM_1} ${PMM}`],
  ])('finds %s', (_, systemCode, answer) => {
    expect(exchange(testCard(), `00 ${systemCode} 00 00`)).toBe(hexOf(`01 ${answer}`));
  });

  it.each(['4b5b', '4c5a', 'ff5b', '0000'])('is silent for %s', (systemCode) => {
    expect(exchange(testCard(), `00 ${systemCode} 00 00`)).toBeUndefined();
  });

  it.each([
    ['00', ''],
    ['01', '4b5a'],
    ['02', '0083'],
    ['03', ''],
    ['ff', ''],
  ])('with request code %s appends %j', (requestCode, data) => {
    const answer = exchange(testCard(), `00 4b5a ${requestCode} 00`);
    expect(answer).toBe(hexOf(`01 ${IDM_0} ${PMM} ${data}`));
  });

  it('tells the system code of the system that it found', () => {
    const answer = exchange(testCard(), '00 4aff 01 00');
    expect(answer).toBe(hexOf(`01 ${IDM_1} ${PMM} 4aaa`));
  });

  it.each(['00', '01', '03', '07', '0f'])('answers for the time slots %s', (slots) => {
    expect(exchange(testCard(), `00 4b5a 00 ${slots}`)).toBeDefined();
  });

  it.each(['02', '10', 'ff'])('is silent for the time slots %s', (slots) => {
    expect(exchange(testCard(), `00 4b5a 00 ${slots}`)).toBeUndefined();
  });
});

describe('a card with two systems', () => {
  it('answers each by its own IDm', () => {
    const card = testCard();
    expect(modeOf(card, IDM_0)).toBe(0);
    expect(modeOf(card, IDM_1)).toBe(0);
    expect(modeOf(card, '2112233445566778')).toBeUndefined();
  });

  it('keeps their blocks apart', () => {
    const card = testCard();
    card.exchange(KEYLESS_WRITE);
    expect(card.storedBlocks(WALLET, nodeCode(0x0009))[0]).toEqual(block(0x5a));
    expect(card.storedBlocks(OTHER, nodeCode(0x0009))[0]).toEqual(block(0xa0));
  });

  it('routes a frame without an IDm to the system that holds the session', () => {
    const card = testCard();
    const session = openSession(card, [0x1014], { address: card1Idm(card) });
    session.write([element(0, 0), amountBlock(100, 2)]);
    const debited = purseBlock(9_900, 100, 0x55000000, 2);
    expect(card.storedBlocks(OTHER, nodeCode(0x1014))[0]).toEqual(debited);
    expect(card.storedBlocks(WALLET, nodeCode(0x1014))[0]).not.toEqual(debited);
  });

  it('leaves the session when a command names another system, and does that command', () => {
    const card = testCard();
    const session = openSession(card, [0x1014]);
    expect(exchange(card, `06 ${IDM_1} 01 0900 01 8000`)).toBeDefined();
    expect(session.read(element(0, 0))).toBeUndefined();
    expect(modeOf(card)).toBe(0);
  });

  it.each([
    ['an unknown command', `50 ${IDM_1}`],
    ['a command cut short', '06 1112233445'],
    ['an IDm that is nobody’s', '04 2112233445566778'],
  ])('stays in its session for %s', (_, fields) => {
    const card = testCard();
    const session = openSession(card, [0x1014]);
    expect(exchange(card, fields)).toBeUndefined();
    expect(session.read(element(0, 0))).toBeDefined();
  });

  it('begins with System 0 after the loss of power', () => {
    const card = testCard();
    exchange(card, '00 4aaa 00 00');
    card.powerOff();
    card.powerOn();
    expect(exchange(card, '00 ffff 00 00')).toBe(hexOf(`01 ${IDM_0} ${PMM}`));
  });
});

describe('the silence of the card', () => {
  it('is its only answer without power', () => {
    const card = createFelicaCard(testPersonalisation(), { random: countingRandom });
    expect(card.exchange(MODE)).toBeUndefined();
    expect(card.exchange(POLL_OWN)).toBeUndefined();
    card.powerOn();
    expect(card.exchange(MODE)).toBeDefined();
  });

  it.each([
    ['nothing', ''],
    ['a length alone', '01'],
    ['a length that is too large', `0b 04 ${IDM_0}`],
    ['a length that is too small', `09 04 ${IDM_0}`],
    ['another IDm', '0a 04 0112233445566779'],
    ['half an IDm', '06 04 01122334'],
    ['an unknown command', `0a 50 ${IDM_0}`],
    ['a response code', `0a 05 ${IDM_0}`],
    ['Authentication1 of the older scheme', `1a 10 ${IDM_0} 01 0000 02 1410 0810 9066eaaa97a2518a`],
    ['a Read without a service list', `0a 06 ${IDM_0}`],
    ['a Read without a block list', `0d 06 ${IDM_0} 01 0900`],
    ['a Read with half an element', `0f 06 ${IDM_0} 01 0900 01 80`],
    ['a Write with half a block', `18 08 ${IDM_0} 01 0900 01 8000 0000000000000000`],
    ['Reset Mode without its two bytes', `0a 3e ${IDM_0}`],
  ])('meets %s', (_, text) => {
    const card = testCard();
    const image = card.image();
    expect(card.exchange(hex(text))).toBeUndefined();
    expect(card.image()).toBe(image);
    expect(modeOf(card)).toBe(0);
  });

  it('meets no plain command for bytes after its parameters', () => {
    const card = testCard();
    const fields = [
      '00 4b5a 00 00 ff',
      `02 ${IDM_0} 01 1410 ff`,
      `04 ${IDM_0} ff`,
      `06 ${IDM_0} 01 0900 01 8000 ff`,
      `08 ${IDM_0} 01 0900 01 8000 ${dataText(block(1))} ff`,
      `0a ${IDM_0} 0000 ff`,
      `0c ${IDM_0} ff`,
      `3e ${IDM_0} 0000 ff`,
    ];
    for (const text of fields) expect(exchange(card, text)).toBeDefined();
  });
});

describe('Read and Write Without Encryption', () => {
  it('read and write the blocks of services without a key', () => {
    const card = testCard();
    const write = `08 ${IDM_0} 02 0900 4d00 02 8001 8100 ${dataText(block(1), block(2))}`;
    expect(exchange(card, write)).toBe(hexOf(`09 ${IDM_0} 00 00`));
    const data = dataText(block(1), block(2));
    expect(exchange(card, `06 ${IDM_0} 02 0900 4f00 02 8001 8100`)).toBe(
      hexOf(`07 ${IDM_0} 00 00 02 ${data}`),
    );
  });

  it('take elements of three bytes', () => {
    expect(exchange(testCard(), `06 ${IDM_0} 01 0900 01 000200`)).toBe(
      hexOf(`07 ${IDM_0} 00 00 01 ${dataText(block(0xa2))}`),
    );
  });

  it('subtract once when the same frame comes twice, because its execution ID repeats', () => {
    const card = testCard();
    const write = `08 ${IDM_0} 01 1510 01 8000 ${dataText(amountBlock(100, 2))}`;
    expect(exchange(card, write)).toBe(hexOf(`09 ${IDM_0} 00 00`));
    expect(exchange(card, write)).toBe(hexOf(`09 ${IDM_0} 00 00`));
    const [purse] = card.storedBlocks(WALLET, nodeCode(0x1015));
    expect(purse).toEqual(purseBlock(9_900, 100, 0x55000000, 2));
  });

  it.each([
    ['A1 for no service', '00 01 8000', 'ff a1'],
    ['A1 for seventeen services', `11 ${'0900'.repeat(17)} 01 8000`, 'ff a1'],
    ['A1 before A2', '00 00', 'ff a1'],
    ['A2 for no block', '01 0900 00', 'ff a2'],
    ['A2 for sixteen blocks', `01 0900 10 ${'8000'.repeat(16)}`, 'ff a2'],
    ['A3 for a service outside the list', '01 0900 02 8000 8100', '02 a3'],
    ['A4 for an area', '01 0000 01 8000', '01 a4'],
    ['A4 for the system', '01 ffff 01 8000', '01 a4'],
    ['A5 for a service with a key', '01 0800 01 8000', '01 a5'],
    ['A6 for a service that is not there', '01 0920 01 8000', '01 a6'],
    ['A7 for an access mode', '01 0900 01 9000', '01 a7'],
    ['A8 for a block that is not there', `01 0900 09 ${'8000'.repeat(8)} 8003`, '01 a8'],
  ])('answer a Read with %s', (_, fields, flags) => {
    expect(exchange(testCard(), `06 ${IDM_0} ${fields}`)).toBe(hexOf(`07 ${IDM_0} ${flags}`));
  });

  it.each([
    ['01 for a debit above the balance', '01 1510 01 8000', amountBlock(10_001, 2), '01 01'],
    ['02 for too much cashback', '01 1310 01 9000', amountBlock(251, 2), '01 02'],
    ['A1 for no service', '00 01 8000', block(1), 'ff a1'],
    ['A2 for no block', '01 0900 00', block(1), 'ff a2'],
    ['A3 for a service outside the list', '01 0900 01 8100', block(1), '01 a3'],
    ['A4 for an area', '01 0000 01 8000', block(1), '01 a4'],
    ['A5 for a service that is read only', '01 0b00 01 8000', block(1), '01 a5'],
    ['A6 for a service that is not there', '01 0920 01 8000', block(1), '01 a6'],
    ['A7 for a change of keys', '01 0900 01 c000', block(1), '01 a7'],
    ['A8 for a block that is not there', '01 0900 01 8003', block(1), '01 a8'],
  ])('answer a Write with %s', (_, fields, data, flags) => {
    const card = testCard();
    const image = card.image();
    const answer = exchange(card, `08 ${IDM_0} ${fields} ${dataText(data)}`);
    expect(answer).toBe(hexOf(`09 ${IDM_0} ${flags}`));
    expect(card.image()).toBe(image);
  });

  it('answer a Write with AF for more cyclic blocks than there are', () => {
    const data = dataText(block(1), block(2), block(3), block(4));
    const answer = exchange(testCard(), `08 ${IDM_0} 01 4d00 04 8000800080008000 ${data}`);
    expect(answer).toBe(hexOf(`09 ${IDM_0} 08 af`));
  });

  it('refuse to raise the purse directly when the card is told to', () => {
    const raise = `08 ${IDM_0} 01 1110 01 8000 ${dataText(purseBlock(10_001))}`;
    expect(exchange(testCard(), raise)).toBe(hexOf(`09 ${IDM_0} 00 00`));
    const strict = testCard({}, { directMayNotIncrease: true });
    expect(exchange(strict, raise)).toBe(hexOf(`09 ${IDM_0} 01 a5`));
  });
});

describe('a card', () => {
  it('keeps no reference to a frame', () => {
    const card = testCard();
    const write = KEYLESS_WRITE.slice();
    card.exchange(write);
    write.fill(0);
    expect(card.storedBlocks(WALLET, nodeCode(0x0009))[0]).toEqual(block(0x5a));
  });

  it('shows copies of its blocks, and none of what it does not have', () => {
    const card = testCard();
    card.storedBlocks(WALLET, nodeCode(0x0009))[0]!.fill(0xff);
    expect(card.storedBlocks(WALLET, nodeCode(0x0009))[0]).toEqual(block(0xa0));
    expect(card.storedBlocks(WALLET, nodeCode(0x2009))).toEqual([]);
  });

  it('has the IDm of System 0', () => {
    expect(toHex(testCard().idm)).toBe(IDM_0);
  });

  it('is not made of what no card can be', () => {
    const options = { random: countingRandom };
    expect(() => createFelicaCard(testPersonalisation({ systems: [] }), options)).toThrow(
      CardStructureError,
    );
    expect(() => openCardImage('{}', options)).toThrow(CardImageError);
  });
});

function card1Idm(card: FelicaCard): FelicaCard['idm'] {
  const idm = card.idm.slice() as FelicaCard['idm'];
  idm[0]! |= 0x10;
  return idm;
}
