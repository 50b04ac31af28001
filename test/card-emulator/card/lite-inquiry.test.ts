import { describe, expect, it } from 'vitest';
import { idm, pmm } from '#felica/identifiers';
import { answerLitePolling, answerLiteSCommand } from '../../../card-emulator/card/lite-inquiry.ts';
import { frame, hex, toHex } from './test-card.ts';

const card = { idm: idm(hex('012e4ce445055b87')), pmm: pmm(hex('00f1000000014300')) };

function poll(fields: string, isNdef = false): string | undefined {
  return toHex(answerLitePolling(card, isNdef, frame(`00 ${fields}`)));
}

describe('Polling of a Lite card', () => {
  it('is answered as a real RC-S966 answers it', () => {
    expect(poll('ffff 00 00')).toBe('1201012e4ce445055b8700f1000000014300');
    expect(poll('ffff 01 00')).toBe('1401012e4ce445055b8700f100000001430088b4');
  });

  it('has request data for the communication performance', () => {
    expect(poll('88b4 02 00')).toBe('1401012e4ce445055b8700f10000000143000083');
  });

  it('has no request data for a request code that does not exist', () => {
    expect(poll('88b4 03 00')).toBe('1201012e4ce445055b8700f1000000014300');
  });

  it.each(['88b4', '88ff', 'ffb4', 'ffff'])('finds the card at %s', (code) => {
    expect(poll(`${code} 01 0f`)?.slice(-4)).toBe('88b4');
  });

  it.each(['12fc', '12ff', 'fffc'])('finds it at %s where SYS_OP says so', (code) => {
    expect(poll(`${code} 01 00`)).toBeUndefined();
    expect(poll(`${code} 01 00`, true)?.slice(-4)).toBe('12fc');
  });

  it.each(['0003 01 00', 'fe00 00 00', '88b4 00 02', '88b4'])('meets silence with %s', (fields) => {
    expect(poll(fields, true)).toBeUndefined();
  });
});

describe('commands of a Lite-S alone', () => {
  const answer = (fields: string) => toHex(answerLiteSCommand(card.idm, frame(fields)));

  it('answers any Authentication1 with zeros', () => {
    const zeros = `1a11012e4ce445055b87${'00'.repeat(16)}`;
    expect(answer('10 012e4ce445055b87 01 0000 01 ffff 178f59f8578e0d3f')).toBe(zeros);
    expect(answer('10 012e4ce445055b87')).toBe(zeros);
    expect(answer('10 012e4ce445055b88 01 0000 01 ffff 178f59f8578e0d3f')).toBeUndefined();
  });

  it('echoes up to 75 bytes, under the code of the command', () => {
    for (const length of [0, 1, 75]) {
      const echo = frame(`f0 00 ${'a5'.repeat(length)}`);
      expect(toHex(answerLiteSCommand(card.idm, echo))).toBe(toHex(echo));
    }
    expect(answer(`f0 00 ${'a5'.repeat(76)}`)).toBeUndefined();
    expect(answer('f0 01 a5')).toBeUndefined();
    expect(answer('f0')).toBeUndefined();
  });
});
