import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../backend/outcome-text.ts';
import {
  bankAccount,
  orderWindow,
  reconcileFile,
  showPayments,
} from '../../backend/payment-command.ts';
import { later } from './scenario.ts';
import { statementExample } from './settlement/bank/statement-example.ts';
import { PaymentWorld, paidEntry, returnedEntry } from './settlement/payment/payment-world.ts';

describe('the commands of payments', () => {
  let world: PaymentWorld;
  let out: string;
  beforeEach(async () => {
    world = await PaymentWorld.openSigned();
    out = join(world.scenario.folder, 'bank');
    mkdirSync(out);
  });
  afterEach(() => world.scenario.remove());

  const order = (): Promise<Outcome> => orderWindow(world.scenario.backend, { window: 1, out });
  const tell = (
    name: string,
    ...entries: Parameters<typeof statementExample>[0]
  ): Promise<Outcome> => {
    const file = join(out, name);
    writeFileSync(file, statementExample(entries).replace('S-20261125', name));
    return reconcileFile(world.scenario.backend, { file });
  };

  it('register an account, or say what is wrong with it', async () => {
    const { backend, folder, clock } = world.scenario;
    const file = join(folder, 'account.json');
    const account = {
      bankCode: '0001',
      bankName: 'みずほ',
      branchCode: '210',
      branchName: 'シブヤ',
      kind: 'ordinary',
      number: '0000777',
      holder: 'カ)ハッピー',
    };
    writeFileSync(file, JSON.stringify(account));
    const options = { owner: 'merchant:1001', file } as const;
    expect((await bankAccount(backend, options, clock)).lines).toEqual([
      'Registered: merchant:1001 has account 0001-210-0000777 of ｶ)ﾊﾂﾋﾟ-.',
    ]);
    writeFileSync(file, JSON.stringify({ ...account, kind: 'fixed' }));
    expect(await bankAccount(backend, options, clock)).toMatchObject({
      exitCode: 3,
      json: { code: 'SETTLEMENT_ACCOUNT_INVALID' },
    });
    writeFileSync(file, '{');
    expect(await bankAccount(backend, options, clock)).toMatchObject({ exitCode: 3 });
  });

  it('order the payments, and make the same files again where a crash left none', async () => {
    const ordered = await order();
    expect(ordered.lines).toEqual([
      'The payments of KZ-1 are ordered, for 2026-11-25.',
      '  KZ-1-1001  1,935 yen to merchant 1001',
      '  KZ-1-1002  5,000 yen to be paid in by merchant 1002',
      '  KZ-1-CARRIER  10 yen to the carrier',
      'The bank gets one file of each instruction, not both:',
      `  ${join(out, 'KZ-1.xml')}`,
      `  ${join(out, 'KZ-1.zengin.txt')}`,
    ]);
    const bytesOf = (): readonly Buffer[] =>
      readdirSync(out).map((name) => readFileSync(join(out, name)));
    const first = bytesOf();
    expect(first).toHaveLength(2);
    for (const name of readdirSync(out)) rmSync(join(out, name));
    await world.scenario.stop();
    await world.scenario.start();
    world.scenario.clock = later(world.scenario.clock, 1);
    const again = await order();
    expect(again.json).toEqual({ ...ordered.json, result: 'repeated' });
    expect(again.lines[0]).toBe('The payments of KZ-1 were ordered before, for 2026-11-25.');
    expect(bytesOf()).toEqual(first);
    expect((await order()).json).toEqual(again.json);
  });

  it('do not write over a file of another content, and the order stands', async () => {
    writeFileSync(join(out, 'KZ-1.xml'), 'what the bank has got');
    await expect(order()).rejects.toMatchObject({ code: 'CONFIG_EXISTS' });
    expect(await showPayments(world.scenario.backend, { window: 1 })).toMatchObject({
      json: { state: 'ordered' },
    });
    rmSync(join(out, 'KZ-1.xml'));
    expect(await order()).toMatchObject({ json: { result: 'repeated' } });
  });

  it('take statements, and show what became of each payment', async () => {
    await order();
    const taken = await tell('S-1', paidEntry('KZ-1-1001', 1_935), {
      amount: '110',
      reference: 'FEE-1',
    });
    expect(taken.lines).toEqual([
      `${join(out, 'S-1')} is taken.`,
      'Window 1 is ordered.',
      '  KZ-1-1001  1,935 yen to merchant 1001: paid',
      '  KZ-1-1002  5,000 yen to be paid in by merchant 1002: missing',
      '  KZ-1-CARRIER  10 yen to the carrier: missing',
      'Nobody ordered: 110 yen went out (FEE-1)',
    ]);
    await tell('S-2', returnedEntry('KZ-1-1001', 1_935, 'AC04'));
    const shown = await showPayments(world.scenario.backend, { window: 1 });
    expect(shown.lines[1]).toBe('  KZ-1-1001  1,935 yen to merchant 1001: returned (AC04)');
    const again = await reconcileFile(world.scenario.backend, { file: join(out, 'S-1') });
    expect(again.lines[0]).toBe(`${join(out, 'S-1')} was taken before; nothing changed.`);
    expect(JSON.stringify([taken.json, shown.json])).not.toContain('0123456');
  });

  it('say what they cannot do', async () => {
    const { backend } = world.scenario;
    expect(await orderWindow(backend, { window: 9, out })).toMatchObject({ exitCode: 3 });
    expect(await showPayments(backend, { window: 9 })).toMatchObject({ exitCode: 3 });
    const missing = reconcileFile(backend, { file: join(out, 'none.xml') });
    await expect(missing).rejects.toMatchObject({ code: 'CONFIG_MISSING' });
    writeFileSync(join(out, 'bad.xml'), '<Document/>');
    expect(await reconcileFile(backend, { file: join(out, 'bad.xml') })).toMatchObject({
      json: { code: 'SETTLEMENT_BANK_FILE_INVALID' },
    });
  });
});
