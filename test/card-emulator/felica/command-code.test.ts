import { describe, expect, it } from 'vitest';
import { CommandCode, responseCodeOf } from '#felica/command-code';

describe('command code', () => {
  it('is even, and its response is one more', () => {
    for (const code of Object.values(CommandCode)) {
      expect(code % 2).toBe(0);
      expect(responseCodeOf(code)).toBe(code + 1);
    }
  });
});
