import { createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { businessDate, yen } from '#units';
import { registerCard } from '../../../backend/issuer/card-account.ts';
import { personaliseCard } from '../../../backend/issuer/issue-card.ts';
import { formatSamFile } from '../../../backend/issuer/issue-sam.ts';
import { registerSam } from '../../../backend/issuer/sam-account.ts';
import { enrolTerminal, parseTerminalKey } from '../../../backend/issuer/terminal.ts';
import { createFelicaCard } from '../../../card-emulator/card/open-card.ts';
import { loadPendingCommand } from '../../../terminal/command/load-pending-command.ts';
import { createTerminalFolder, type TerminalFolder } from '../../../terminal/config.ts';
import { wallClock } from '../../../terminal/terminal-program.ts';
import { ServedBackend } from '../../backend/http/served-backend.ts';
import { MERCHANT_ID } from '../../backend/scenario.ts';
import { cardIdm, KEY_VERSION, seededRandom } from '../../scheme.ts';
import { samFileText } from '../sam-file-text.ts';

let base: string;
let served: ServedBackend;
let said: string;

/** A load terminal of a shop, and an issuer where 60 yen wait for card 1. */
beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'kazasu-pending-'));
  served = await ServedBackend.start();
  const { scenario } = served;
  scenario.clock = wallClock();
  const { keystore, database } = scenario.backend;
  const folder = terminalAt('kiosk');
  const sam = { samId: 9, kind: 'load', keyVersion: KEY_VERSION, amountMax: yen(30_000) } as const;
  const content = { ceilings: undefined, retired: new Set<number>(), hasLite: false };
  writeFileSync(folder.samPath, formatSamFile(keystore, sam, content));
  const issuerKey = createPublicKey(keystore.signingKey).export({ type: 'spki', format: 'pem' });
  writeFileSync(folder.issuerKeyPath, issuerKey);
  await registerSam(database, sam, scenario.clock);
  const publicKey = parseTerminalKey(readFileSync(folder.publicKeyPath, 'utf8'));
  if (publicKey === undefined) throw new Error('expected a key');
  const enrolment = { ...sam, terminalId: 9, merchantId: MERCHANT_ID, publicKey };
  await enrolTerminal(database, enrolment, scenario.clock);
  const idm = cardIdm(1);
  const limits = { balanceMax: yen(50_000), debitMax: yen(20_000) };
  const issue = { idm, expiry: businessDate('2031-11-23'), ...limits };
  const card = createFelicaCard(personaliseCard(keystore, issue, seededRandom('issue')), {
    random: seededRandom('card'),
  });
  writeFileSync(join(base, 'card.json'), card.image());
  await registerCard(database, { idm, keyVersion: KEY_VERSION }, scenario.clock);
  // Its sale is known to the issuer only: the card itself is new.
  const values = [idm, MERCHANT_ID, scenario.clock];
  await database.transaction((transaction) =>
    transaction.run('INSERT INTO pending_load VALUES (1, ?, 60, 1, 1, 1, ?, ?)', values),
  );
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await served.stop();
  rmSync(base, { recursive: true });
});

function terminalAt(name: string): TerminalFolder {
  return createTerminalFolder(join(base, name), {
    terminalId: 9,
    merchantId: MERCHANT_ID,
    merchantName: 'Kissa',
    issuerUrl: served.url,
    amountMax: 30_000,
  });
}

async function run(folder: string, ...args: readonly string[]): Promise<void> {
  said = '';
  const terminal = new Command('terminal');
  loadPendingCommand(terminal);
  const options = ['--data', join(base, folder), '--card', join(base, 'card.json')];
  await terminal.parseAsync(['load-pending', ...options, ...args], { from: 'user' });
}

describe('kazasu terminal load-pending', () => {
  it('loads what waits, prints a receipt, and loads nothing more', async () => {
    await run('kiosk');
    expect(said).toMatch(/Loaded 60 yen without cash, balance 60 yen\..*Kissa/s);
    expect(process.exitCode).toBe(0);
    const image = readFileSync(join(base, 'card.json'), 'utf8');
    await run('kiosk', '--json');
    expect(JSON.parse(said)).toEqual({
      outcome: 'read',
      loaded: [],
      end: 'none',
      customer: 'Nothing waits for this card.',
    });
    expect(readFileSync(join(base, 'card.json'), 'utf8')).toBe(image);
  });

  it('says what it needs where there is another SAM, or no issuer', async () => {
    const folder = terminalAt('till');
    writeFileSync(folder.samPath, samFileText('pos', 9));
    await expect(run('till')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'this needs a load SAM, and this terminal has a pos SAM',
    });
    const config = readFileSync(join(base, 'kiosk', 'terminal.json'), 'utf8');
    writeFileSync(
      join(base, 'kiosk', 'terminal.json'),
      config.replace(served.url, 'http://127.0.0.1:9'),
    );
    await expect(run('kiosk')).rejects.toMatchObject({ code: 'UPLINK_UNREACHABLE' });
  });
});
