import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  EXAMPLE_INSTRUCTION,
  EXAMPLE_ORDERS,
} from '../backend/settlement/bank/instruction-example.ts';
import { statementExample } from '../backend/settlement/bank/statement-example.ts';
import { kazasu, type Ran } from './program.ts';

/** A shop's day by the commands that its people type. */
describe('a day at a shop, command by command', { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'kazasu-day-'));
  const office = join(folder, 'office');
  const shop = join(folder, 'shop');
  const kiosk = join(folder, 'kiosk');
  const card = join(folder, 'card.json');
  const backend = (command: string, ...args: readonly string[]): Ran =>
    kazasu('backend', ...command.split(' '), '--data', office, ...args);
  const init = (path: string, terminal: string): Ran =>
    kazasu('terminal', 'init', '--data', path, '--terminal', terminal, ...SHOP);
  const SHOP = [
    '--merchant',
    '1001',
    '--merchant-name',
    'Kissa',
    '--issuer-url',
    'http://127.0.0.1:9',
  ];

  beforeAll(() => {
    backend('init', '--issuer-id', '81');
    backend('add-merchant', '--merchant', '1001', '--name', 'Kissa');
    for (const [path, id, kind] of [
      [shop, '42', 'pos-void'],
      [kiosk, '9', 'load'],
    ] as const) {
      init(path, id);
      const sam = ['--sam', id, '--kind', kind];
      backend('issue-sam', ...sam, '--out', join(path, 'sam.json'));
      const key = ['--public-key', join(path, 'terminal-public.pem')];
      backend('enrol-terminal', '--terminal', id, '--merchant', '1001', ...sam, ...key);
      copyFileSync(join(office, 'issuer-public.pem'), join(path, 'issuer-public.pem'));
    }
    backend('issue-card', '--out', card);
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true }));

  it('keeps files with keys readable by their owner only', () => {
    for (const path of [card, join(shop, 'sam.json'), join(shop, 'terminal-key.pem')]) {
      expect(statSync(path).mode & 0o077).toBe(0);
    }
  });

  it('does not make a terminal over an existing one', () => {
    const before = readFileSync(join(shop, 'terminal-key.pem'), 'utf8');
    const { status, stderr } = init(shop, '42');
    expect(status).toBe(1);
    expect(stderr).toContain('CONFIG_EXISTS');
    expect(readFileSync(join(shop, 'terminal-key.pem'), 'utf8')).toBe(before);
  });

  it('refuses to load with a POS SAM, before any card is touched', () => {
    const { status, stderr } = kazasu('terminal', 'load', '100', '--data', shop, '--card', card);
    expect(status).toBe(1);
    expect(stderr).toContain('this needs a load SAM');
  });

  it('loads, sells, answers a repeated sale from the journal, and refuses what is not there', () => {
    expect(kazasu('terminal', 'load', '1000', '--data', kiosk, '--card', card).status).toBe(0);
    const pay = (amount: string, sale: string): Ran =>
      kazasu('terminal', 'pay', amount, '--data', shop, '--card', card, '--sale', sale, '--json');
    const paid = pay('300', 'lunch');
    expect(JSON.parse(paid.stdout)).toMatchObject({ outcome: 'approved', balanceAfter: 700 });
    expect(JSON.parse(pay('300', 'lunch').stdout)).toMatchObject({ balanceAfter: 700 });
    const refused = pay('701', 'dinner');
    expect(refused.status).toBe(3);
    expect(JSON.parse(refused.stdout)).toMatchObject({ reason: 'insufficient-balance' });
  });

  it('closes the batch once, and keeps it while the issuer is away', () => {
    expect(kazasu('terminal', 'close', '--data', shop).stdout).toMatch(
      /Z REPORT 1.*Sales: 1 +300 yen.*Unresolved now: 0 +0 yen/s,
    );
    expect(kazasu('terminal', 'close', '--data', shop).stdout).toContain('Nothing to close');
    const { status, stdout } = kazasu('terminal', 'upload', '--data', shop);
    expect(status).toBe(1);
    expect(stdout).toContain('Batch 1 is kept');
    expect(kazasu('terminal', 'status', '--data', shop).stdout).toContain('Batch 1 waits');
    expect(existsSync(join(shop, 'journal.log'))).toBe(true);
  });

  it('reaches the issuer as a file, where there is no network at all', () => {
    const stick = join(folder, 'stick');
    const exported = kazasu('terminal', 'export', '--data', shop, '--out', stick, '--json');
    const [batch] = JSON.parse(exported.stdout).files;
    const receive = (file: string): Ran => backend('receive', file, '--out', stick, '--json');
    const [first] = JSON.parse(receive(batch).stdout).files;
    expect(first).toMatchObject({ result: 'stored' });
    expect(JSON.parse(receive(batch).stdout).files).toMatchObject([{ result: 'repeated' }]);
    expect(JSON.parse(receive(card).stdout).files).toMatchObject([{ result: 'refused' }]);
    const take = (path: string, ...others: readonly string[]): Ran =>
      kazasu('terminal', 'import', ...others, first.acknowledgement, '--data', path);
    expect(take(kiosk)).toMatchObject({ status: 3 });
    // A file that is not there holds up none of the others.
    const taken = take(shop, join(stick, 'none.ack'));
    expect(taken).toMatchObject({ status: 3, stdout: expect.stringContaining('ENOENT') });
    expect(taken.stdout).toContain('is with the issuer.');
    expect(take(shop)).toMatchObject({ status: 0 });
    expect(kazasu('terminal', 'upload', '--data', shop).stdout).toBe('Nothing to upload.\n');
    expect(take(shop).stdout).toContain('as was known');
    expect(kazasu('terminal', 'export', '--data', shop, '--out', stick).stdout).toContain(
      'The issuer has acknowledged every closed batch.',
    );
    expect(kazasu('terminal', 'status', '--data', shop).stdout).toContain('All closed batches');
  }, 60_000);

  it('is paid through the bank: closed, signed by both, ordered, reconciled', () => {
    const window = ['--window', '1'];
    const json = (command: string, ...args: readonly string[]): unknown =>
      JSON.parse(backend(command, ...args, '--json').stdout);
    const order = (): unknown => json('payments order', ...window, '--out', folder);
    expect(json('close-window')).toMatchObject({ result: 'closed' });
    const keyFile = join(folder, 'carrier.pem');
    backend('carrier-key', '--make', keyFile);
    backend('propose', ...window);
    backend('sign', ...window, '--party', 'issuer');
    expect(order()).toMatchObject({ code: 'SETTLEMENT_NOT_SIGNED' });
    backend('sign', ...window, '--party', 'carrier', '--key-file', keyFile);
    const accounts = [EXAMPLE_INSTRUCTION.payer, ...EXAMPLE_ORDERS.map(({ payee }) => payee)];
    for (const [index, owner] of ['issuer', 'merchant:1001', 'carrier'].entries()) {
      const file = join(folder, 'account.json');
      writeFileSync(file, JSON.stringify(accounts[index]));
      expect(backend('payments account', '--owner', owner, '--file', file).status).toBe(0);
    }
    expect(order()).toMatchObject({
      result: 'ordered',
      instructions: [{ orders: [{ orderId: 'KZ-1-1001', amount: 291 }, { amount: 1 }] }],
    });
    const path = join(folder, 'KZ-1.xml');
    const message = readFileSync(path, 'utf8');
    rmSync(path);
    expect(order()).toMatchObject({ result: 'repeated' });
    expect(readFileSync(path, 'utf8')).toBe(message);
    const statement = join(folder, 'statement.xml');
    writeFileSync(statement, statementExample([{ amount: '292', batch: 'KZ-1' }]));
    expect(json('payments reconcile', statement)).toMatchObject({
      result: 'taken',
      windows: [{ windowNumber: 1, state: 'reconciled' }],
    });
    const again = backend('payments reconcile', statement);
    expect(again.stdout).toMatch(/nothing changed.*Window 1 is reconciled.*KZ-1-1001.*: paid/s);
    expect(json('books')).toMatchObject({
      issuer: { total: 0, balances: { float: -292, 'payment-in-transit:1001': 0 } },
      carrier: { total: 0, balances: { 'carrier-bank': 1 } },
    });
  }, 60_000);

  it('is audited: all agrees, each day is published once, and a batch has its place', () => {
    const key = join(folder, 'auditor.pem');
    const audit = (command: string, ...args: readonly string[]): Ran =>
      kazasu('audit', command, ...args);
    expect(audit('init', '--key', key).stdout).toContain('auditor.pem.pub');
    const to = ['--data', office, '--out', join(folder, 'proofs'), '--key', key];
    const first = audit('run', ...to);
    expect(first.stdout).toMatch(/All agrees\..*is published/s);
    expect(first.status).toBe(0);
    expect(audit('run', ...to).stdout).toContain('is what was published before');
    const tomorrow = audit('run', ...to, '--date', '2199-01-01');
    expect([tomorrow.status, tomorrow.stderr]).toEqual([1, expect.stringContaining('not over')]);
    const [name = ''] = readdirSync(join(folder, 'proofs'));
    const proof = ['--proof', join(folder, 'proofs', name), '--public-key', `${key}.pub`];
    const stick = join(folder, 'stick');
    const [file = ''] = readdirSync(stick).filter((each) => each.endsWith('.kzb'));
    const batch = ['--batch', join(stick, file)];
    const inclusion = join(folder, 'inclusion.json');
    const proven = audit('prove', '--data', office, ...batch, '--out', inclusion);
    expect(proven.stdout).toMatch(/number 1 of \d/);
    // It came today, and that day is not over.
    const other = audit('verify', ...proof, '--inclusion', inclusion, ...batch);
    expect([other.status, other.stderr]).toEqual([
      3,
      expect.stringContaining('AUDIT_BATCH_NOT_INCLUDED'),
    ]);
    const unknown = audit('prove', '--data', office, '--batch', key, '--out', inclusion);
    expect(unknown.stderr).toContain('AUDIT_BATCH_UNKNOWN');
  }, 60_000);

  it('prints the report of a batch again, and none of a batch that there is not', () => {
    const { stdout } = kazasu('terminal', 'report', '--data', shop);
    expect(stdout).toMatch(/Kissa.*Z REPORT 1/s);
    const none = kazasu('terminal', 'report', '--data', shop, '--batch', '7');
    expect(none).toMatchObject({ status: 3 });
    expect(none.stdout).toContain('There is no batch 7.');
  });

  it('gives the last sale back, once, and says why not another', () => {
    const tap = (...args: readonly string[]): Ran =>
      kazasu('terminal', ...args, '--data', shop, '--card', card);
    expect(tap('pay', '100', '--sale', 'tea').status).toBe(0);
    const back = tap('void', 'tea');
    expect(back.stdout).toMatch(/Given back 100 yen, balance 700 yen.*VOID/s);
    expect(tap('void', 'tea', '--json').stdout).toContain('"outcome":"approved"');
    const late = tap('void', 'lunch');
    expect(late).toMatchObject({ status: 3 });
    expect(late.stdout).toContain('the card was used since');
    expect(tap('void', 'supper')).toMatchObject({ status: 5 });
    const closed = kazasu('terminal', 'close', '--data', shop);
    expect(closed.stdout).toMatch(/Z REPORT 2.*Sales: 1 +100 yen.*Voids: 1 +100 yen/s);
  });

  it('names the argument that is wrong, and the file that is missing', () => {
    const wrong = kazasu('terminal', 'pay', '3.5', '--data', shop);
    expect(wrong).toMatchObject({ status: 2 });
    expect(wrong.stderr).toContain('expected a whole number from 1');
    const missing = kazasu('terminal', 'status', '--data', join(folder, 'none'));
    expect(missing).toMatchObject({ status: 1 });
    expect(missing.stderr).toContain('CONFIG_MISSING');
  });
});
