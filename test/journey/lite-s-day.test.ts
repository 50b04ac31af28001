import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { kazasu, type Ran } from './program.ts';

/** From the issue of a Lite-S to the statement that pays the shop, by the commands that people type. */
const folder = mkdtempSync(join(tmpdir(), 'kazasu-lite-s-'));
const office = join(folder, 'office');
const shop = join(folder, 'shop');
const kiosk = join(folder, 'kiosk');
const card = join(folder, 'card.json');

const backend = (command: string, ...args: readonly string[]): Ran =>
  kazasu('backend', command, '--data', office, ...args);
const tap = (path: string, ...args: readonly string[]): Ran =>
  kazasu('terminal', ...args, '--data', path, '--card', card);

beforeAll(() => {
  backend('init', '--issuer-id', '81');
  backend('add-merchant', '--merchant', '1001', '--name', 'Kissa');
  for (const [path, id, kind] of [
    [shop, '42', 'pos-void'],
    [kiosk, '9', 'load'],
  ] as const) {
    const merchant = ['--merchant', '1001', '--merchant-name', 'Kissa'];
    const url = ['--issuer-url', 'http://127.0.0.1:9'];
    kazasu('terminal', 'init', '--data', path, '--terminal', id, ...merchant, ...url);
    const sam = ['--sam', id, '--kind', kind];
    const issued = backend('issue-sam', ...sam, '--lite-s', '--out', join(path, 'sam.json'));
    expect(issued.stdout).toContain('it takes AND makes value on every Lite-S card');
    const key = ['--public-key', join(path, 'terminal-public.pem')];
    backend('enrol-terminal', '--terminal', id, '--merchant', '1001', ...sam, ...key);
    copyFileSync(join(office, 'issuer-public.pem'), join(path, 'issuer-public.pem'));
  }
  expect(backend('issue-card', '--profile', 'lite-s', '--out', card)).toMatchObject({ status: 0 });
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

it('a Lite-S is loaded, pays, is given back to, and the shop is paid', () => {
  expect(tap(kiosk, 'load', '1000').stdout).toContain('balance 1,000 yen');
  expect(tap(shop, 'pay', '300', '--sale', 'lunch').stdout).toContain('balance 700 yen');
  expect(tap(shop, 'pay', '50', '--sale', 'tea').status).toBe(0);
  expect(tap(shop, 'void', 'tea').stdout).toContain('Given back 50 yen, balance 700 yen');
  const read = JSON.parse(tap(shop, 'balance', '--history', '--json').stdout);
  expect(read).toMatchObject({ balance: 700 });
  expect(JSON.parse(kazasu('card', 'show', card, '--json').stdout)).toMatchObject({
    personality: 'lite-s',
    balance: 700,
    isBlocked: false,
    history: [{ kind: 'cashback' }, { kind: 'debit' }, { kind: 'debit' }, { kind: 'load' }],
  });
  const files = [kiosk, shop].flatMap((path) => {
    kazasu('terminal', 'close', '--data', path);
    const out = join(folder, 'stick');
    const exported = kazasu('terminal', 'export', '--data', path, '--out', out, '--json');
    return JSON.parse(exported.stdout).files;
  });
  backend('receive', ...files, '--out', join(folder, 'stick'));
  expect(backend('close-window').status).toBe(0);
  expect(backend('settle', '--window', '1').stderr).toContain('SETTLEMENT_NOT_SIGNED');
  const carrierKey = join(folder, 'carrier.pem');
  backend('carrier-key', '--make', carrierKey);
  backend('propose', '--window', '1');
  backend('sign', '--window', '1', '--party', 'issuer');
  backend('sign', '--window', '1', '--party', 'carrier', '--key-file', carrierKey);
  expect(backend('settle', '--window', '1').status).toBe(0);
  const { stdout } = backend('statement', '--window', '1', '--merchant', '1001');
  expect(stdout).toMatch(/sales +2, 350 yen/);
  expect(stdout).toMatch(/voids +1, 50 yen/);
  expect(stdout).not.toContain('RECORD_');
  expect(readFileSync(card, 'utf8')).toContain('"personality": "lite-s"');
}, 60_000);
