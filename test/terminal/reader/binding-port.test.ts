import { afterEach, expect, it } from 'vitest';
import { REPLY_BYTES_MAX, readerWish } from '../../../terminal/reader/binding-port.ts';

const { argv } = process;

afterEach(() => {
  process.argv = argv;
});

it('takes from its command line which reader is wanted, and which there was before', () => {
  process.argv = ['node', 'process.js', 'Virtual', 'Virtual PCD 00 01'];
  expect(readerWish()).toEqual({ wantedName: 'Virtual', lastName: 'Virtual PCD 00 01' });
  process.argv = ['node', 'process.js'];
  expect(readerWish()).toEqual({ wantedName: '', lastName: '' });
});

it('a reply has room for the longest packet in the longest form of reply', () => {
  expect(REPLY_BYTES_MAX).toBeGreaterThanOrEqual(255 + 15 + 2);
});
