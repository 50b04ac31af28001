import type { Command } from 'commander';
import { terminalFolder } from '../config.ts';
import type { HotListImport } from '../hotlist/hotlist-import.ts';
import { hotListOf, importListFile } from '../hotlist/terminal-hotlist.ts';
import { type FolderOption, folderCommand, print } from './folder-command.ts';

const EXIT_REFUSED = 3;

/** `kazasu terminal hotlist …` */
export function addHotListCommand(parent: Command): void {
  const command = parent
    .command('hotlist')
    .description('cards that must not be used')
    .copyInheritedSettings(parent);
  folderCommand(command, 'import', 'take a list or a delta that the issuer signed')
    .argument('<file>', 'the file of the issuer')
    .addHelpText(
      'after',
      '\nExit status: 0 imported or not newer, 3 refused, 1 failed, 2 wrong usage.',
    )
    .action(importList);
  folderCommand(command, 'status', 'which list this terminal has').action(showStatus);
}

async function importList(path: string, options: FolderOption): Promise<void> {
  const imported = await importListFile(terminalFolder(options.data), path);
  print(options, importJson(imported), [describeImport(imported)]);
  if (imported.result === 'refused') process.exitCode = EXIT_REFUSED;
}

async function showStatus(options: FolderOption): Promise<void> {
  const list = await hotListOf(terminalFolder(options.data));
  if (list === undefined) {
    print(options, { sequence: null }, ['There is no hot list here.']);
    return;
  }
  const { sequence, createdAt, cards, bytes } = list;
  const created = new Date(createdAt).toISOString();
  print(options, { sequence, created, cards: cards.count, bytes: bytes.length }, [
    `Hot list ${sequence} of ${created}: ${cards.count.toLocaleString('en-US')} cards.`,
  ]);
}

function importJson(imported: HotListImport): Readonly<Record<string, unknown>> {
  if (imported.result !== 'imported') return imported;
  const { sequence, cards } = imported.list;
  return { result: imported.result, sequence, cards: cards.count };
}

function describeImport(imported: HotListImport): string {
  switch (imported.result) {
    case 'imported':
      return `Hot list ${imported.list.sequence} is here now: ${imported.list.cards.count} cards.`;
    case 'ignored':
      return `Hot list ${imported.sequence} is not newer than what is here.`;
    case 'refused':
      return `Refused: ${imported.reason}, ${imported.detail}`;
  }
}
