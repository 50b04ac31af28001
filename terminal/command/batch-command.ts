import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { type AcknowledgementImport, batchFileName } from '../batch/batch-file.ts';
import { reportOfBatch } from '../batch/batch-report.ts';
import { terminalFolder } from '../config.ts';
import { writeDurably } from '../durable-file.ts';
import { zReportText } from '../point-of-sale/z-report.ts';
import { TerminalProgram, wallClock } from '../terminal-program.ts';
import { type FolderOption, folderCommand, print } from './folder-command.ts';

const EXIT_REFUSED = 3;

/** Commands about closed batches: reports, and batches that go to the issuer as files. */
export function batchCommands(terminal: Command): void {
  folderCommand(terminal, 'report', 'print the Z report of a closed batch')
    .option('--batch <number>', 'the batch; if absent, the last one', batchNumber)
    .action(report);
  folderCommand(terminal, 'export', 'write what the issuer has not acknowledged to files')
    .requiredOption('--out <folder>', 'where the files go, such as a memory stick')
    .action(exportBatches);
  folderCommand(terminal, 'import', "take the issuer's acknowledgement files")
    .argument('<file...>', 'files that `kazasu backend receive` wrote')
    .addHelpText('after', '\nExit status: 0 all are taken, 3 one is not, 1 failed.')
    .action(importFiles);
}

/** The Z reports of closed batches, as printed and as JSON. */
export async function printReports(
  program: TerminalProgram,
  numbers: readonly number[],
  options: FolderOption,
): Promise<void> {
  const { journal, config } = program;
  for (const number of numbers) {
    const found = await reportOfBatch(journal, number, config.merchantName);
    if (found === undefined) {
      print(options, { result: 'unknown', number }, [`There is no batch ${number}.`]);
      process.exitCode = EXIT_REFUSED;
    } else {
      print(options, { ...found }, [zReportText(found), '']);
    }
  }
}

async function report(options: FolderOption & { readonly batch?: number }): Promise<void> {
  const program = await TerminalProgram.open(terminalFolder(options.data), wallClock);
  const last = await program.journal.lastBatch();
  await printReports(program, [options.batch ?? last?.number ?? 0], options);
  await program.close();
}

async function exportBatches(options: FolderOption & { readonly out: string }): Promise<void> {
  const program = await TerminalProgram.open(terminalFolder(options.data), wallClock);
  mkdirSync(options.out, { recursive: true });
  const files: string[] = [];
  for await (const { number, bytes } of program.journal.batchesToUpload()) {
    const path = join(options.out, batchFileName(program.config.terminalId, number));
    // A stick that is pulled out early must not hold half a batch.
    writeDurably(path, bytes);
    files.push(path);
  }
  print(
    options,
    { files },
    files.length === 0
      ? ['The issuer has acknowledged every closed batch.']
      : [...files, 'The batches stay here until their acknowledgements are imported.'],
  );
  await program.close();
}

async function importFiles(paths: readonly string[], options: FolderOption): Promise<void> {
  const program = await TerminalProgram.open(terminalFolder(options.data), wallClock);
  for (const path of paths) {
    const bytes = bytesOf(path);
    if (bytes instanceof Error) {
      const { message } = bytes;
      print(options, { file: path, result: 'unreadable', message }, [`${path}: ${message}`]);
      process.exitCode = EXIT_REFUSED;
      continue;
    }
    const imported = await program.importAcknowledgement(bytes);
    print(options, { file: path, ...imported }, [`${path}: ${describeImport(imported)}`]);
    const isTaken = imported.result === 'acknowledged' || imported.result === 'repeated';
    if (!isTaken) process.exitCode = EXIT_REFUSED;
  }
  await program.close();
}

/** One that cannot be read holds up none of the others. */
function bytesOf(path: string): Uint8Array | Error {
  try {
    return Uint8Array.from(readFileSync(path));
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return error;
    throw error;
  }
}

function describeImport(imported: AcknowledgementImport): string {
  switch (imported.result) {
    case 'acknowledged':
      return `batch ${imported.batchNumber} is with the issuer.`;
    case 'repeated':
      return `batch ${imported.batchNumber} is with the issuer, as was known.`;
    case 'foreign':
      return 'no acknowledgement of our issuer for this terminal.';
    case 'other-batch':
      return `the issuer has another batch ${imported.batchNumber} than this terminal closed.`;
  }
}

function batchNumber(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number from 1');
}
