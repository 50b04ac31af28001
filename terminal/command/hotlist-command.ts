import type { Command } from 'commander';
import { milliseconds } from '#units';
import { readTerminalConfig, terminalFolder } from '../config.ts';
import type { HotListImport } from '../hotlist/hotlist-import.ts';
import { httpHotListSource } from '../hotlist/http-hotlist-source.ts';
import { hotListOf, importListFile, updateListFile } from '../hotlist/terminal-hotlist.ts';
import type { HotListUpdate } from '../hotlist/update-hotlist.ts';
import { type FolderOption, folderCommand, print } from './folder-command.ts';

const EXIT_FAILED = 1;
const EXIT_REFUSED = 3;
const IDLE_MS = milliseconds(15_000);

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
  folderCommand(command, 'update', 'fetch what is missing from the issuer')
    .addHelpText(
      'after',
      '\nIt runs beside a terminal that is selling, which uses the list from its next touch on.\n' +
        'Exit status: 0 the newest is here, 3 refused, 1 the issuer cannot be reached, 2 wrong usage.',
    )
    .action(update);
  folderCommand(command, 'status', 'which list this terminal has').action(showStatus);
}

async function importList(path: string, options: FolderOption): Promise<void> {
  const imported = await importListFile(terminalFolder(options.data), path);
  print(options, importJson(imported), [describeImport(imported)]);
  if (imported.result === 'refused') process.exitCode = EXIT_REFUSED;
}

async function update(options: FolderOption): Promise<void> {
  const folder = terminalFolder(options.data);
  const { issuerUrl } = readTerminalConfig(folder);
  const updated = await updateListFile(folder, httpHotListSource(issuerUrl, IDLE_MS));
  print(options, { ...updated, sequence: updated.sequence ?? null }, [describeUpdate(updated)]);
  if (updated.result === 'refused') process.exitCode = EXIT_REFUSED;
  if (updated.result === 'unreachable') process.exitCode = EXIT_FAILED;
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

function describeUpdate(updated: HotListUpdate): string {
  const here =
    updated.sequence === undefined ? 'there is no list here' : `list ${updated.sequence} is here`;
  switch (updated.result) {
    case 'updated': {
      const { sequence, cards, deltas } = updated;
      const way = deltas === 0 ? 'as a whole' : `by ${deltas} delta${deltas === 1 ? '' : 's'}`;
      return `Hot list ${sequence} is here now: ${cards} cards. It came ${way}.`;
    }
    case 'current':
      return `Hot list ${updated.sequence} is the newest.`;
    case 'none':
      return `The issuer has published no hot list; ${here}.`;
    case 'refused':
      return `Refused: ${updated.reason}, ${updated.detail}; ${here}.`;
    case 'unreachable':
      return `Not up to date: ${updated.message}; ${here}.`;
  }
}
