import { bytesToHex, hexToBytes } from '@noble/ciphers/utils.js';
import { describe, expect, it } from 'vitest';
import { VALIDITY_DECREMENT, VALIDITY_DIRECT } from '#purse/card-profile';
import { decodePurseBlock } from '#purse/purse-block';
import { blockingDecrement, isValidCard } from '#purse/validity-purse';
import { yen } from '#units';
import { executionTag } from '../../../terminal/purse-terminal.ts';
import vectors from '../../vectors/purse.json' with { type: 'json' };
import { openPurse, purseCard, storedBlock } from '../card/purse-card.ts';
import { element } from '../card/test-session.ts';

const NORMAL_END = { statusFlag1: 0, statusFlag2: 0 };
const OUT_OF_RANGE = { statusFlag2: 0x01 };

describe('the validity purse', () => {
  it.each(vectors.blocking)('of $storedBefore is emptied by $writeBlock', (vector) => {
    const before = decodePurseBlock(hexToBytes(vector.storedBefore));
    const written = blockingDecrement(before, executionTag(vector.terminalId, 0));
    expect(bytesToHex(written)).toBe(vector.writeBlock);
    expect(isValidCard(before)).toBe(true);
    expect(isValidCard(decodePurseBlock(hexToBytes(vector.storedAfter)))).toBe(false);
  });

  it('of a new card says valid, and the card stores what the page says when it is blocked', () => {
    const card = purseCard();
    const [vector] = vectors.blocking;
    expect(bytesToHex(storedBlock(card, VALIDITY_DECREMENT)!)).toBe(vector!.storedBefore);
    const session = openPurse(card, [[VALIDITY_DECREMENT, 'BLOK']]);
    expect(session.write([element(0, 0), hexToBytes(vector!.writeBlock)])).toEqual(NORMAL_END);
    expect(bytesToHex(storedBlock(card, VALIDITY_DECREMENT)!)).toBe(vector!.storedAfter);
  });

  it('is emptied once, however often the same decrement comes', () => {
    const card = purseCard();
    const block = hexToBytes(vectors.blocking[0]!.writeBlock);
    const session = openPurse(card, [[VALIDITY_DECREMENT, 'BLOK']]);
    session.write([element(0, 0), block]);
    expect(session.write([element(0, 0), block])).toEqual(NORMAL_END);
    const other = blockingDecrement(
      { ...decodePurseBlock(storedBlock(card, VALIDITY_DECREMENT)!), balance: yen(1) },
      7,
    );
    expect(session.write([element(0, 0), other])).toMatchObject(OUT_OF_RANGE);
  });

  it('is filled again by the issuer alone, and can be emptied again then', () => {
    const card = purseCard();
    const valid = hexToBytes(vectors.blocking[0]!.storedBefore);
    const block = (tag: number): Uint8Array =>
      blockingDecrement(decodePurseBlock(storedBlock(card, VALIDITY_DECREMENT)!), tag);
    openPurse(card, [[VALIDITY_DECREMENT, 'BLOK']]).write([element(0, 0), block(7)]);
    openPurse(card, [[VALIDITY_DIRECT, 'VALW']]).write([element(0, 0), valid]);
    expect(isValidCard(decodePurseBlock(storedBlock(card, VALIDITY_DECREMENT)!))).toBe(true);
    openPurse(card, [[VALIDITY_DECREMENT, 'BLOK']]).write([element(0, 0), block(7)]);
    expect(isValidCard(decodePurseBlock(storedBlock(card, VALIDITY_DECREMENT)!))).toBe(false);
  });
});
