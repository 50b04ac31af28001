import { describe, expect, it } from 'vitest';
import { LiteBlock } from '#felica/lite-s-block';
import {
  ask,
  authenticate,
  block,
  challenge,
  I,
  liteCard,
  OK,
  OPEN,
  read,
  write,
  writeWithMacA,
} from './lite-test-card.ts';
import { toHex } from './test-card.ts';

const ZEROS = block('');
const FF = 'ff'.repeat(16);

describe('reading', () => {
  it('shows neither the card key nor the challenge', () => {
    const card = liteCard();
    challenge(card);
    expect(read(card, LiteBlock.ck, LiteBlock.rc)).toBe(`${OK}02${ZEROS}${ZEROS}`);
  });

  it('shows IDm, PMm, system code, and zeros for the check of the memory', () => {
    const card = liteCard();
    expect(read(card, LiteBlock.dId, LiteBlock.sysC, LiteBlock.crcCheck)).toBe(
      `${OK}03${I}00f1ffffffffffff${block('88b4')}${ZEROS}`,
    );
  });

  it('gives MAC_A over the block numbers of the whole request', () => {
    const card = liteCard({ writeCount: 0xfffe00, blocks: { [LiteBlock.ckv]: block('0100') } });
    challenge(card);
    expect(read(card, 0x82, 0x91).slice(-32)).toBe(block('6a9c1ca386de4213'));
    expect(read(card, 0x82, 0x86, 0x91).slice(-32)).toBe(block('724305fe37bc7963'));
    expect(read(card, 0x82, 0x86, 0x90, 0x91).slice(-32)).toBe(block('318e8b012f47973e'));
  });

  it('covers with a MAC what was named before it, and not what comes after', () => {
    const card = liteCard();
    challenge(card);
    expect(read(card, 0x82, 0x81).slice(38, 54)).toBe(read(card, 0x82, 0x81, 0).slice(38, 54));
    const before = read(card, 0x82, 0x81, 0);
    write(card, 0, FF);
    expect(read(card, 0x82, 0x81, 0).slice(0, -32)).toBe(before.slice(0, -32));
  });

  it.each([
    ['two services', `06 ${I} 02 0b00 0900 01 8000`, 'ffa1'],
    ['no service', `06 ${I} 00 01 8000`, 'ffa1'],
    ['no block', `06 ${I} 01 0b00 00`, 'ffa2'],
    ['five blocks', `06 ${I} 01 0b00 05 8000 8001 8002 8003 8004`, 'ffa2'],
    ['a MAC alone', `06 ${I} 01 0b00 01 8081`, 'ffa2'],
    ['a MAC_A first', `06 ${I} 01 0b00 02 8091 8000`, 'ffa2'],
    ['another service', `06 ${I} 01 0f00 01 8000`, '01a6'],
    ['an index outside the list', `06 ${I} 01 0b00 02 8000 8100`, '02a3'],
    ['an access mode', `06 ${I} 01 0b00 03 8000 8001 9002`, '04a7'],
    ['a block that does not exist', `06 ${I} 01 0b00 04 8000 8001 8002 800f`, '08a8'],
    ['a block above 255', `06 ${I} 01 0b00 01 00 8201`, '01a8'],
    ['MAC and MAC_A', `06 ${I} 01 0b00 03 8000 8081 8091`, '04b0'],
  ])('is refused with %s', (_, fields, flags) => {
    const card = liteCard();
    challenge(card);
    expect(ask(card, fields)).toBe(`0c07${I}${flags}`);
  });

  it('has no MAC before a challenge, nor after the power has gone', () => {
    const card = liteCard();
    expect([read(card, 0, 0x81), read(card, 0, 1, 0x91)]).toEqual(['02b2', '04b2']);
    challenge(card);
    expect(read(card, 0, 0x91).slice(0, 4)).toBe(OK);
    card.powerOff();
    card.powerOn();
    expect(read(card, 0, 0x91)).toBe('02b2');
  });

  it('of a restricted block asks for external authentication, at its place in the list', () => {
    const card = liteCard({ configuration: { readRestricted: 0x4002 } });
    const refused = [
      read(card, 1),
      read(card, 0, 1),
      read(card, 2, 0, 0x0e),
      read(card, 2, 3, 4, 1),
    ];
    expect(refused).toEqual(['01b1', '02b1', '04b1', '08b1']);
    expect(read(card, 0).slice(0, 4)).toBe(OK);
    authenticate(card);
    expect(read(card, 1, 0x0e)).toBe(`${OK}02${ZEROS}${FF}`);
  });

  it('finds no block of a Lite-S in a Lite', () => {
    const card = liteCard({ kind: 'lite' });
    challenge(card);
    const numbers = [0x90, 0x91, 0x92, 0xa0];
    expect(numbers.map((number) => read(card, number))).toEqual(['01a8', '01a8', '01a8', '01a8']);
  });
});

describe('writing', () => {
  it.each([
    ['two services', `08 ${I} 02 0900 0900 01 8000 ${ZEROS}`, 'ffa1'],
    ['no block', `08 ${I} 01 0900 00`, 'ffa2'],
    ['two blocks', `08 ${I} 01 0900 02 8000 8001 ${ZEROS}${ZEROS}`, 'ffa2'],
    ['three blocks', `08 ${I} 01 0900 03 8000 8091 8091 ${ZEROS.repeat(3)}`, 'ffa2'],
    ['the service for reading', `08 ${I} 01 0b00 01 8000 ${ZEROS}`, '01a6'],
    ['an index outside the list', `08 ${I} 01 0900 01 8100 ${ZEROS}`, '01a3'],
    ['an access mode', `08 ${I} 01 0900 01 9000 ${ZEROS}`, '01a7'],
    ['MAC_A with an access mode', `08 ${I} 01 0900 02 8000 9091 ${ZEROS}${ZEROS}`, '02a7'],
    ['a block that does not exist', `08 ${I} 01 0900 01 8089 ${ZEROS}`, '01a8'],
  ])('is refused with %s', (_, fields, flags) => {
    const card = liteCard();
    const before = card.snapshot();
    expect(ask(card, fields)).toBe(`0c09${I}${flags}`);
    expect(card.snapshot()).toEqual(before);
  });

  it.each([0x81, 0x83, 0x85, 0x90, 0x91, 0xa0])(
    'to block %i is refused: it is read only',
    (number) => {
      const card = liteCard({ configuration: OPEN });
      challenge(card);
      expect(write(card, number, ZEROS)).toBe('01a8');
      expect(writeWithMacA(card, number, ZEROS)).toBe('01a8');
    },
  );

  it.each([0x82, 0x84, 0x86, 0x87])('to block %i is refused after the issue', (number) => {
    const data = number === 0x82 ? block(I) : ZEROS;
    expect(write(liteCard({ configuration: OPEN }), number, data)).toBe(OK);
    expect(write(liteCard(), number, data)).toBe('01a8');
  });

  it('changes card key and version after the issue with MAC_A, where MC says so', () => {
    const card = liteCard({ configuration: { isCardKeyWritableWithMacA: true } });
    challenge(card);
    expect(write(card, LiteBlock.ckv, block('02'))).toBe('01a8');
    expect(writeWithMacA(card, LiteBlock.ckv, block('02'))).toBe(OK);
    expect(writeWithMacA(card, LiteBlock.ck, FF)).toBe(OK);
    expect(writeWithMacA(card, LiteBlock.serC, FF)).toBe('01a8');
    expect(toHex(card.storedBlock(LiteBlock.ck))).toBe(FF);
  });

  it('of a user block obeys the three masks: read only, MAC_A, external authentication', () => {
    const card = liteCard({
      configuration: { writable: 0x7ffe, macARequired: 0x0006, writeRestricted: 0x000c },
    });
    expect([0, 1, 2, 3, 4].map((number) => write(card, number, FF))).toEqual([
      '01a8',
      '01a8',
      '01a8',
      '01b1',
      OK,
    ]);
    challenge(card);
    expect([1, 2, 4].map((number) => writeWithMacA(card, number, FF))).toEqual([OK, '01b1', OK]);
    authenticate(card);
    expect([write(card, 2, FF), write(card, 3, FF)]).toEqual(['01a8', OK]);
    expect(writeWithMacA(card, 2, FF)).toBe(OK);
  });

  it('keeps the IDm in ID, and two bytes in SER_C and CKV', () => {
    const card = liteCard({ configuration: OPEN });
    expect(write(card, LiteBlock.id, FF)).toBe('01a9');
    expect(write(card, LiteBlock.id, `${I}${'a5'.repeat(8)}`)).toBe(OK);
    expect([write(card, LiteBlock.serC, FF), write(card, LiteBlock.ckv, FF)]).toEqual([OK, OK]);
    expect(read(card, 0x82, 0x84, 0x86)).toBe(
      `${OK}03${I}${'a5'.repeat(8)}${block('ffff')}${block('ffff')}`,
    );
  });
});
