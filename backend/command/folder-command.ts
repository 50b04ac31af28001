import { randomBytes } from 'node:crypto';
import { type Command, InvalidArgumentError } from 'commander';
import { type EpochMs, epochMs } from '#units';
import type { ArgumentKind } from '../argument.ts';
import { backendFolder, environment } from '../config.ts';
import { type Backend, openBackend } from '../open-backend.ts';
import { environmentSecret, type KeystoreAccess } from '../open-keystore.ts';
import type { Outcome } from '../outcome-text.ts';

/** What every command on a data directory takes. */
export interface FolderOption {
  readonly data: string;
  readonly json?: true;
}

/** Adds a command that works on a data directory and can print JSON. */
export function folderCommand(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .requiredOption('--data <folder>', "the backend's data directory")
    .option('--json', 'print one JSON line')
    .addHelpText('after', '\nExit status: 0 done, 1 failed, 2 wrong usage, 3 refused.')
    .copyInheritedSettings(parent);
}

/** Opens the data directory for one command and prints what comes of it. */
export async function run(
  options: FolderOption,
  work: (backend: Backend) => Promise<Outcome>,
): Promise<void> {
  const backend = await openFolder(options);
  try {
    print(options, await work(backend));
  } finally {
    await backend.close();
  }
}

export function openFolder({ data }: FolderOption): Promise<Backend> {
  return openBackend(backendFolder(data), keystoreAccess(), wallClock);
}

/** One JSON line, or lines for a person; what was refused goes to the errors. */
export function print(options: FolderOption, { json, lines, exitCode = 0 }: Outcome): void {
  const isJson = options.json === true;
  const text = isJson ? [JSON.stringify(json)] : lines;
  const stream = isJson || exitCode === 0 ? process.stdout : process.stderr;
  for (const line of text) stream.write(`${line}\n`);
  process.exitCode = exitCode;
}

export function keystoreAccess(): KeystoreAccess {
  return {
    secret: environmentSecret(environment()),
    warn: (line) => process.stderr.write(`${line}\n`),
  };
}

export function wallClock(): EpochMs {
  return epochMs(Date.now());
}

export function unpredictable(byteCount: number): Uint8Array {
  return new Uint8Array(randomBytes(byteCount));
}

/** The argument of a command, or an error that says what was expected. */
export function argument<Value>({ parse, expected }: ArgumentKind<Value>): (text: string) => Value {
  return (text) => {
    const value = parse(text);
    if (value === undefined) throw new InvalidArgumentError(expected);
    return value;
  };
}
