import { afterEach, expect, it } from 'vitest';
import { isWanted, REPLY_BYTES_MAX } from '../../../terminal/reader/binding-port.ts';

const { argv } = process;

afterEach(() => {
  process.argv = argv;
});

it('without a name any reader is wanted that is no slot for a SAM', () => {
  process.argv = ['node', 'process.js', ''];
  expect(isWanted('ACS ACR1252 Dual Reader [PICC] 00 00')).toBe(true);
  expect(isWanted('ACS ACR1252 Dual Reader [SAM] 00 01')).toBe(false);
});

it('with a name the readers are wanted that have it in theirs', () => {
  process.argv = ['node', 'process.js', 'Virtual PCD 00 01'];
  expect(isWanted('Virtual PCD 00 01')).toBe(true);
  expect(isWanted('Virtual PCD 00 00')).toBe(false);
});

it('a reply has room for the longest packet in the longest form of reply', () => {
  expect(REPLY_BYTES_MAX).toBeGreaterThanOrEqual(255 + 15 + 2);
});
