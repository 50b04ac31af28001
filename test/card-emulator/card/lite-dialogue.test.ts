import { describe, expect, it } from 'vitest';
import { LiteBlock } from '#felica/lite-s-block';
import { block, I, type LiteCardChange, liteCard, OK, OPEN, read } from './lite-test-card.ts';
import { hex, toHex } from './test-card.ts';

const NDEF_BLOCKS = {
  0: '10040100030000000000010000270040',
  1: 'd10222537091010e55036e66632d666f',
  2: '72756d2e6f726751010c5402656e4e46',
  3: '4320466f72756d000000000000000000',
};
const ZEROS = block('');

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
