import type { Command } from 'commander';
import { type Yen, yen } from '#units';
import { terminalFolder } from '../config.ts';
import { refundSlips } from '../point-of-sale/refund-slip.ts';
import {
  customerRefundText,
  describeNotice,
  describeRefund,
  EXIT_CODE_BY_REFUND,
  noticeJson,
  refundJson,
} from '../point-of-sale/refund-text.ts';
import { TerminalProgram, wallClock } from '../terminal-program.ts';
import { type CardOption, openCardField, withCardOptions } from './card-field.ts';
import { folderCommand, print } from './folder-command.ts';
import { wholeNumber } from './number-argument.ts';

interface RefundOption extends CardOption {
  readonly refund?: string;
}

/** `kazasu terminal refund`: gives a sale or a part of it back, now or at the card's next touch. */
export function refundCommand(terminal: Command): void {
  const description = 'give a sale back to its card, at once or at its next touch here';
  withCardOptions(folderCommand(terminal, 'refund', description))
    .argument('<sale>', 'the sale id')
    .argument('[amount]', 'in yen; all that was not asked back yet if absent', amountArgument)
    .option('--refund <id>', 'names this refund; the same id again gives nothing more')
    .addHelpText(
      'after',
      '\nExit status: 0 given back, 6 registered and waiting for its card, 4 unresolved (touch\n' +
        'again), 3 not registered, 1 failed, 2 wrong usage.',
    )
    .action(refund);
}

async function refund(
  saleId: string,
  amount: Yen | undefined,
  options: RefundOption,
): Promise<void> {
  const program = await TerminalProgram.open(terminalFolder(options.data), wallClock);
  const field = await openCardField(options);
  // Without an id a sale has one refund: whoever asks twice by mistake gives nothing twice.
  const refundId = options.refund ?? `refund of ${saleId}`;
  const terminal = program.at(field.reader);
  const outcome = await terminal.refund({ refundId, saleId, amount }, options.wait);
  await field.close();
  const { refunds = [] } = outcome;
  const others = refunds.filter((notice) => notice.saleId !== saleId);
  print(
    options,
    {
      ...refundJson(outcome),
      ...(others.length > 0 && { refunds: others.map(noticeJson) }),
      customer: customerRefundText(outcome),
    },
    [
      describeRefund(outcome),
      ...others.map(describeNotice),
      ...refundSlips(refunds, program.config),
    ],
  );
  await program.close();
  process.exitCode = EXIT_CODE_BY_REFUND[outcome.outcome];
}

function amountArgument(text: string): Yen {
  return yen(wholeNumber(text));
}
