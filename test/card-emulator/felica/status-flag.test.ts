import { describe, expect, it } from 'vitest';
import { formatStatusFlags, isNormalEnd, NORMAL_END, StatusFlag2 } from '#felica/status-flag';

describe('status flags', () => {
  it('say done when status flag 1 is 00', () => {
    expect(isNormalEnd(NORMAL_END)).toBe(true);
  });

  it.each([0x00, 0xff])('say done with the rewrite warning, status flag 1 = %i', (statusFlag1) => {
    expect(isNormalEnd({ statusFlag1, statusFlag2: StatusFlag2.rewriteCountExceeded })).toBe(true);
  });

  it.each([0x01, 0x02, 0x80, 0xff])('say refused with status flag 1 = %i', (statusFlag1) => {
    expect(isNormalEnd({ statusFlag1, statusFlag2: StatusFlag2.accessNotPermitted })).toBe(false);
  });

  it('have the values of the manual', () => {
    expect(StatusFlag2.purseResultOutOfRange).toBe(0x01);
    expect(StatusFlag2.cashbackTooLarge).toBe(0x02);
    expect(StatusFlag2.rewriteCountExceeded).toBe(0x71);
    expect(StatusFlag2.serviceCountIllegal).toBe(0xa1);
    expect(StatusFlag2.blockNumberOutOfRange).toBe(0xa8);
    expect(StatusFlag2.tooManyCyclicWrites).toBe(0xaf);
  });

  it('are written as two bytes in hexadecimal', () => {
    expect(formatStatusFlags({ statusFlag1: 0x01, statusFlag2: 0xa5 })).toBe('status flags 01 a5');
  });
});
