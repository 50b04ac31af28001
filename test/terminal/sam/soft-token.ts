import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenPlace } from '../../../terminal/sam/pkcs11-token.ts';

const LIBRARIES = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
];

/** SoftHSM2, a token in software, or `undefined` where it is not installed. */
export const SOFTHSM_LIBRARY: string | undefined = LIBRARIES.find((path) => existsSync(path));

export const PIN = '4711-0815';

/** Whether tests without SoftHSM2 fail and are not passed over: on a machine that must have it. */
export const REQUIRES_PKCS11: boolean = process.env['KAZASU_REQUIRE_PKCS11'] === '1';

/** A new token in a folder of its own, by SOFTHSM2_CONF: no token of the machine is touched. */
export class SoftToken {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'kazasu-token-'));
  readonly place: TokenPlace;

  constructor(label: string) {
    if (SOFTHSM_LIBRARY === undefined) throw new Error('SoftHSM2 is not installed');
    this.place = { library: SOFTHSM_LIBRARY, label };
    const tokens = join(this.folder, 'tokens');
    mkdirSync(tokens, { mode: 0o700 });
    const conf = join(this.folder, 'softhsm2.conf');
    writeFileSync(conf, `directories.tokendir = ${tokens}\nlog.level = ERROR\n`);
    process.env['SOFTHSM2_CONF'] = conf;
    const pins = ['--so-pin', '12345678', '--pin', PIN];
    execFileSync('softhsm2-util', ['--init-token', '--free', '--label', label, ...pins], {
      stdio: 'pipe',
    });
  }

  remove(): void {
    delete process.env['SOFTHSM2_CONF'];
    rmSync(this.folder, { recursive: true });
  }
}
