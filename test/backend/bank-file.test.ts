import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeBankFile } from '../../backend/bank-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kazasu-bank-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('a file for the bank is made once, whole, and readable by its owner only', () => {
  const path = join(folder, 'KZ-1.xml');
  // What a crash left of the last attempt.
  writeFileSync(`${path}.new`, 'hal');
  writeBankFile(path, Uint8Array.of(1, 2, 3));
  writeBankFile(path, Uint8Array.of(1, 2, 3));
  expect(readdirSync(folder)).toEqual(['KZ-1.xml']);
  expect([...readFileSync(path)]).toEqual([1, 2, 3]);
  expect(statSync(path).mode & 0o077).toBe(0);
});

it('a file with another content is never written over', () => {
  const path = join(folder, 'KZ-1.xml');
  writeBankFile(path, Uint8Array.of(1, 2, 3));
  expect(() => writeBankFile(path, Uint8Array.of(1, 2, 4))).toThrow('with another content');
  expect([...readFileSync(path)]).toEqual([1, 2, 3]);
});
