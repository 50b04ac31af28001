import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KAZASU, kazasu, type Ran } from './program.ts';

/** A phone that is topped up over the air and locked, by the commands that its people type. */
describe('a phone, command by command', { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'kazasu-phone-day-'));
  const at = (name: string): string => join(folder, name);
  const [office, phone, station] = [at('office'), at('phone'), at('station')];
  const running: ChildProcess[] = [];
  const backend = (...args: readonly string[]): Ran => kazasu('backend', ...args, '--data', office);
  const handset = (...args: readonly string[]): Ran => kazasu('handset', ...args, '--data', phone);
  const card = '02fe000000000001';
  let url = '';

  /** Starts a program, and resolves with the line that says that it is ready. */
  async function start(event: string, ...args: readonly string[]): Promise<string> {
    const child = spawn(process.execPath, [KAZASU, ...args, '--json'], { stdio: 'pipe' });
    running.push(child);
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.includes(event)) {
        child.stdout.resume();
        child.stderr.resume();
        return line;
      }
    }
    throw new Error(`${args[0]} ended`);
  }

  async function stop(child: ChildProcess | undefined): Promise<void> {
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }

  beforeAll(async () => {
    backend('init', '--issuer-id', '81');
    backend('add-merchant', '--merchant', '900', '--name', 'Carrier');
    const served = await start('listening', 'backend', 'serve', '--data', office, '--port', '0');
    url = JSON.parse(served).url;
    const place = ['--merchant', '900', '--merchant-name', 'Carrier', '--issuer-url', url];
    kazasu('terminal', 'init', '--data', station, '--terminal', '900', ...place);
    copyFileSync(join(office, 'issuer-public.pem'), join(station, 'issuer-public.pem'));
    const sam = ['--sam', '900', '--kind', 'load'];
    backend('issue-sam', ...sam, '--out', join(station, 'sam.json'));
    const key = ['--public-key', join(station, 'terminal-public.pem')];
    backend('enrol-terminal', '--terminal', '900', '--merchant', '900', ...sam, ...key);
    backend('issue-card', '--idm', card, '--out', at('card.json'));
    const hanako = ['--phone', '+819012345678', '--name', 'Hanako', '--cap', '5000'];
    backend('carrier', 'add-subscriber', '--subscriber', '1', ...hanako);
  }, 60_000);

  afterAll(async () => {
    await Promise.all(running.map(stop));
    rmSync(folder, { recursive: true });
  });

  const load = (): Ran =>
    kazasu(
      ...['terminal', 'over-the-air', '--data', station, '--carrier-url', url, '--once'],
      ...['--channel-token', join(office, 'channel-token')],
      ...['--remote-load-token', join(office, 'remote-load-token')],
    );

  it('is let in by its carrier, and never over another', async () => {
    const enrol = ['carrier', 'enrol-handset', '--subscriber', '1', '--card', card];
    expect(backend(...enrol, '--out', at('token')).status).toBe(0);
    const again = backend(...enrol, '--out', at('token'));
    expect(again.stderr).toContain('CONFIG_EXISTS');
    const init = ['init', '--carrier-url', url, '--token', at('token')];
    expect(handset(...init).stdout).toContain('Move its card');
    expect(handset(...init).status).toBe(1);
    renameSync(at('card.json'), join(phone, 'card.json'));
    expect(backend('carrier', 'handsets').stdout).toContain(`+819012345678  card ${card}`);
    await start('serving', 'handset', 'run', '--data', phone);
  });

  it('is loaded once its money is held, and the bill says so', () => {
    const asked = handset('top-up', '3000', '--name', 'a');
    expect(asked.stdout).toContain('The money is held.');
    expect(handset('top-up-state', 'a').status).toBe(4);
    const loaded = load();
    expect(loaded.stdout).toContain('Loaded 3,000 yen, balance 3,000 yen');
    expect(handset('top-up-state', 'a').stdout).toBe('Loaded, and on the phone bill.\n');
    expect(handset('top-up', '3000', '--name', 'a').stdout).toContain('on the phone bill');
    expect(handset('status').stdout).toContain('balance 3,000 yen');
    const declined = handset('top-up', '3000', '--name', 'b');
    expect([declined.status, declined.stdout]).toEqual([3, expect.stringContaining('Declined')]);
    const other = handset('top-up', '1', '--name', 'a');
    expect(other.stderr).toContain('TOPUP_ID_REUSED');
    const books = backend('books').stdout;
    expect(books).toMatch(/load-receivable:900\s+3,000 yen/);
    expect(books).toMatch(/top-up-payable\s+-3,000 yen/);
  });

  it('is silent while it is locked, and its load waits', async () => {
    const phoneRuns = running.at(-1);
    backend('carrier', 'lock', '--subscriber', '1', '--by', 'Hanako');
    expect(handset('top-up', '1000', '--name', 'c').status).toBe(0);
    // Whoever is switched on hears of it at once.
    await stop(phoneRuns);
    await start('locked', 'handset', 'run', '--data', phone);
    expect(load().stdout).toContain('no purse of ours');
    expect(handset('status').stdout).toContain('locked by its carrier');
    await stop(running.at(-1));
    backend('carrier', 'unlock', '--subscriber', '1', '--by', 'Hanako');
    await start('unlocked', 'handset', 'run', '--data', phone);
    expect(load().stdout).toContain('balance 4,000 yen');
    expect(handset('top-up-state', 'c').status).toBe(0);
  });

  it('tells wrong usage from a failure', () => {
    expect(handset('top-up', '50001').status).toBe(2);
    expect(kazasu('handset', 'status', '--data', at('nowhere')).stderr).toContain(
      'HANDSET_INVALID',
    );
    expect(kazasu('terminal', 'over-the-air', '--data', station).status).toBe(2);
  });
});
