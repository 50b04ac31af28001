import { type Command, Option } from 'commander';
import { TERMINAL_ID_MAX } from '#purse/history-block';
import { degreesUpTo, IDM, wholeFrom } from '../argument.ts';
import { decideCase, registerPlace, showCases } from '../case-command.ts';
import { type CaseDecision, DECISIONS } from '../collection/case-list.ts';
import { listGapsOutcome, type WriteOffOptions, writeOff } from '../gap-command.ts';
import type { TerminalPlace } from '../issuer/terminal-site.ts';
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
  addCases(parent);
}

interface DecideOptions extends FolderOption {
  readonly case: number;
  readonly decision: CaseDecision;
  readonly note: string;
}

function addCases(parent: Command): void {
  folderCommand(parent, 'cases', 'the open cases of fraud; the newest 1,000')
    .option('--all', 'those that are decided too')
    .option('--case <number>', 'one case, with its evidence', NUMBER)
    .action((options: FolderOption & { readonly all?: true; readonly case?: number }) =>
      run(options, (backend) => showCases(backend, options)),
    );
  folderCommand(parent, 'close-case', 'decide a case of fraud; the hot list is decided apart')
    .requiredOption('--case <number>', 'the case', NUMBER)
    .addOption(
      new Option('--decision <decision>', 'confirmed: it is fraud')
        .choices([...DECISIONS])
        .makeOptionMandatory(),
    )
    .requiredOption('--note <text>', 'who decided it, and why')
    .action(({ case: id, ...options }: DecideOptions) =>
      run(options, (backend) => decideCase(backend, { id, ...options }, wallClock())),
    );
  folderCommand(parent, 'place-terminal', 'say where a terminal stands; the last place counts')
    .requiredOption('--terminal <id>', 'terminal id', argument(wholeFrom(1, TERMINAL_ID_MAX)))
    .requiredOption('--latitude <degrees>', 'north is positive', argument(degreesUpTo(90)))
    .requiredOption('--longitude <degrees>', 'east is positive', argument(degreesUpTo(180)))
    .action((options: FolderOption & TerminalPlace) =>
      run(options, (backend) => registerPlace(backend, options)),
    );
}
