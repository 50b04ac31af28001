import type { Command } from 'commander';
import { yen } from '#units';
import { CAP, IDM, MONTH, wholeFrom } from '../argument.ts';
import type { BillMonth } from '../carrier/bill-month.ts';
import type { LockAction } from '../carrier/remote-lock.ts';
import {
  addSubscriber,
  enrolPhone,
  type HandsetOptions,
  orderLock,
  type SubscriberOptions,
  showBill,
  showHandsets,
  showSubscribers,
} from '../carrier-command.ts';
import {
  argument,
  type FolderOption,
  folderCommand,
  run,
  unpredictable,
  wallClock,
} from './folder-command.ts';

const ID = argument(wholeFrom(1, 0xffff_ffff));

/** `kazasu backend carrier …` */
export function addCarrierCommand(command: Command): void {
  const carrier = command
    .command('carrier')
    .description('subscribers, their phone bills, and the remote lock of their phones')
    .copyInheritedSettings(command);
  folderCommand(carrier, 'add-subscriber', 'register a subscriber')
    .requiredOption('--subscriber <id>', 'subscriber id', ID)
    .requiredOption('--phone <number>', 'phone number, such as +819012345678')
    .requiredOption('--name <name>', 'name of the subscriber')
    .option('--cap <yen>', 'most that a month may be charged', argument(CAP), yen(10_000))
    .action((options: SubscriberOptions & FolderOption) =>
      run(options, (backend) => addSubscriber(backend, options, wallClock())),
    );
  folderCommand(carrier, 'subscribers', 'list them').action((options: FolderOption) =>
    run(options, showSubscribers),
  );
  folderCommand(carrier, 'bill', 'what a phone bill says of payments')
    .requiredOption('--subscriber <id>', 'subscriber id', ID)
    .requiredOption('--month <month>', 'such as 2026-11', argument(MONTH))
    .action((options: FolderOption & { readonly subscriber: number; readonly month: BillMonth }) =>
      run(options, (backend) => showBill(backend, options.subscriber, options.month)),
    );
  folderCommand(carrier, 'enrol-handset', 'let the phone of a subscriber reach the channel')
    .requiredOption('--subscriber <id>', 'subscriber id', ID)
    .requiredOption('--card <idm>', 'the IDm of the card in the phone', argument(IDM))
    .requiredOption('--out <token>', 'the file to make for the phone; it holds a secret')
    .addHelpText('after', '\nThe phone that the subscriber had before reaches it no longer.')
    .action((options: HandsetOptions & FolderOption) =>
      run(options, (backend) =>
        enrolPhone(backend, options, { now: wallClock(), random: unpredictable }),
      ),
    );
  folderCommand(carrier, 'handsets', 'phones that may reach the channel').action(
    (options: FolderOption) => run(options, showHandsets),
  );
  const lockCommand = (action: LockAction, description: string): Command =>
    folderCommand(carrier, action, description)
      .requiredOption('--subscriber <id>', 'subscriber id', ID)
      .requiredOption('--by <name>', 'who orders it')
      .action((options: FolderOption & { readonly subscriber: number; readonly by: string }) =>
        run(options, (backend) => orderLock(backend, { ...options, action })),
      );
  lockCommand('lock', 'lock a phone when it is reached, within 365 days');
  lockCommand('unlock', 'unlock a phone when it is reached, within 365 days');
}
