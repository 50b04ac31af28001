import { describe, expect, it } from 'vitest';
import { REMEDY_BY_READER_ERROR, ReaderError } from '../../../terminal/reader/reader.ts';

describe('reader error', () => {
  it('carries its code, its cause, and what to do about it', () => {
    const cause = new Error('connect ENOENT');
    const error = new ReaderError('READER_SERVICE_UNAVAILABLE', 'PC/SC service: gone', { cause });
    expect(error).toMatchObject({ name: 'ReaderError', code: 'READER_SERVICE_UNAVAILABLE', cause });
    expect(error.remedy).toBe(REMEDY_BY_READER_ERROR.READER_SERVICE_UNAVAILABLE);
  });

  it('names what a refused reader can do all the same', () => {
    const error = new ReaderError('READER_UNSUPPORTED', 'refused', { ability: 'tell the IDm' });
    expect(error.remedy.actor).toBe('technician');
    expect(error.remedy.text).toContain('All that this reader can do is: tell the IDm');
    expect(error.remedy.text).toContain('ACR1252U');
  });

  it.each([
    ['READER_BINDING_MISSING', 'libpcsclite-dev'],
    ['READER_SERVICE_UNAVAILABLE', 'apt install pcscd'],
    ['READER_PERMISSION', 'org.debian.pcsc-lite.access_pcsc'],
    ['READER_NOT_FOUND', 'modprobe -r pn533_usb'],
    ['READER_UNSUPPORTED', 'ACR1252U'],
  ] as const)('names for %s the thing to install or change: %s', (code, words) => {
    expect(REMEDY_BY_READER_ERROR[code].text).toContain(words);
  });
});
