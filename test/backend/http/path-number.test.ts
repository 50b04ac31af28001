import { describe, expect, it } from 'vitest';
import { pathNumber } from '../../../backend/http/path-number.ts';

describe('pathNumber', () => {
  it.each([
    ['1', 1],
    ['16777215', 16_777_215],
  ])('reads %s', (text, number) => {
    expect(pathNumber(text, 16_777_215)).toBe(number);
  });

  it.each(['0', '16777216', '-1', '1.5', '01', '1e3', ' 1', '', 'x', '99999999999', undefined])(
    'names nothing by %s',
    (text) => {
      expect(() => pathNumber(text, 16_777_215)).toThrow(
        expect.objectContaining({ code: 'REQUEST_NOT_FOUND' }),
      );
    },
  );
});
