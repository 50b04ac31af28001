import { type Command, Option } from 'commander';
import {
  type AdjustOptions,
  adjust,
  type SignAdjustmentOptions,
  showAdjustments,
  signAdjusted,
} from '../adjustment-command.ts';
import { type ArgumentKind, DATE, SIGNED_AMOUNT, wholeFrom } from '../argument.ts';
import {
  type AccountOptions,
  bankAccount,
  type OrderOptions,
  orderWindow,
  reconcileFile,
  showPayments,
} from '../payment-command.ts';
import { ADJUSTMENT_REASONS, ADJUSTMENT_SOURCES } from '../settlement/adjustment/adjustment.ts';
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
  addAdjustments(payments);
}

function addAdjustments(payments: Command): void {
  folderCommand(payments, 'adjust', 'propose to correct what a closed window meant for a merchant')
    .requiredOption('--reference <text>', 'a name of its own: capitals, digits and hyphens')
    .requiredOption('--window <number>', 'the window that it corrects', WINDOW)
    .requiredOption('--merchant <id>', 'merchant id', WINDOW)
    .requiredOption(
      '--amount <yen>',
      'what the merchant gets, or gives back if negative',
      argument(SIGNED_AMOUNT),
    )
    .addOption(
      new Option('--against <account>', 'who bears it')
        .choices([...ADJUSTMENT_SOURCES])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--reason <reason>', 'why').choices([...ADJUSTMENT_REASONS]).makeOptionMandatory(),
    )
    .action((options: FolderOption & AdjustOptions) =>
      run(options, (backend) => adjust(backend, options)),
    );
  folderCommand(payments, 'sign-adjustment', 'sign an adjustment for one party')
    .requiredOption('--reference <text>', 'its name')
    .addOption(
      new Option('--party <party>', 'who signs')
        .choices(['issuer', 'carrier'])
        .makeOptionMandatory(),
    )
    .option('--key-file <file>', "the carrier's Ed25519 private key in PEM")
    .action((options: FolderOption & SignAdjustmentOptions) =>
      run(options, (backend) => signAdjusted(backend, options)),
    );
  folderCommand(payments, 'adjustments', 'corrections that were proposed; the newest 1,000').action(
    (options: FolderOption) => run(options, (backend) => showAdjustments(backend, wallClock())),
  );
}
