import { describe, expect, it } from 'vitest';
import { pcscNumberOf, pcscVerdictOf } from '../../../terminal/reader/pcsc-number.ts';

const TRANSMIT = 'An error occurred while transmitting. SCardTransmit error: Something.';

describe('PC/SC number', () => {
  it('is found in the text of the binding', () => {
    expect(pcscNumberOf('SCardTransmit error: Transaction failed.(0x80100016)')).toBe(0x8010_0016);
  });

  it.each(['', 'Card Reader not connected', '0x8010', '0x801000160'])(
    'is not found in "%s"',
    (text) => {
      expect(pcscNumberOf(text)).toBeUndefined();
    },
  );

  it.each(['08', '0c', '16', '2f', '65', '66', '67', '68', '69'])(
    'tells 0x801000%s as a card that was lost and may have executed',
    (digits) => {
      expect(pcscVerdictOf(`${TRANSMIT}(0x801000${digits})`)).toEqual({ result: 'card-lost' });
    },
  );

  it.each([
    ['09', 'READER_DISCONNECTED'],
    ['0B', 'READER_BUSY'],
    ['13', 'READER_SERVICE_UNAVAILABLE'],
    ['17', 'READER_DISCONNECTED'],
    ['1D', 'READER_SERVICE_UNAVAILABLE'],
    ['1E', 'READER_SERVICE_UNAVAILABLE'],
    ['2E', 'READER_DISCONNECTED'],
    ['6A', 'READER_PERMISSION'],
  ])('tells 0x801000%s as %s', (digits, code) => {
    expect(pcscVerdictOf(`${TRANSMIT}(0x801000${digits})`)).toEqual({
      result: 'reader-failed',
      code,
    });
  });

  it.each([`${TRANSMIT}(0x80100004)`, 'Card Reader not connected'])(
    'tells what nobody has decided about as READER_FAULT: %s',
    (text) => {
      expect(pcscVerdictOf(text)).toEqual({ result: 'reader-failed', code: 'READER_FAULT' });
    },
  );
});
