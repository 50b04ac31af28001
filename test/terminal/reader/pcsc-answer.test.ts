import { describe, expect, it } from 'vitest';
import { acsRaw } from '../../../terminal/reader/acs-raw.ts';
import { packetOf } from '../../../terminal/reader/pcsc-answer.ts';
import { ReaderError } from '../../../terminal/reader/reader.ts';
import { hex } from '../../card-emulator/felica/hex.ts';

describe('answer of the binding', () => {
  it('is the packet in the reply', () => {
    const answer = { result: 'answered', reply: hex('03 3f 00 90 00') } as const;
    expect(packetOf(acsRaw, answer)).toEqual(hex('03 3f 00'));
  });

  it.each(['', '63 00', '90 00', '0c 09 02'])(
    'says nothing about execution in the reply "%s"',
    (reply) => {
      expect(packetOf(acsRaw, { result: 'answered', reply: hex(reply) })).toBeUndefined();
    },
  );

  it('says nothing about execution when the card was lost', () => {
    const message = 'SCardTransmit error: Card was removed.(0x80100069)';
    expect(packetOf(acsRaw, { result: 'failed', message })).toBeUndefined();
  });

  it('says nothing about execution when the reader hangs', () => {
    const reason = new ReaderError('READER_HUNG', 'no answer in 5 ms');
    expect(packetOf(acsRaw, { result: 'hung', reason })).toBeUndefined();
  });

  it('throws when the service failed', () => {
    const message = 'SCardTransmit error: RPC transport error.(0x80100013)';
    expect(() => packetOf(acsRaw, { result: 'failed', message })).toThrow(
      expect.objectContaining({ code: 'READER_SERVICE_UNAVAILABLE', message }),
    );
  });

  it('throws the reason for which the process ended', () => {
    const reason = new ReaderError('READER_DISCONNECTED', 'was unplugged');
    expect(() => packetOf(acsRaw, { result: 'ended', reason })).toThrow(reason);
  });

  it('throws when the reader does not know the form of command', () => {
    const answer = { result: 'answered', reply: hex('6a 81') } as const;
    expect(() => packetOf(acsRaw, answer)).toThrow(
      expect.objectContaining({ code: 'READER_UNSUPPORTED', message: 'acs-raw: status word 6a81' }),
    );
  });
});
