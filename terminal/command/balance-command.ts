import type { Command } from 'commander';
import { terminalFolder } from '../config.ts';
import { cardJson, describeCard } from '../point-of-sale/card-text.ts';
import {
  describeOutcome,
  EXIT_CODE_BY_OUTCOME,
  outcomeJson,
} from '../point-of-sale/outcome-text.ts';
import { TerminalProgram, wallClock } from '../terminal-program.ts';
import { type CardOption, openCardField, withCardOptions } from './card-field.ts';
import { folderCommand, print } from './folder-command.ts';

interface BalanceOption extends CardOption {
  readonly history?: true;
}

/** `kazasu terminal balance`: what is on a card. It settles what was half done, and takes nothing. */
export function balanceCommand(terminal: Command): void {
  withCardOptions(folderCommand(terminal, 'balance', 'tell what a card holds; takes nothing'))
    .option('--history', "also the card's log, newest first")
    .addHelpText('after', '\nExit status: 0 read, 5 no tap, 1 failed, 2 wrong usage.')
    .action(balance);
}

async function balance(options: BalanceOption): Promise<void> {
  const program = await TerminalProgram.open(terminalFolder(options.data), wallClock);
  const field = await openCardField(options);
  const withHistory = options.history === true;
  const read = await program.at(field.reader).readCard(options.wait, { withHistory });
  await field.close();
  if (read.outcome === 'read') {
    print(options, cardJson(read.reading), describeCard(read.reading));
  } else {
    print(options, outcomeJson(read), [describeOutcome(read)]);
    process.exitCode = EXIT_CODE_BY_OUTCOME[read.outcome];
  }
  await program.close();
}
