import { describe, expect, it } from 'vitest';
import { idm } from '#felica/identifiers';
import { LiteBlock } from '#felica/lite-s-block';
import { newLiteCard } from '../../../card-emulator/card/lite-card.ts';
import {
  ask,
  authenticate,
  block,
  challenge,
  I,
  ISSUED,
  type LiteCardChange,
  liteCard,
  OK,
  OPEN,
  read,
  write,
  writeCountOf,
  writeWithMacA,
} from './lite-test-card.ts';
import { frame, hex, toHex } from './test-card.ts';

const NDEF_BLOCKS = {
  0: '10040100030000000000010000270040',
  1: 'd10222537091010e55036e66632d666f',
  2: '72756d2e6f726751010c5402656e4e46',
  3: '4320466f72756d000000000000000000',
};
const ZEROS = block('');
const FF = 'ff'.repeat(16);

/** Sends each first frame and compares the answer with the second; both as a source prints them. */
function expectDialogue(
  change: LiteCardChange,
  dialogue: readonly (readonly [request: string, response: string])[],
): void {
  const card = liteCard(change);
  for (const [request, response] of dialogue) {
    const answer = toHex(card.exchange(hex(request)));
    expect([request, answer]).toEqual([request, toHex(hex(response))]);
  }
}

const WRITTEN = `0c 09 ${I} 0000`;
const WRITE_RC = `20 08 ${I} 010900 018080 0706050403020100 0f0e0d0c0b0a0908`;
const READ_ID_MAC = `12 06 ${I} 010b00 0280828081`;
const WRITE_STATE = `32 08 ${I} 010900 0280928091 ${block('01')} 17c19e3bbdc3e8bd 00feff0000000000`;
const READ_STATE_MAC = `12 06 ${I} 010b00 0280928081`;

describe('dialogues of nfcpy', () => {
  it('are had by a Lite that authenticates itself and reads with a MAC', () => {
    expectDialogue({ kind: 'lite', blocks: { ...NDEF_BLOCKS, [LiteBlock.id]: ZEROS } }, [
      [WRITE_RC, WRITTEN],
      [READ_ID_MAC, `2d 07 ${I} 0000 02 ${ZEROS} cc97f1b97b8bbc79 0000000000000000`],
      [
        `12 06 ${I} 010b00 0280008081`,
        `2d 07 ${I} 0000 02 ${NDEF_BLOCKS[0]} af36b1f1524e3eb9 0000000000000000`,
      ],
      [
        `16 06 ${I} 010b00 048001800280038081`,
        `4d 07 ${I} 0000 04 ${NDEF_BLOCKS[1]} ${NDEF_BLOCKS[2]} ${NDEF_BLOCKS[3]} 9e2d7fe15b2f5d1c 0000000000000000`,
      ],
      [`20 08 ${I} 010900 018000 10040100 03000000 000f0100 0027004f`, WRITTEN],
      [`20 08 ${I} 010900 018001 d1010554 02656e61 62000000 00000000`, WRITTEN],
      [`20 08 ${I} 010900 018000 10040100 03000000 00000100 00090022`, WRITTEN],
    ]);
  });

  it('are had by a Lite-S that is made read only and protected from reading', () => {
    const change = {
      configuration: { ...OPEN, isNdef: true },
      // Two writes before the one whose write count the source shows.
      writeCount: 0xfffdfe,
      blocks: { 0: '10040100030000000000010000000019', [LiteBlock.ck]: ZEROS },
    };
    expectDialogue(change, [
      [`10 06 ${I} 010b00 018088`, `1d 07 ${I} 0000 01 ffffff01 07000000 0000000000000000`],
      [`10 06 ${I} 010b00 018086`, `1d 07 ${I} 0000 01 ${ZEROS}`],
      [`20 08 ${I} 010900 018086 ${block('01')}`, WRITTEN],
      [`20 08 ${I} 010900 018087 37363534 33323130 66656463 62613938`, WRITTEN],
      [WRITE_RC, WRITTEN],
      [READ_ID_MAC, `2d 07 ${I} 0000 02 ${block(I)} 91aec5b6d9b3b12d 0000000000000000`],
      [`10 06 ${I} 010b00 018090`, `1d 07 ${I} 0000 01 ${block('00feff')}`],
      [WRITE_STATE, WRITTEN],
      [READ_STATE_MAC, `2d 07 ${I} 0000 02 ${block('01')} bd73eb7294a00279 0000000000000000`],
      ['06 00 12fc 0000', `12 01 ${I} 00f1ffffffffffff`],
      [
        `12 06 ${I} 010b00 0280008081`,
        `2d 07 ${I} 0000 02 10040100030000000000010000000019 a622c337a4e44271 0000000000000000`,
      ],
      [`10 06 ${I} 010b00 018088`, `1d 07 ${I} 0000 01 ffffff01 07000000 0000000000000000`],
      [`10 06 ${I} 010b00 018000`, `1d 07 ${I} 0000 01 10040100030000000000010000000019`],
      [`20 08 ${I} 010900 018000 10040100 03000000 00000000 00000018`, WRITTEN],
      [`20 08 ${I} 010900 018088 ffff0001 0701ff3f ff3fff3f 00000000`, WRITTEN],
    ]);
  });

  it('end at a card with another key: its MAC is another one', () => {
    const card = liteCard({ blocks: { [LiteBlock.ck]: '38373635343332316665646362613039' } });
    card.exchange(hex(WRITE_RC));
    expect(toHex(card.exchange(hex(READ_ID_MAC)))).not.toContain('91aec5b6d9b3b12d');
    expect(toHex(card.exchange(hex(WRITE_STATE)))).toBe(`0c09${I}02b2`);
    expect(read(card, LiteBlock.state)).toBe(`${OK}01${ZEROS}`);
  });
});

describe('a card from the factory', () => {
  it.each([
    ['lite', 'ffffff00070000000000000000000000', 320],
    ['lite-s', 'ffffff00070000000000000000000000', 336],
  ] as const)('%s is open in every block', (kind, mc, byteCount) => {
    const card = newLiteCard({ kind, idm: idm(hex(I)) });
    card.powerOn();
    expect(read(card, LiteBlock.mc)).toBe(`${OK}01${mc}`);
    expect(read(card, LiteBlock.reg, LiteBlock.id)).toBe(`${OK}02${FF}${block(I)}`);
    expect(card.snapshot()).toHaveLength(byteCount);
    expect(write(card, LiteBlock.ck, FF)).toBe(OK);
    expect(toHex(card.storedBlock(LiteBlock.ck))).toBe(FF);
  });

  it('counts from fffe00, and the issue sets the count to zero', () => {
    const card = newLiteCard({ kind: 'lite-s', idm: idm(hex(I)) });
    card.powerOn();
    write(card, 0, FF);
    expect(writeCountOf(card)).toBe(0xfffe01);
    expect(write(card, LiteBlock.mc, block('ffff 00 00 07'))).toBe(OK);
    expect(writeCountOf(card)).toBe(0);
    write(card, 0, FF);
    write(card, LiteBlock.mc, block('ffff 00 00 07'));
    expect(writeCountOf(card)).toBe(2);
  });
});

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

describe('REG', () => {
  const at = (a: string, b: string, c = '00'.repeat(8)) => `${a}${b}${c}`;

  it('goes down in A and B and is free in C', () => {
    const card = liteCard();
    const [high, low] = ['00010000', 'ff000000'];
    expect(write(card, 0x0e, at(high, high))).toBe(OK);
    expect(write(card, 0x0e, at(high, high, 'ff'.repeat(8)))).toBe(OK);
    expect(write(card, 0x0e, at(low, high))).toBe(OK);
    expect(write(card, 0x0e, at(high, low))).toBe('0101');
    expect(write(card, 0x0e, at(low, '01010000'))).toBe('0101');
    expect(toHex(card.storedBlock(0x0e))).toBe(at(low, high));
    expect(write(card, 0x0e, ZEROS)).toBe(OK);
  });

  it('compares numbers without a sign', () => {
    const card = liteCard({ blocks: { [LiteBlock.reg]: at('00000080', '00000080') } });
    expect(write(card, 0x0e, at('00000081', '00000080'))).toBe('0101');
    expect(write(card, 0x0e, at('ffffff7f', 'ffffff7f'))).toBe(OK);
  });
});

describe('MAC_A of a Write', () => {
  it('is good once: the write count goes on', () => {
    const card = liteCard({ writeCount: 0 });
    challenge(card);
    const frames = `08 ${I} 01 0900 02 8000 8091 000102030405060708090a0b0c0d0e0f 09b65817e4ff6cfd ${'00'.repeat(8)}`;
    expect(ask(card, frames)).toBe(`0c09${I}0000`);
    expect(ask(card, frames)).toBe(`0c09${I}02b2`);
    expect(writeCountOf(card)).toBe(1);
    const reg = `08 ${I} 01 0900 02 800e 8091 e803000000000000a1a1a1a1a1a1a1a1 ed5418ac0fd0db62 ${block('010000').slice(0, 16)}`;
    expect(ask(card, reg)).toBe(`0c09${I}0000`);
  });

  it('is refused without a challenge, with another count, and with any other MAC', () => {
    const card = liteCard();
    expect(writeWithMacA(card, 0, FF)).toBe('02b2');
    challenge(card);
    expect(writeWithMacA(card, 0, FF, { writeCount: 0x11 })).toBe('02b2');
    expect(writeWithMacA(card, 0, FF, { mac: new Uint8Array(8) })).toBe('02b2');
    expect(toHex(card.storedBlock(0))).toBe(ZEROS);
    expect(writeWithMacA(card, 0, FF)).toBe(OK);
  });

  it('is for the key at the time of the challenge', () => {
    const card = liteCard({ configuration: OPEN });
    challenge(card);
    write(card, LiteBlock.ck, FF);
    expect(writeWithMacA(card, 0, FF)).toBe(OK);
    challenge(card);
    expect(writeWithMacA(card, 0, FF)).toBe('02b2');
  });

  it.each([
    ['before the issue', OPEN, 0xfffffe],
    ['after the issue', ISSUED, 0xfffdff],
  ])('ends with the write count %s; plain writes go on', (_, configuration, writeCount) => {
    const card = liteCard({ configuration, writeCount });
    challenge(card);
    expect(writeWithMacA(card, 0, FF)).toBe(OK);
    expect(writeCountOf(card)).toBe(writeCount + 1);
    expect(writeWithMacA(card, 0, FF)).toBe('02b2');
    expect(write(card, 0, FF)).toBe(OK);
    expect(writeCountOf(card)).toBe(writeCount + 1);
  });
});

describe('write count', () => {
  it('counts each write to a stored block and to STATE, and no challenge', () => {
    const card = liteCard({ configuration: OPEN, writeCount: 0 });
    const written = [0, 0x0e, 0x82, 0x84, 0x86, 0x87, 0x92];
    for (const number of written) write(card, number, number === 0x82 ? block(I) : ZEROS);
    write(card, LiteBlock.mc, block('ffff ff 00 07'));
    expect(writeCountOf(card)).toBe(8);
    challenge(card);
    write(card, 0x81, ZEROS);
    read(card, 0);
    expect(writeCountOf(card)).toBe(8);
  });

  it('warns from where it is told to, after the issue only', () => {
    const options = { warningWriteCount: 0x12 };
    const issued = liteCard({ options });
    expect([1, 2, 3].map((number) => write(issued, number, FF))).toEqual([OK, 'ff71', 'ff71']);
    expect(toHex(issued.storedBlock(3))).toBe(FF);
    const open = liteCard({ configuration: OPEN, writeCount: 0xfffe00, options });
    expect(write(open, 0, FF)).toBe(OK);
  });
});

describe('STATE', () => {
  it('is authenticated until the next challenge or the end of power', () => {
    const card = liteCard();
    authenticate(card);
    expect(read(card, 0x92)).toBe(`${OK}01${block('01')}`);
    challenge(card);
    expect(read(card, 0x92)).toBe(`${OK}01${ZEROS}`);
    authenticate(card);
    card.powerOff();
    card.powerOn();
    expect(read(card, 0x92)).toBe(`${OK}01${ZEROS}`);
  });

  it('is not authenticated by a plain write, and ended by one', () => {
    const card = liteCard();
    expect(write(card, 0x92, block('01'))).toBe('01a8');
    authenticate(card);
    expect(write(card, 0x92, block('01'))).toBe(OK);
    expect(read(card, 0x92)).toBe(`${OK}01${block('01')}`);
    expect(write(card, 0x92, ZEROS)).toBe(OK);
    expect(read(card, 0x92)).toBe(`${OK}01${ZEROS}`);
  });

  it('is written with MAC_A only where MC says so', () => {
    const card = liteCard({ configuration: { isStateMacARequired: true } });
    expect(write(card, 0x92, ZEROS)).toBe('01a8');
    challenge(card);
    expect(writeWithMacA(card, 0x92, ZEROS)).toBe(OK);
  });

  it('makes the card silent to Polling until the power has gone', () => {
    const card = liteCard();
    const silent = block('00000000 00000000 01');
    expect(write(card, 0x92, silent)).toBe(OK);
    expect(ask(card, '00 ffff 00 00')).toBeUndefined();
    expect(read(card, 0x92)).toBe(`${OK}01${silent}`);
    card.powerOff();
    card.powerOn();
    expect(ask(card, '00 ffff 00 00')).toBe(`1201${I}00f1ffffffffffff`);
  });
});

describe('MC', () => {
  it('acts from the next power-up on', () => {
    const card = liteCard({ configuration: OPEN });
    expect(write(card, LiteBlock.mc, block('feff 00 01 07 00 0200'))).toBe(OK);
    expect([write(card, 0, FF), write(card, LiteBlock.ckv, ZEROS)]).toEqual([OK, OK]);
    expect(read(card, 1).slice(0, 4)).toBe(OK);
    expect(ask(card, '00 12fc 00 00')).toBeUndefined();
    card.powerOff();
    card.powerOn();
    expect([write(card, 0, FF), write(card, LiteBlock.ckv, ZEROS)]).toEqual(['01a8', '01a8']);
    expect(read(card, 1)).toBe('01b1');
    expect(ask(card, '00 12fc 00 00')).toBe(`1201${I}00f1ffffffffffff`);
  });

  it('only takes rights away: bits of bytes 0 and 1 go to 0, those of 6 to 12 to 1', () => {
    const card = liteCard({ configuration: { writable: 0xfff0, readRestricted: 1 } });
    write(card, LiteBlock.mc, block('ff8f 00 00 07 00 0200 ffff 0000 ff ffffff'));
    expect(toHex(card.storedBlock(LiteBlock.mc))).toBe(
      'f08f0000070003 00ff7f0000 01000000'.replaceAll(' ', ''),
    );
  });

  it('keeps bytes 2 to 5 after the issue, and everything once bit 15 is gone too', () => {
    const card = liteCard();
    expect(write(card, LiteBlock.mc, block('ffff ff 01 00 01'))).toBe(OK);
    expect(toHex(card.storedBlock(LiteBlock.mc))).toBe(block('ffff 00 00 07'));
    expect(write(liteCard({ configuration: { writable: 0x7fff } }), LiteBlock.mc, ZEROS)).toBe(
      '01a8',
    );
  });

  it('is not opened again in the power cycle that closed it', () => {
    const card = liteCard({ configuration: OPEN });
    write(card, LiteBlock.mc, block('ffff 00 00 07'));
    write(card, LiteBlock.mc, block('ffff ff 00 07'));
    expect(toHex(card.storedBlock(LiteBlock.mc))).toBe(block('ffff 00 00 07'));
  });

  it.each(['ffff 01 00 07', 'ffff ff 02 07', 'ffff ff 00 06', 'ffff ff 00 07 02'])(
    'refuses %s, which has no meaning',
    (start) => {
      const card = liteCard({ configuration: OPEN });
      expect(write(card, LiteBlock.mc, block(start))).toBe('01a9');
      expect(toHex(card.storedBlock(LiteBlock.mc))).toBe(block('ffff ff 00 07'));
    },
  );

  it('has five bytes in a Lite', () => {
    const card = liteCard({ kind: 'lite', configuration: OPEN });
    expect(write(card, LiteBlock.mc, `ffffff0107${'ff'.repeat(11)}`)).toBe(OK);
    expect(toHex(card.storedBlock(LiteBlock.mc))).toBe(block('ffffff0107'));
  });
});

describe('memory', () => {
  it('that is worn stores and warns; that has failed does neither', () => {
    const card = liteCard();
    card.memoryCondition = 'worn';
    expect([write(card, 0, FF), toHex(card.storedBlock(0))]).toEqual(['ff71', FF]);
    card.memoryCondition = 'failed';
    const before = card.snapshot();
    expect([write(card, 0, ZEROS), write(card, 0x92, ZEROS)]).toEqual(['ff70', 'ff70']);
    expect(card.snapshot()).toEqual(before);
    challenge(card);
    expect(writeWithMacA(card, 1, FF)).toBe('ff70');
    card.memoryCondition = 'sound';
    expect(write(card, 0, ZEROS)).toBe(OK);
  });

  it('is put back from a snapshot of the same kind of card', () => {
    const card = liteCard();
    const before = card.snapshot();
    write(card, 0, FF);
    card.restore(before);
    expect(card.snapshot()).toEqual(before);
    expect(() => card.restore(liteCard({ kind: 'lite' }).snapshot())).toThrow(RangeError);
    expect(() => card.restore(new Uint8Array(before.length))).toThrow(RangeError);
    expect(card.snapshot()).toEqual(before);
  });

  it('is a copy in every direction', () => {
    const card = liteCard();
    card.snapshot().fill(0xee);
    card.storedBlock(0)!.fill(0xee);
    for (const stored of card.state().blocks.values()) stored.fill(0xee);
    expect(card.snapshot()).toEqual(liteCard().snapshot());
  });
});

describe('silence', () => {
  it.each([
    ['no power', frame(`06 ${I} 01 0b00 01 8000`), false],
    ['another IDm in a Read', frame('06 0102030405060709 01 0b00 01 8000'), true],
    ['another IDm in a Write', frame(`08 0102030405060709 01 0900 01 8000 ${FF}`), true],
    ['a wrong length', hex(`11 06 ${I} 01 0b00 01 8000`), true],
    ['a Write without its data', frame(`08 ${I} 01 0900 01 8000 ffff`), true],
    ['Request Response', frame(`04 ${I}`), true],
    ['Request System Code', frame(`0c ${I}`), true],
    ['nothing', new Uint8Array(0), true],
  ])('meets %s', (_, bytes, isPowered) => {
    const card = liteCard();
    if (!isPowered) card.powerOff();
    const before = card.snapshot();
    expect(card.exchange(bytes)).toBeUndefined();
    expect(card.snapshot()).toEqual(before);
  });

  it('meets Echo and Authentication1 at a Lite, not at a Lite-S', () => {
    for (const fields of ['f0 00 a5', `10 ${I} 01 0000 01 ffff 178f59f8578e0d3f`]) {
      expect(ask(liteCard({ kind: 'lite' }), fields)).toBeUndefined();
      expect(ask(liteCard(), fields)).toBeDefined();
    }
  });
});

describe('ten thousand cards', () => {
  it('are independent of each other', () => {
    const cards = Array.from({ length: 10_000 }, () =>
      newLiteCard({ kind: 'lite-s', idm: idm(hex(I)) }),
    );
    cards[0]!.powerOn();
    write(cards[0]!, 0, FF);
    expect(cards.filter((card) => toHex(card.storedBlock(0)) === FF)).toHaveLength(1);
  });
});
