import type { Command } from 'commander';
import { IDM, wholeFrom } from '../argument.ts';
import { listGapsOutcome, type WriteOffOptions, writeOff } from '../gap-command.ts';
import { argument, type FolderOption, folderCommand, run, wallClock } from './folder-command.ts';

const NUMBER = argument(wholeFrom(1, 0xffff_ffff));

/** What the clearing found and a person must look at. */
export function addClearingCommands(parent: Command): void {
  folderCommand(
    parent,
    'gaps',
    'which batches, SAM numbers and card counters are missing, and what to do; the oldest 1,000',
  ).action((options: FolderOption) =>
    run(options, (backend) => listGapsOutcome(backend, wallClock())),
  );
  folderCommand(parent, 'write-off', 'wait no more for what is missing; a late report is taken')
    .option('--terminal <id>', 'batches of this terminal', NUMBER)
    .option('--sam <id>', 'records of this SAM', NUMBER)
    .option('--card <idm>', 'writes of this card', argument(IDM))
    .requiredOption('--first <number>', 'the first missing number', NUMBER)
    .option('--last <number>', 'the last one; if absent, only the first', NUMBER)
    .requiredOption('--note <text>', 'who decided it, and why')
    .action((options: FolderOption & WriteOffOptions) =>
      run(options, (backend) => writeOff(backend, options, wallClock())),
    );
}
