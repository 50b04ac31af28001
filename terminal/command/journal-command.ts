import type { Command } from 'commander';
import { terminalFolder } from '../config.ts';
import { openDiskFile } from '../journal/disk-file.ts';
import { Journal } from '../journal/journal.ts';
import type { JournalDamage } from '../journal/journal-scan.ts';
import { JournalStore } from '../journal/journal-store.ts';
import { wallClock } from '../terminal-program.ts';
import { type FolderOption, folderCommand, print } from './folder-command.ts';

const EXIT_DAMAGED = 3;

/** `kazasu terminal journal …`: for the technician whose journal does not open. */
export function journalCommand(terminal: Command): void {
  const command = terminal
    .command('journal')
    .description('look after the journal')
    .copyInheritedSettings(terminal);
  folderCommand(command, 'check', 'read the whole journal and say what is damaged')
    .addHelpText('after', '\nExit status: 0 nothing is damaged, 3 something is, 1 failed.')
    .action(check);
  folderCommand(
    command,
    'accept-damage',
    'go on without the entries that a damage took; compare with the receipts before',
  ).action(acceptDamage);
}

async function check(options: FolderOption): Promise<void> {
  const file = await openDiskFile(terminalFolder(options.data).journalPath);
  const store = await JournalStore.open(file, wallClock);
  const { damages, index } = store;
  const unresolvedCount = index.unresolved().length;
  const { lastTransactionNumber, lastSamNumber } = index;
  print(
    options,
    { byteCount: file.size, lastTransactionNumber, lastSamNumber, unresolvedCount, damages },
    [
      `${file.size} bytes, ${lastTransactionNumber} intents, ${lastSamNumber} records, ` +
        `${unresolvedCount} unresolved`,
      ...(damages.length === 0 ? ['Every entry can be read and follows.'] : damages.map(textOf)),
    ],
  );
  await file.close();
  if (damages.length > 0) process.exitCode = EXIT_DAMAGED;
}

async function acceptDamage(options: FolderOption): Promise<void> {
  const file = await openDiskFile(terminalFolder(options.data).journalPath);
  const damages = await Journal.acceptDamage(file, wallClock);
  print(
    options,
    { accepted: damages },
    damages.length === 0 ? ['Nothing is damaged.'] : ['Accepted:', ...damages.map(textOf)],
  );
  await file.close();
}

function textOf({ kind, offset, byteCount }: JournalDamage): string {
  return kind === 'unreadable'
    ? `Bytes ${offset} to ${offset + byteCount - 1} cannot be read.`
    : `The entry at byte ${offset} does not follow the one before it.`;
}
