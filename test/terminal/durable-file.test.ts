import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeDurably, syncFolder, writeDurably } from '../../terminal/durable-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kazasu-durable-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('replaces a file whole, with bytes or a text, and leaves nothing beside it', () => {
  const path = join(folder, 'file');
  writeDurably(path, Uint8Array.of(1, 2, 3));
  expect([...readFileSync(path)]).toEqual([1, 2, 3]);
  writeDurably(path, 'ä');
  expect(readFileSync(path, 'utf8')).toBe('ä');
  expect(readdirSync(folder)).toEqual(['file']);
});

it.skipIf(process.platform === 'win32')('is for the owner only, whatever stood there', () => {
  const path = join(folder, 'file');
  writeFileSync(path, 'old', { mode: 0o644 });
  writeDurably(path, 'new');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('leaves the file before as it is where the disk refuses', () => {
  expect(() => writeDurably(join(folder, 'none', 'file'), 'x')).toThrow('ENOENT');
  expect(() => syncFolder(join(folder, 'none'))).toThrow('ENOENT');
  expect(readdirSync(folder)).toEqual([]);
});

it('makes a file once, for the owner only, and never over another', () => {
  const path = join(folder, 'file');
  makeDurably(path, () => 'first');
  expect(() => makeDurably(path, () => expect.unreachable('the place is taken'))).toThrow('EEXIST');
  expect(readFileSync(path, 'utf8')).toBe('first');
  expect(statSync(path).mode & 0o077).toBe(0);
});

it('makes nothing where its content cannot be made', () => {
  const failing = (): never => {
    throw new Error('no content');
  };
  expect(() => makeDurably(join(folder, 'file'), failing)).toThrow('no content');
  expect(readdirSync(folder)).toEqual([]);
});
