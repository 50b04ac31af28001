import { describe, expect, it } from 'vitest';
import { REMEDY_BY_READER_ERROR } from '../../../terminal/reader/reader.ts';
import {
  adviseOnReaders,
  type ReaderFacts,
  type ReaderProblem,
  readerModulesIn,
  type SeenReader,
} from '../../../terminal/reader/reader-diagnosis.ts';

const READER: SeenReader = {
  name: 'ACS ACR1252 00 00',
  isCardPresent: true,
  codecName: 'acs-raw',
  rawFrame: true,
  frameBytesMax: 255,
  problem: undefined,
};
const GOOD: ReaderFacts = { kernelModules: [], listing: undefined, readers: [READER] };

function problem(code: ReaderProblem['code'], message = 'it says'): ReaderProblem {
  return { code, message, remedy: REMEDY_BY_READER_ERROR[code] };
}

describe('advice on readers', () => {
  it('is none where a reader is there and nothing is wrong', () => {
    expect(adviseOnReaders(GOOD)).toEqual([]);
  });

  it.each([
    ['READER_SERVICE_UNAVAILABLE', 'pcscd.socket'],
    ['READER_PERMISSION', 'polkit'],
    ['READER_BINDING_MISSING', 'npm rebuild'],
  ] as const)('is for %s to mend that, and not to look for readers: %s', (code, words) => {
    const advice = adviseOnReaders({ ...GOOD, listing: problem(code), readers: [] });
    expect(advice).toEqual([{ code, actor: 'technician', text: expect.stringContaining(words) }]);
    expect(advice[0]?.text).toContain('it says');
  });

  it('is to plug a reader in where none is', () => {
    expect(adviseOnReaders({ ...GOOD, readers: [] })).toMatchObject([{ code: 'READER_NOT_FOUND' }]);
  });

  it('is to take a reader from the kernel first', () => {
    const advice = adviseOnReaders({ ...GOOD, kernelModules: ['pn533_usb'], readers: [] });
    expect(advice.map(({ code }) => code)).toEqual(['READER_NOT_FOUND', 'READER_NOT_FOUND']);
    expect(advice[0]?.text).toContain('modprobe -r pn533_usb');
    expect(advice[0]?.text).toContain('ACR122U');
  });

  it('is to use another reader where one can only tell the IDm', () => {
    const readers = [READER, { ...READER, problem: problem('READER_UNSUPPORTED', 'HID 00 00') }];
    expect(adviseOnReaders({ ...GOOD, readers })).toEqual([
      {
        code: 'READER_UNSUPPORTED',
        actor: 'technician',
        text: expect.stringContaining('HID 00 00: use a reader'),
      },
    ]);
  });
});

describe('the modules of the kernel', () => {
  it('that take readers are found by their whole names', () => {
    const text = [
      'pn533_usb 20480 0 - Live 0x0000000000000000',
      'pn533 57344 1 pn533_usb, Live 0x0000000000000000',
      'port100 24576 0 - Live 0x0000000000000000',
      'usbcore 344064 3 xhci_hcd,port100, Live 0x0000000000000000',
      '',
    ].join('\n');
    expect(readerModulesIn(text)).toEqual(['pn533_usb', 'port100']);
    expect(readerModulesIn('')).toEqual([]);
  });
});
