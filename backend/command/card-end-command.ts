import { type Command, Option } from 'commander';
import { IDM, wholeFrom } from '../argument.ts';
import {
  type CardOption,
  cardClosing,
  cardOwner,
  cardReplacement,
  cardValue,
  endedCards,
  refundPayment,
} from '../card-end-command.ts';
import { REFUND_REASONS } from '../replacement/replacement-rule.ts';
import { argument, type FolderOption, folderCommand, run, wallClock } from './folder-command.ts';

type Options<Work extends (...given: never[]) => unknown> = FolderOption & Parameters<Work>[1];

/** `kazasu backend cards …`: whose cards they are, and what becomes of those that end. */
export function addCardsCommand(parent: Command): void {
  const cards = parent
    .command('cards')
    .description('owners of cards; replacement and closing of cards, and where their value goes')
    .copyInheritedSettings(parent);
  const add = (name: string, description: string): Command =>
    folderCommand(cards, name, description).requiredOption(
      '--card <idm>',
      'the IDm in 16 hex digits',
      argument(IDM),
    );
  add('register', 'note whose card it is; only a registered card is replaced or refunded')
    .requiredOption('--owner <name>', 'the name that the issuer has for its owner')
    .action((options: Options<typeof cardOwner>) =>
      run(options, (backend) => cardOwner(backend, options, wallClock())),
    );
  add('replace', 'end a lost or broken card: it goes on the hot list, another takes its place')
    .requiredOption('--by <idm>', 'the new card', argument(IDM))
    .requiredOption('--note <text>', 'who decided it, and why')
    .action((options: Options<typeof cardReplacement>) =>
      run(options, (backend) => cardReplacement(backend, options, wallClock())),
    );
  add('close', 'end a card for good: it goes on the hot list')
    .addOption(
      new Option('--refund <reason>', 'pay its value to its owner').choices([...REFUND_REASONS]),
    )
    .requiredOption('--note <text>', 'who decided it, and why')
    .action((options: Options<typeof cardClosing>) =>
      run(options, (backend) => cardClosing(backend, options, wallClock())),
    );
  add(
    'move-value',
    'after the quiet period: to the new card, or to what is owed to its owner',
  ).action((options: FolderOption & CardOption) =>
    run(options, (backend) => cardValue(backend, options, wallClock())),
  );
  folderCommand(cards, 'paid', 'note that a refund was paid to the owner of a closed card')
    .requiredOption('--refund <number>', 'as move-value said', argument(wholeFrom(1, 0xffff_ffff)))
    .requiredOption('--note <text>', 'how it was paid')
    .action((options: Options<typeof refundPayment>) =>
      run(options, (backend) => refundPayment(backend, options, wallClock())),
    );
  folderCommand(cards, 'ended', 'cards that have ended; the newest 1,000').action(
    (options: FolderOption) => run(options, endedCards),
  );
}
