import type { Command } from 'commander';
import { type ArgumentKind, DATE, wholeFrom } from '../argument.ts';
import {
  type AccountOptions,
  bankAccount,
  type OrderOptions,
  orderWindow,
  reconcileFile,
  showPayments,
} from '../payment-command.ts';
import { parsePayee } from '../settlement/payee.ts';
import type { AccountOwner } from '../settlement/payment/bank-account-register.ts';
import { argument, type FolderOption, folderCommand, run, wallClock } from './folder-command.ts';

const WINDOW = argument(wholeFrom(1, 0xffff_ffff));
const OWNER: ArgumentKind<AccountOwner> = {
  parse: (text) => (text === 'issuer' ? text : parsePayee(text)),
  expected: 'expected issuer, carrier, or a merchant such as merchant:1001',
};

/** `kazasu backend payments …`: what the bank is told, and what it tells. */
export function addPaymentsCommand(parent: Command): void {
  const payments = parent
    .command('payments')
    .description('payments by files for the bank: accounts, orders, and what became of them')
    .copyInheritedSettings(parent);
  folderCommand(payments, 'account', 'register the bank account of a party')
    .requiredOption('--owner <party>', 'issuer, carrier, or merchant:<id>', argument(OWNER))
    .requiredOption('--file <account.json>', 'its fields: settlement-rules.md')
    .action((options: FolderOption & AccountOptions) =>
      run(options, (backend) => bankAccount(backend, options, wallClock())),
    );
  folderCommand(payments, 'order', 'order the payments of a window that both parties have signed')
    .requiredOption('--window <number>', 'the window', WINDOW)
    .option('--pay-on <date>', 'a day on which banks work; if absent, the next', argument(DATE))
    .option('--returned', 'order again what the bank brought back or refused')
    .option('--out <folder>', 'where the files for the bank are made', '.')
    .action((options: FolderOption & OrderOptions) =>
      run(options, (backend) => orderWindow(backend, options)),
    );
  folderCommand(payments, 'reconcile', "take a file of the bank's: what became of the payments")
    .argument(
      '<file>',
      'camt.053, camt.054 for what is not booked yet, or pain.002 for what is refused',
    )
    .action((file: string, options: FolderOption) =>
      run(options, (backend) => reconcileFile(backend, { file })),
    );
  folderCommand(payments, 'show', 'what was ordered for a window, and what became of it')
    .requiredOption('--window <number>', 'the window', WINDOW)
    .action((options: FolderOption & { readonly window: number }) =>
      run(options, (backend) => showPayments(backend, options)),
    );
}
