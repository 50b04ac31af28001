import { describe, expect, it } from 'vitest';
import { acr122 } from '../../../terminal/reader/acr122.ts';
import { acsRaw } from '../../../terminal/reader/acs-raw.ts';
import { CodecMemory, codecsToTry } from '../../../terminal/reader/codec-memory.ts';

const ACR122 = 'ACS ACR122U PICC Interface 00 00';
const ACR1252 = 'ACS ACR1252 Dual Reader [ACR1252 Dual Reader PICC] 00 00';

function namesOf(codecs: readonly { readonly name: string }[]): readonly string[] {
  return codecs.map(({ name }) => name);
}

describe('the codecs to try', () => {
  it.each([
    [ACR122, 'acr122'],
    ['ACS ACR 122U 0', 'acr122'],
    [ACR1252, 'acs-raw'],
    ['ACS ACR1251 CL Reader 00 00', 'acs-raw'],
    ['ACS ACR1255U-J1', 'acs-raw'],
    ['ACS ACM1252U-Z2', 'acs-raw'],
    ['SONY FeliCa RC-S300/P (1234567) 00 00', 'transparent'],
    ['Sony FeliCa Port/PaSoRi 3.0 0', 'transparent'],
    ['HID Global OMNIKEY 5422 00 00', 'transparent'],
  ])('begin for %s with %s', (name, first) => {
    expect(codecsToTry(name)[0]?.name).toBe(first);
  });

  it('are transparent, then sony-fffe for a reader of Sony', () => {
    expect(namesOf(codecsToTry('Sony FeliCa Port')).slice(0, 2)).toEqual([
      'transparent',
      'sony-fffe',
    ]);
  });

  it('are never acs-raw for ACR122, to whose chip its bytes are another command', () => {
    expect(namesOf(codecsToTry(ACR122))).not.toContain('acs-raw');
  });

  it('are all of them for a name that tells nothing', () => {
    expect(namesOf(codecsToTry('Virtual PCD 00 00')).toSorted()).toEqual([
      'acr122',
      'acs-raw',
      'sony-fffe',
      'transparent',
    ]);
  });
});

describe('the memory of codecs', () => {
  it('knows the codec of each reader by its name', () => {
    const memory = new CodecMemory();
    expect(memory.codecOf(ACR122)).toBeUndefined();
    memory.rememberCodec(ACR122, acr122);
    expect(memory.codecOf(ACR122)).toBe(acr122);
    expect(memory.codecOf(ACR1252)).toBeUndefined();
  });

  it('puts a codec at which the card was lost behind the others of that reader', () => {
    const memory = new CodecMemory();
    const [first, second] = codecsToTry(ACR1252);
    memory.rememberLoss(ACR1252, acsRaw);
    expect(first).toBe(acsRaw);
    expect(memory.codecsToTry(ACR1252)[0]).toBe(second);
    expect(memory.codecsToTry(ACR1252).at(-1)).toBe(acsRaw);
    expect(memory.codecsToTry('Virtual PCD 00 00')).toEqual(codecsToTry('Virtual PCD 00 00'));
  });
});
