import { describe, expect, it } from 'vitest';
import { acr122Personality } from '../../../card-emulator/link/vpcd-acr122.ts';
import { hex } from '../felica/hex.ts';

const reader = acr122Personality();

describe('a virtual ACR122U', () => {
  it('takes a packet inside InCommunicateThru', () => {
    expect(reader.read(hex('ff 00 00 00 08 d4 42 06 00 ffff 01 00'))).toEqual({
      kind: 'packet',
      packet: hex('06 00 ffff 01 00'),
    });
  });

  it.each([
    ['sets its time-outs', 'ff 00 00 00 06 d4 32 02 00 0b 0d', 'd5 33 90 00'],
    ['refuses a bare packet', 'ff 00 00 00 06 06 00 ffff 00 00', '63 7f'],
    ['refuses another command of the chip', 'ff 00 00 00 02 d4 02', '63 7f'],
    ['refuses a wrong length', 'ff 00 00 00 03 d4 42', '67 00'],
    ['refuses another instruction', 'ff c2 00 00 02 81 00 00', '6d 00'],
  ])('%s', (_, command, reply) => {
    expect(reader.read(hex(command))).toEqual({ kind: 'answered', reply: hex(reply) });
  });

  it('tells the IDm', () => {
    expect(reader.read(hex('ff ca 00 00 00'))).toEqual({ kind: 'get-idm' });
  });

  it("replies with the chip's status before the packet", () => {
    expect(reader.reply(hex('03 3f 00'))).toEqual(hex('d5 43 00 03 3f 00 90 00'));
    expect(reader.reply(undefined)).toEqual(hex('d5 43 01 90 00'));
  });
});
