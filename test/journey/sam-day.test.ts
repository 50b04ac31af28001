import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { kazasu, type Ran } from './program.ts';

/** A kiosk whose SAM file is encrypted, by the commands that its people type. */
describe('a kiosk with an encrypted SAM, command by command', { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'kazasu-sam-day-'));
  const at = (name: string): string => join(folder, name);
  const kiosk = at('kiosk');
  const backend = (command: string, ...args: readonly string[]): Ran =>
    kazasu('backend', command, '--data', at('office'), ...args);
  const terminal = (...args: readonly string[]): Ran =>
    kazasu('terminal', ...args, '--data', kiosk);
  const load = (): Ran => terminal('load', '100', '--card', at('card.json'));

  beforeAll(() => {
    backend('init', '--issuer-id', '81');
    const place = ['--merchant', '1001', '--merchant-name', 'Kiosk'];
    terminal('init', '--terminal', '9', ...place, '--issuer-url', 'http://127.0.0.1:9');
    const sam = ['--sam', '9', '--kind', 'load', '--ceiling-count', '2'];
    backend('issue-sam', ...sam, '--out', join(kiosk, 'sam.json'), '--key-file', at('sam.key'));
    backend('issue-card', '--out', at('card.json'));
  }, 60_000);

  afterEach(() => {
    vi.unstubAllEnvs();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is opened by the key file and by nothing else', () => {
    const nothing = load();
    expect(nothing.status).toBe(1);
    expect(nothing.stderr).toContain('SAM_SECRET_MISSING');
    writeFileSync(at('other.key'), Buffer.alloc(32, 7), { mode: 0o600 });
    vi.stubEnv('KAZASU_SAM_KEY_FILE', at('other.key'));
    expect(load().stderr).toContain('SAM_SECRET_WRONG');
    vi.stubEnv('KAZASU_SAM_KEY_FILE', at('sam.key'));
    const good = load();
    expect(good.stderr).toBe('');
    expect(good.stdout).toContain('Loaded');
  });

  it('stops at its ceiling, and says how much is left before', () => {
    vi.stubEnv('KAZASU_SAM_KEY_FILE', at('sam.key'));
    expect(terminal('status').stdout).toContain('Until the next upload: 1 records');
    expect(load().status).toBe(0);
    const refused = load();
    expect(refused.status).toBe(3);
    expect(refused.stdout).toContain('this terminal must upload its records first');
  });

  it('is encrypted anew under a passphrase, which comes from a file', () => {
    vi.stubEnv('KAZASU_SAM_KEY_FILE', at('sam.key'));
    writeFileSync(at('passphrase'), 'a tap a day keeps the coins away\n', { mode: 0o600 });
    const encrypted = terminal('sam', 'encrypt', '--passphrase-file', at('passphrase'));
    expect(encrypted.status).toBe(0);
    expect(terminal('sam', 'status', '--json').stdout).toContain('"form":"passphrase"');
    vi.stubEnv('KAZASU_SAM_PASSPHRASE', 'not this one, surely');
    expect(terminal('status').stderr).toContain('SAM_SECRET_WRONG');
    expect(terminal('sam', 'status').stdout).toContain('1 wrong passphrases');
    vi.stubEnv('KAZASU_SAM_PASSPHRASE_FILE', at('passphrase'));
    expect(terminal('status').status).toBe(0);
  });

  it('tells wrong usage from a failure', () => {
    expect(kazasu('terminal', 'sam', 'encrypt').status).toBe(2);
    expect(kazasu('terminal', 'sam', 'import-pkcs11', '--data', kiosk).status).toBe(2);
  });
});
