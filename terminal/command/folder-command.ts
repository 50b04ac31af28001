import type { Command } from 'commander';

/** What every command of one terminal takes. */
export interface FolderOption {
  readonly data: string;
  readonly json?: true;
}

/** Adds a command that works on a terminal's folder and can print JSON. */
export function folderCommand(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .requiredOption('--data <folder>', "the terminal's folder")
    .option('--json', 'print JSON')
    .copyInheritedSettings(parent);
}

/** Prints one JSON object or the lines, as the caller asked for. */
export function print(
  options: { readonly json?: true },
  json: Readonly<Record<string, unknown>>,
  lines: readonly string[],
): void {
  const text = options.json === true ? [JSON.stringify(json)] : lines;
  for (const line of text) process.stdout.write(`${line}\n`);
}
