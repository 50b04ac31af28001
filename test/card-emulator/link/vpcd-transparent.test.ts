import { describe, expect, it } from 'vitest';
import { transparentPersonality } from '../../../card-emulator/link/vpcd-transparent.ts';
import { hex, inHex } from '../felica/hex.ts';

const START = 'ff c2 00 00 02 81 00 00';
const END = 'ff c2 00 00 02 82 00 00';
const TO_FELICA = 'ff c2 00 02 04 8f 02 03 00 00';
const TIMER = '5f46 04 801a0600';
const POLLING = '06 00 ffff 00 00';
const EXCHANGE = `ff c2 00 01 0f ${TIMER} 95 06 ${POLLING} 00`;
const DONE = 'c0030090009000';
const NOT_ALLOWED = 'c0030169859000';
const NOT_SUPPORTED = 'c003016a819000';

/** What a reader answers to each command; `packet` for one that goes to the card. */
function answers(...commands: readonly string[]): readonly string[] {
  const reader = transparentPersonality();
  return commands.map((command) => {
    const read = reader.read(hex(command));
    return read.kind === 'answered' ? inHex(read.reply) : read.kind;
  });
}

describe('a virtual reader with a transparent session', () => {
  it('passes packets within a session only', () => {
    expect(answers(EXCHANGE, START, TO_FELICA, EXCHANGE, END, EXCHANGE)).toEqual([
      ...[NOT_ALLOWED, DONE, DONE, 'packet', DONE, NOT_ALLOWED],
    ]);
  });

  it('has one session at a time', () => {
    expect(answers(END, START, START, END, START)).toEqual([
      ...[NOT_ALLOWED, DONE, NOT_ALLOWED, DONE, DONE],
    ]);
  });

  it('hears no card without a timer', () => {
    expect(answers(START, `ff c2 00 01 08 95 06 ${POLLING} 00`)).toEqual([DONE, 'c0030264019000']);
  });

  it.each([
    ['another object', `ff c2 00 01 0f ${TIMER} 93 06 ${POLLING} 00`, NOT_SUPPORTED],
    ['a packet cut off', `ff c2 00 01 0f ${TIMER} 95 07 ${POLLING} 00`, NOT_SUPPORTED],
    ['another P2', 'ff c2 00 07 02 81 00 00', NOT_SUPPORTED],
    ['another order', 'ff c2 00 00 02 85 00 00', NOT_SUPPORTED],
    ['no Le', 'ff c2 00 00 02 81 00', '6700'],
    ['another instruction', 'ff b0 00 00 10', '6d00'],
  ])('refuses %s', (_, command, reply) => {
    expect(answers(START, command)[1]).toBe(reply);
  });

  it('tells the IDm, in a session and before', () => {
    expect(answers('ff ca 00 00 00', START, 'ff ca 00 00 00')).toEqual([
      'get-idm',
      DONE,
      'get-idm',
    ]);
  });

  it('takes and gives long packets with a length of two bytes', () => {
    const reader = transparentPersonality();
    reader.read(hex(START));
    const packet = new Uint8Array(200).fill(200);
    const command = Uint8Array.of(...hex(`ff c2 00 01 d2 ${TIMER} 95 81 c8`), ...packet, 0x00);
    expect(reader.read(command)).toEqual({ kind: 'packet', packet });
    expect(reader.reply(packet)).toEqual(
      Uint8Array.of(...hex('c003009000 920100 96020000 97 81 c8'), ...packet, 0x90, 0x00),
    );
  });

  it('replies with error status and packet', () => {
    const reader = transparentPersonality();
    expect(reader.reply(hex('03 3f 00'))).toEqual(
      hex('c003009000 920100 96020000 97 03 03 3f 00 90 00'),
    );
    expect(reader.reply(undefined)).toEqual(hex('c0 03 02 64 01 90 00'));
  });
});
