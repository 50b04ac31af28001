import { describe, expect, it } from 'vitest';
import { pcscVerdictOf } from '../../../terminal/reader/pcsc-number.ts';
import { numberedMessage } from '../../../terminal/reader/smartcard-error.ts';

describe('an error of smartcard', () => {
  it.each([
    ['Transaction failed', '0x80100016'],
    ['Card was reset', '0x80100068'],
    ['Card was removed', '0x80100069'],
    ['PC/SC service not running', '0x8010001d'],
  ])('"%s" gets the number of PC/SC', (words, number) => {
    expect(numberedMessage(new Error(words))).toBe(`${words} (${number})`);
  });

  it.each([
    ['Card was removed', { result: 'card-lost' }],
    ['Sharing violation', { result: 'reader-failed', code: 'READER_BUSY' }],
    ['PC/SC service stopped', { result: 'reader-failed', code: 'READER_SERVICE_UNAVAILABLE' }],
    ['Communication error', { result: 'reader-failed', code: 'READER_SERVICE_UNAVAILABLE' }],
    ['Unknown PC/SC error', { result: 'reader-failed', code: 'READER_FAULT' }],
  ])('"%s" has the verdict of that number', (words, verdict) => {
    expect(pcscVerdictOf(numberedMessage(new Error(words)))).toEqual(verdict);
  });

  it('says what an unknown one may be, and how to learn it', () => {
    expect(numberedMessage(new Error('Unknown PC/SC error'))).toContain('refusal by polkit');
  });

  it('comes as words alone too', () => {
    expect(numberedMessage('Communication error')).toBe('Communication error (0x80100013)');
  });
});
