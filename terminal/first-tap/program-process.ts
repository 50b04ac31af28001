import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export type ProgramName = 'backend' | 'card';

/** Programs of other folders are run, never imported. */
const PROGRAMS: Readonly<Record<ProgramName, string>> = {
  backend: compiled('../../backend/main.js'),
  card: compiled('../../card-emulator/main.js'),
};

const execute = promisify(execFile);
const START_WAIT_MS = 15_000;

/** A program of ours that ended with an error. The message is what it said. */
export class ProgramError extends Error {
  readonly code = 'PROGRAM_FAILED';

  constructor(args: readonly string[], said: string, options?: ErrorOptions) {
    super(`kazasu ${args.slice(0, 2).join(' ')}: ${said.trim()}`, options);
    this.name = 'ProgramError';
  }
}

/** Runs `kazasu name …args --json` to its end and gives what it printed. */
export async function runProgram(name: ProgramName, args: readonly string[]): Promise<unknown> {
  return JSON.parse(await runProgramText(name, [...args, '--json']));
}

/** Runs `kazasu name …args` to its end and gives what a person would read. */
export async function runProgramText(name: ProgramName, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await execute(process.execPath, [PROGRAMS[name], ...args]);
    return stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    throw failed([name, ...args], said, error);
  }
}

/** A program that goes on: it prints one JSON object a line and may read some. */
export class ProgramProcess {
  readonly #args: readonly string[];
  readonly #child: ChildProcess;
  #stderr: string = '';

  constructor(name: ProgramName, args: readonly string[]) {
    this.#args = [name, ...args];
    this.#child = spawn(process.execPath, [PROGRAMS[name], ...args, '--json'], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
  }

  /** Resolves with the first line whose `event` is this one. */
  async event(name: string): Promise<Readonly<Record<string, unknown>>> {
    const { stdout } = this.#child;
    if (stdout === null) throw failed(this.#args, 'no output', undefined);
    const lines = createInterface({ input: stdout });
    const timer = setTimeout(() => lines.close(), START_WAIT_MS);
    try {
      for await (const line of lines) {
        const parsed: unknown = JSON.parse(line);
        if (isRecord(parsed) && parsed['event'] === name) return parsed;
      }
    } finally {
      clearTimeout(timer);
      // Nobody reads on, and a full pipe would stop the program.
      stdout.resume();
    }
    throw failed(this.#args, this.#stderr || `no event ${name}`, undefined);
  }

  send(command: Readonly<Record<string, unknown>>): void {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.kill('SIGTERM');
    await ended;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function failed(args: readonly string[], said: string, cause: unknown): ProgramError {
  return new ProgramError(args, said, { cause });
}

function compiled(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
