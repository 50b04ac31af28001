import { describe, expect, it } from 'vitest';
import { chooseReader } from '../../../terminal/reader/reader-choice.ts';

const PICC = 'ACS ACR1252 Dual Reader [ACR1252 Dual Reader PICC] 00 00';
const SAM = 'ACS ACR1252 Dual Reader [ACR1252 Dual Reader SAM] 01 00';
const OTHER = 'ACS ACR1252 Dual Reader [ACR1252 Dual Reader PICC] 02 00';
const LONGER = `${PICC} 1`;

const choose = (names: readonly string[], wantedName = '', lastName = '') =>
  chooseReader(names, { wantedName, lastName });

describe('the choice of a reader', () => {
  it.each([
    ['the only one', [PICC], '', PICC],
    ['the one beside a slot for a SAM', [SAM, PICC], '', PICC],
    ['the one beside a slot for a SAM, by a name that fits both', [SAM, PICC], 'ACR1252', PICC],
    ['a slot for a SAM that is named', [SAM, PICC], 'SAM', SAM],
    ['the one that is named in full', [PICC, OTHER], OTHER, OTHER],
    ['the one named in full, though another begins so', [LONGER, PICC], PICC, PICC],
  ])('is %s', (_, names, wantedName, name) => {
    expect(choose(names, wantedName)).toEqual({ result: 'chosen', name });
  });

  it('stays with the reader there was before', () => {
    expect(choose([PICC, OTHER], '', OTHER)).toEqual({ result: 'chosen', name: OTHER });
    expect(choose([PICC], '', OTHER)).toEqual({ result: 'chosen', name: PICC });
  });

  it('is nobody where nothing fits', () => {
    expect(choose([])).toEqual({ result: 'none' });
    expect(choose([SAM])).toEqual({ result: 'none' });
    expect(choose([PICC], 'Sony')).toEqual({ result: 'none' });
  });

  it('is left to people where several fit', () => {
    expect(choose([PICC, SAM, OTHER])).toEqual({ result: 'ambiguous', names: [PICC, OTHER] });
    expect(choose([PICC, SAM, OTHER], 'ACR')).toEqual({
      result: 'ambiguous',
      names: [PICC, OTHER],
    });
  });
});
