import { describe, expect, it } from 'vitest';
import { idm } from '#felica/identifiers';
import { LiteBlock } from '#felica/lite-s-block';
import {
  decrementedPurse,
  decrementedValidity,
  isLitePurseId,
  LitePurseBlock,
  liteHistoryBlockNumber,
  liteIdBlock,
} from '#purse/lite-s-profile';
import { decodePurseBlock, encodePurseAmount } from '#purse/purse-block';
import { blockingDecrement, isValidCard } from '#purse/validity-purse';
import { yen } from '#units';
import { block, I, OK, read, write } from '../card/lite-test-card.ts';
import { hex, toHex } from '../card/test-card.ts';
import { issuedLiteCard } from './issued-lite-card.ts';

const IDM = idm(hex(I));
const ID = Uint8Array.of(0, 1, 0x5a, 0xa5);

describe('an issued Lite-S', () => {
  it('holds an empty purse, its card data and the configuration of the page', () => {
    const card = issuedLiteCard();
    expect(read(card, LitePurseBlock.purse)).toBe(`${OK}01${block('')}`);
    expect(read(card, LitePurseBlock.cardData)).toBe(
      `${OK}01${block('01 01 0100 8a10 00 00 50c30000 204e0000')}`,
    );
    expect(read(card, LitePurseBlock.validity)).toBe(`${OK}01${block('01')}`);
    expect(read(card, LiteBlock.mc)).toBe(`${OK}01fd43000007000000fd43fd4301000000`);
    expect(read(card, LiteBlock.wcnt)).toBe(`${OK}01${block('0c')}`);
    expect(toHex(liteIdBlock(IDM))).toBe(`${I}00004b5a01000000`);
    expect(isLitePurseId(IDM, card.storedBlock(LiteBlock.id) ?? hex(''))).toBe(true);
  });

  it('takes no plain write in any block that holds something', () => {
    const card = issuedLiteCard();
    const before = card.snapshot();
    const blocks = [...Array.from({ length: 15 }, (_, number) => number), LiteBlock.id];
    for (const number of [...blocks, LiteBlock.ckv, LiteBlock.ck, LiteBlock.mc, LiteBlock.state]) {
      expect(write(card, number, block('ff')), `block ${number}`).not.toBe(OK);
    }
    expect(card.snapshot()).toEqual(before);
  });
});

it('the log is a ring of eight blocks', () => {
  const numbers = [0, 1, 7, 8, 0xffff].map(liteHistoryBlockNumber);
  expect(numbers).toEqual([2, 3, 9, 2, 9]);
});

describe('what a Lite-S is given instead of a decrement', () => {
  it('is the whole purse', () => {
    const purse = decodePurseBlock(hex('e8030000 00000000 a1a2a3a4 00000000'));
    const decrement = encodePurseAmount({ amount: yen(150), executionId: ID });
    expect(toHex(decrementedPurse(purse, decrement))).toBe('5203000096000000a1a2a3a400015aa5');
  });

  it('never is less than nothing', () => {
    const purse = decodePurseBlock(hex('95000000 00000000 00000000 00000000'));
    const decrement = encodePurseAmount({ amount: yen(150), executionId: ID });
    expect(() => decrementedPurse(purse, decrement)).toThrow(RangeError);
  });

  it('blocks the card in REG', () => {
    const validity = decodePurseBlock(hex('01000000 00000000 00000000 00000000'));
    const blocked = decrementedValidity(validity, blockingDecrement(validity, 7));
    expect(toHex(blocked)).toBe('00000000000000000000000000010007');
    expect(isValidCard(decodePurseBlock(blocked))).toBe(false);
  });
});
