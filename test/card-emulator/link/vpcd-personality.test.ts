import { describe, expect, it } from 'vitest';
import {
  READER_PERSONALITIES,
  readerPersonality,
} from '../../../card-emulator/link/vpcd-personality.ts';
import { hex } from '../felica/hex.ts';

const PACKET = hex('03 3e 00');

describe('a personality of the virtual reader', () => {
  it.each(READER_PERSONALITIES)('%s tells the IDm and knows no application', (name) => {
    const reader = readerPersonality(name);
    expect(reader.read(hex('ff ca 00 00 00'))).toEqual({ kind: 'get-idm' });
    expect(reader.read(hex('00 a4 04 00 00'))).toEqual({
      kind: 'answered',
      reply: hex('6a 82'),
    });
  });

  it.each([
    ['acs-raw', 'ff 00 00 00 03 03 3e 00', 'ff fe 01 00 03 03 3e 00'],
    ['sony-fffe', 'ff fe 01 00 03 03 3e 00', 'ff 00 00 00 03 03 3e 00'],
  ] as const)('%s takes a packet in its own form only', (name, own, other) => {
    const reader = readerPersonality(name);
    expect(reader.read(hex(own))).toEqual({ kind: 'packet', packet: PACKET });
    expect(reader.read(hex(other))).toEqual({ kind: 'answered', reply: hex('6d 00') });
    expect(reader.reply(PACKET)).toEqual(hex('03 3e 00 90 00'));
    expect(reader.reply(undefined)).toEqual(hex('63 00'));
  });

  it('identify-only takes no packet in any form', () => {
    const reader = readerPersonality('identify-only');
    const forms = [
      'ff 00 00 00 03 03 3e 00',
      'ff fe 01 00 03 03 3e 00',
      'ff 00 00 00 05 d4 42 03 3e 00',
      'ff c2 00 00 02 81 00 00',
    ];
    for (const form of forms) {
      expect(reader.read(hex(form))).toEqual({ kind: 'answered', reply: hex('6d 00') });
    }
  });
});
