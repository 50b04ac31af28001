import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const TIME_MS_MAX = 60_000;

/** What the compiled package loads for this folder, and what the other project has itself. */
const PACKAGES = [
  '@noble',
  'des.js',
  'zod',
  'vitest',
  'typescript',
  '@typescript',
  '@types',
  'undici-types',
];

const STRICT = {
  compilerOptions: {
    target: 'ES2023',
    module: 'NodeNext',
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    types: ['node'],
  },
  include: ['*.ts'],
};

export interface Ran {
  readonly status: number | null;
  readonly output: string;
}

/**
 * Another project, outside our tree, in which the built package is installed as npm would: its
 * manifest and `dist`, and no source of ours.
 */
export class ConsumerProject {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'kazasu-consumer-'));

  constructor(files: Readonly<Record<string, string>>) {
    const modules = join(this.folder, 'node_modules');
    const installed = join(modules, 'kazasu');
    mkdirSync(installed, { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(installed, 'package.json'));
    cpSync(join(ROOT, 'dist/card-emulator'), join(installed, 'dist/card-emulator'), {
      recursive: true,
    });
    for (const name of PACKAGES) {
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
    }
    const written = {
      'package.json': JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
      'tsconfig.json': JSON.stringify(STRICT),
      ...files,
    };
    for (const [name, text] of Object.entries(written)) {
      writeFileSync(join(this.folder, name), text);
    }
  }

  /** Every `*.test.ts` of the project. */
  runTests(): Ran {
    return this.#run('vitest/vitest.mjs', 'run', '--root', this.folder, '--reporter=verbose');
  }

  checkTypes(): Ran {
    return this.#run('typescript/bin/tsc', '-p', this.folder);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  #run(program: string, ...args: readonly string[]): Ran {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(ROOT, 'node_modules', program), ...args],
      {
        cwd: this.folder,
        encoding: 'utf8',
        timeout: TIME_MS_MAX,
        env: { PATH: process.env['PATH'], NO_COLOR: '1' },
      },
    );
    return { status, output: stdout + stderr };
  }
}
