import type { Command } from 'commander';
import {
  describeOutcome,
  EXIT_CODE_BY_OUTCOME,
  outcomeJson,
} from '../point-of-sale/outcome-text.ts';
import {
  customerPendingLoads,
  describePendingLoads,
  exitCodeOfEnd,
  pendingLoadJson,
  pendingLoadReceipts,
} from '../point-of-sale/pending-load-text.ts';
import { type CardOption, openCardField, withCardOptions } from './card-field.ts';
import { folderCommand, print } from './folder-command.ts';
import { openLoadProgram } from './load-program.ts';

/** `kazasu terminal load-pending`: puts on a card what waits for it at the issuer. */
export function loadPendingCommand(terminal: Command): void {
  const description =
    'load what waits for a card at the issuer, such as refunds (takes a load SAM)';
  withCardOptions(folderCommand(terminal, 'load-pending', description))
    .addHelpText(
      'after',
      '\nIt takes no cash, and needs the network.\n' +
        'Exit status: 0 loaded, or nothing waits; 3 refused, 4 unresolved (touch again), 6 something\n' +
        'waits until another terminal has uploaded, 5 no tap, 1 failed, 2 wrong usage.',
    )
    .action(loadPending);
}

async function loadPending(options: CardOption): Promise<void> {
  const program = await openLoadProgram(options);
  const source = program.pendingLoads();
  const field = await openCardField(options);
  if (options.json !== true) process.stdout.write('Please touch the card.\n');
  const loads = await program
    .at(field.reader)
    .loadPending(source, options.wait)
    .finally(() => field.close());
  if (loads.outcome === 'read') {
    const { config } = program;
    const json = { ...pendingLoadJson(loads), customer: customerPendingLoads(loads) };
    print(options, json, [...describePendingLoads(loads), ...pendingLoadReceipts(loads, config)]);
    process.exitCode = exitCodeOfEnd(loads.end);
  } else {
    print(options, outcomeJson(loads), [describeOutcome(loads)]);
    process.exitCode = EXIT_CODE_BY_OUTCOME[loads.outcome];
  }
  await program.close();
}
