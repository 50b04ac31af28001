import { describe, expect, it } from 'vitest';
import { LiteBlock } from '#felica/lite-s-block';
import { ask, block, I, liteCard, OK, OPEN, read, write } from './lite-test-card.ts';
import { toHex } from './test-card.ts';

const ZEROS = block('');
const FF = 'ff'.repeat(16);

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
