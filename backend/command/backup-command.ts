import type { Command } from 'commander';
import type { EpochMs } from '#units';
import { type Backup, backUp, restore } from '../backup.ts';
import { backendFolder } from '../config.ts';
import { POSTGRES_ADDRESS } from '../database-place.ts';
import type { Outcome } from '../outcome-text.ts';
import { argument, type FolderOption, folderCommand, print, wallClock } from './folder-command.ts';

/** `kazasu backend backup` and `kazasu backend restore`. */
export function addBackupCommands(command: Command): void {
  folderCommand(command, 'backup', 'copy the data directory while the backend goes on working')
    .requiredOption('--out <folder>', 'a folder that is not there yet; it will hold the keys too')
    .action(async (options: FolderOption & { readonly out: string }) =>
      print(options, await makeBackup(options.data, options.out, wallClock())),
    );
  folderCommand(command, 'restore', 'make a data directory of a backup, after checking all of it')
    .requiredOption('--from <folder>', 'what `kazasu backend backup` made')
    .option(
      '--postgresql <address>',
      'where its PostgreSQL databases go, if not where they were; with the same schema',
      argument(POSTGRES_ADDRESS),
    )
    .action(async (options: FolderOption & { readonly from: string; readonly postgresql?: URL }) =>
      print(options, await useBackup(options.from, options.data, options.postgresql)),
    );
}

export async function makeBackup(data: string, out: string, now: EpochMs): Promise<Outcome> {
  const backup = await backUp(backendFolder(data), out, now);
  return outcomeOf('backed up', out, backup, [
    'Keep it as you keep the keys: whoever has it can make money if the keystore is not encrypted.',
  ]);
}

export async function useBackup(from: string, data: string, address?: URL): Promise<Outcome> {
  const backup = await restore(from, data, address);
  return outcomeOf('restored', data, backup, [
    `It stands as it stood at ${backup.madeAt}. What came after that is not in it: terminals have it still.`,
  ]);
}

function outcomeOf(
  result: string,
  folder: string,
  { madeAt, files }: Backup,
  lines: readonly string[],
): Outcome {
  const byteCount = files.reduce((sum, file) => sum + file.byteCount, 0);
  return {
    json: { result, folder, madeAt, files: files.length, bytes: byteCount },
    lines: [`${files.length} files, ${byteCount} bytes, ${result} in ${folder}.`, ...lines],
  };
}
