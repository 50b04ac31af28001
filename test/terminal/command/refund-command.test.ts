import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { milliseconds, yen } from '#units';
import { refundCommand } from '../../../terminal/command/refund-command.ts';
import { createTerminalFolder, terminalFolder } from '../../../terminal/config.ts';
import { EmulatedReader } from '../../../terminal/reader/emulated-reader.ts';
import { TerminalProgram, wallClock } from '../../../terminal/terminal-program.ts';
import { issuedCard } from '../../scheme.ts';
import { Counter } from '../counter.ts';
import { samFileText } from '../sam-file-text.ts';

let base: string;
let said: string;

/** A shop where a card of 1,000 yen has paid 350. */
beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'kazasu-refund-'));
  const folder = createTerminalFolder(join(base, 'shop'), {
    terminalId: 42,
    merchantId: 1001,
    merchantName: 'Kissa',
    issuerUrl: 'http://127.0.0.1:9',
    amountMax: 30_000,
  });
  writeFileSync(folder.samPath, samFileText('pos-void', 42));
  const card = issuedCard(1);
  const loader = new Counter({ kind: 'load', terminalId: 9 });
  await loader.start();
  await loader.tap(card, 'load', 1_000);
  await loader.stop();
  const program = await openShop();
  const reader = new EmulatedReader();
  reader.present(card);
  const sale = { saleId: 'lunch', kind: 'debit', amount: yen(350) } as const;
  await program.at(reader).tap(sale, milliseconds(0));
  await program.close();
  writeFileSync(join(base, 'card.json'), card.image());
  writeFileSync(join(base, 'other.json'), issuedCard(2).image());
  said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  rmSync(base, { recursive: true });
});

function openShop(): Promise<TerminalProgram> {
  return TerminalProgram.open(terminalFolder(join(base, 'shop')), wallClock);
}

async function run(card: string, ...args: readonly string[]): Promise<void> {
  said = '';
  const terminal = new Command('terminal');
  refundCommand(terminal);
  const options = ['--data', join(base, 'shop'), '--card', join(base, card)];
  await terminal.parseAsync(['refund', ...options, ...args], { from: 'user' });
}

async function pendingAmounts(): Promise<readonly number[]> {
  const program = await openShop();
  const pending = await program.pendingRefunds();
  await program.close();
  return pending.map(({ refunds }) => refunds.reduce((sum, { amount }) => sum + amount, 0));
}

describe('kazasu terminal refund', () => {
  it('registers what another card cannot be given, and gives it with a slip when its card comes', async () => {
    await run('other.json', 'lunch', '100', '--json');
    expect(JSON.parse(said)).toEqual({
      outcome: 'pending',
      refundId: 'refund of lunch',
      saleId: 'lunch',
      amount: 100,
      card: expect.stringMatching(/^[0-9a-f]{4}$/) as unknown,
      reason: 'void-other-card',
      customer: 'To get 100 yen back, touch the card that paid here again.',
    });
    expect(process.exitCode).toBe(6);
    expect(await pendingAmounts()).toEqual([100]);
    await run('card.json', 'lunch', '100');
    expect(said).toMatch(/^Refunded 100 yen, balance 750 yen\n.*REFUND.*Given back +100 yen/s);
    expect(process.exitCode).toBe(0);
    expect(await pendingAmounts()).toEqual([]);
    const image = readFileSync(join(base, 'card.json'), 'utf8');
    await run('card.json', 'lunch', '100');
    expect(said).toMatch(/^Refunded 100 yen/);
    expect(readFileSync(join(base, 'card.json'), 'utf8')).toBe(image);
  });

  it('says why nothing was registered', async () => {
    await run('card.json', 'lunch', '351');
    expect(said).toBe('No refund: more than is left of this sale\n');
    expect(process.exitCode).toBe(3);
    await run('card.json', 'supper', '--json');
    expect(JSON.parse(said)).toMatchObject({ reason: 'refund-sale-unknown' });
  });
});
