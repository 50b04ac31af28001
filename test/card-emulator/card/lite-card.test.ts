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
  liteCard,
  OK,
  OPEN,
  read,
  write,
  writeCountOf,
  writeWithMacA,
} from './lite-test-card.ts';
import { frame, hex, toHex } from './test-card.ts';

const ZEROS = block('');
const FF = 'ff'.repeat(16);

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
