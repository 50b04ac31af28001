import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { failureText } from '../../../backend/command/failure-text.ts';
import { ConfigError } from '../../../backend/config.ts';

it('tells the code of what was refused once, and nothing of a mistake of ours', () => {
  const missing = new ConfigError('CONFIG_MISSING', 'keys.json: cannot be read');
  expect(failureText(missing)).toBe('CONFIG_MISSING: keys.json: cannot be read');
  const disk = (): string => {
    try {
      return readFileSync('/nowhere/at/all', 'utf8');
    } catch (error) {
      return failureText(error);
    }
  };
  expect(disk()).toMatch(/^ENOENT: no such file/);
  const mistake = new TypeError('a mistake');
  expect(() => failureText(mistake)).toThrow(mistake);
});
