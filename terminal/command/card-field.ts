import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { type Milliseconds, milliseconds } from '#units';
import { EmulatedReader, openEmulatedCard } from '../reader/emulated-reader.ts';
import type { PcscBindingName } from '../reader/pcsc-binding.ts';
import { openPcscReader } from '../reader/pcsc-reader.ts';
import type { Reader } from '../reader/reader.ts';
import type { FolderOption } from './folder-command.ts';
import { wholeNumber } from './number-argument.ts';
import { bindingOption } from './readers-command.ts';

/** What every command takes that waits for a card. */
export interface CardOption extends FolderOption {
  readonly card?: string;
  readonly reader?: string;
  readonly binding: PcscBindingName;
  readonly wait: Milliseconds;
}

export interface CardField {
  readonly reader: Reader;
  close(): Promise<void>;
}

/** Adds the options of {@link CardOption} to a command of a terminal's folder. */
export function withCardOptions(command: Command): Command {
  return command
    .option('--card <image.json>', 'tap this emulated card instead of waiting at a reader')
    .option('--reader <name>', 'part of the PC/SC reader name; not needed for the only one')
    .addOption(bindingOption())
    .addOption(waitOption());
}

/** Where the card is: at a reader, or in a file. */
export async function openCardField(options: CardOption): Promise<CardField> {
  const { card: imagePath, reader: readerName, binding } = options;
  if (imagePath === undefined) {
    const reader = await openPcscReader({ binding, ...(readerName && { readerName }) });
    return { reader, close: () => reader.close() };
  }
  const emulated = openEmulatedCard(readFileSync(imagePath, 'utf8'), randomBytes);
  const reader = new EmulatedReader();
  reader.present(emulated.card);
  const close = async (): Promise<void> => {
    // Renamed into place: a crash must not leave half a card.
    const newPath = `${imagePath}.new`;
    writeFileSync(newPath, emulated.image(), { mode: 0o600 });
    renameSync(newPath, imagePath);
    await reader.close();
  };
  return { reader, close };
}

function waitOption(): Option {
  const seconds = 30;
  return new Option('--wait <seconds>', 'how long to wait for a card')
    .argParser(waitArgument)
    .default(milliseconds(seconds * 1_000), `${seconds}`);
}

function waitArgument(text: string): Milliseconds {
  return milliseconds(wholeNumber(text) * 1_000);
}
