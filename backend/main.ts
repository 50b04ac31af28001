import { Command, Option } from 'commander';
import type { IDm } from '#felica/identifiers';
import { TERMINAL_ID_MAX } from '#purse/history-block';
import { SAM_KINDS } from '#purse/sam-kind';
import { type BusinessDate, basisPoints, yen } from '#units';
import { AMOUNT, DATE, IDM, RATE, wholeFrom } from './argument.ts';
import { addBackupCommands } from './command/backup-command.ts';
import { addCardsCommand } from './command/card-end-command.ts';
import { addCarrierCommand } from './command/carrier-command.ts';
import { addClearingCommands } from './command/clearing-command.ts';
import { failureText } from './command/failure-text.ts';
import {
  argument,
  type FolderOption,
  folderCommand,
  run,
  unpredictable,
  wallClock,
} from './command/folder-command.ts';
import { addKeysCommand } from './command/keys-command.ts';
import { addPaymentsCommand } from './command/payments-command.ts';
import { addServeCommand } from './command/serve-command.ts';
import { createBackendFolder } from './config.ts';
import { requireUnused } from './database/unused-database.ts';
import { POSTGRES_ADDRESS, placesAt } from './database-place.ts';
import { hotListCard, listHits, publishHotListFiles } from './hot-listing-command.ts';
import { readBalances } from './ledger/books.ts';
import type { Backend } from './open-backend.ts';
import {
  booksOutcome,
  closeOutcome,
  type Outcome,
  settleOutcome,
  statementOutcome,
} from './outcome-text.ts';
import { listPendingLoads, releaseLoad } from './pending-load-command.ts';
import { receiveFiles } from './receiving.ts';
import {
  addMerchant,
  addTerminal,
  CARD_PROFILES,
  type CardOptions,
  issueCard,
  issueSam,
  type MerchantOptions,
  type SamOptions,
  type TerminalOptions,
} from './registering.ts';
import { closeWindow } from './settlement/close-window.ts';
import { settleWindow } from './settlement/settle-window.ts';
import { carrierStatement, merchantStatement } from './settlement/statement.ts';
import { carrierStatementText, merchantStatementText } from './settlement/statement-text.ts';
import {
  type CarrierKeyOptions,
  carrierKey,
  depositReport,
  type ProposeOptions,
  propose,
  type SignOptions,
  signSettlement,
} from './settlement-command.ts';
import { listTopUps } from './top-up-command.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const ID = argument(wholeFrom(1, 0xffff_ffff));
const COUNT = argument(wholeFrom(1, 0xffff_ffff));
const AMOUNT_MAX_DEFAULT = yen(30_000);

interface WindowOption extends FolderOption {
  readonly window: number;
}

function backendCommand(): Command {
  const command = new Command('kazasu backend').description(
    'Issuer and carrier: cards, terminals, collection of batches, books, settlement',
  );
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_USAGE));
  addIssuing(command);
  addParties(command);
  addOperation(command);
  addCardsCommand(command);
  addClearingCommands(command);
  addPayment(command);
  addHotList(command);
  addKeysCommand(command);
  addPaymentsCommand(command);
  addCarrierCommand(command);
  return command;
}

function addIssuing(command: Command): void {
  folderCommand(command, 'init', 'make a new issuer with its keys, and the books of both parties')
    .requiredOption('--issuer-id <id>', 'issuer id', argument(wholeFrom(1, 0xffff)))
    .option(
      '--postgresql <address>',
      'keep the books there and not in files: postgresql://USER@HOST/DATABASE?schema=NAME',
      argument(POSTGRES_ADDRESS),
    )
    .action(initialise);
  folderCommand(command, 'issue-sam', 'write the SAM file for one terminal')
    .requiredOption('--sam <id>', 'SAM id', ID)
    .addOption(kindOption())
    .requiredOption('--out <sam.json>', 'the file to make; it holds keys')
    .option('--amount-max <yen>', 'most one record may be', argument(AMOUNT), AMOUNT_MAX_DEFAULT)
    .option('--ceiling-count <records>', 'most records before they are collected', COUNT)
    .option('--ceiling-amount <yen>', 'most value before it is collected', argument(AMOUNT))
    .option('--passphrase-file <file>', 'encrypt it with the passphrase in this file')
    .option('--key-file <file>', 'encrypt it with this key file, made if it is not there')
    .option(
      '--lite-s',
      'serve Lite-S cards too: WARNING, with it the SAM takes AND makes value there',
    )
    .action((options: SamOptions & FolderOption) =>
      run(options, (backend) =>
        issueSam(backend, options, { now: wallClock(), random: unpredictable }),
      ),
    );
  folderCommand(command, 'issue-card', 'register a card and write its image')
    .requiredOption('--out <card.json>', 'the file to make; it holds keys')
    .addOption(
      new Option(
        '--profile <profile>',
        'standard if absent; what lite-s cannot protect: lite-s-profile.md',
      ).choices([...CARD_PROFILES]),
    )
    .option('--idm <hex>', 'the IDm; if absent, 02fe and six random bytes', argument(IDM))
    .option('--expiry <date>', 'last day of use; if absent, in five years', argument(DATE))
    .option('--balance-max <yen>', 'most the purse may hold', argument(AMOUNT), yen(50_000))
    .option('--debit-max <yen>', 'most one debit may take', argument(AMOUNT), yen(20_000))
    .action((options: CardOptions & FolderOption) =>
      run(options, (backend) =>
        issueCard(backend, options, { now: wallClock(), random: unpredictable }),
      ),
    );
}

function addParties(command: Command): void {
  folderCommand(command, 'add-merchant', 'register a merchant and its rates')
    .requiredOption('--merchant <id>', 'merchant id', ID)
    .requiredOption('--name <name>', 'its name, as it stands on statements')
    .option('--fee <points>', 'of sales, in 1/100 percent', argument(RATE), basisPoints(325))
    .option('--commission <points>', "the carrier's part", argument(RATE), basisPoints(50))
    .action((options: MerchantOptions & FolderOption) =>
      run(options, (backend) => addMerchant(backend, options, wallClock())),
    );
  folderCommand(command, 'enrol-terminal', 'let a terminal upload batches for one merchant')
    .requiredOption('--terminal <id>', 'terminal id', argument(wholeFrom(1, TERMINAL_ID_MAX)))
    .requiredOption('--merchant <id>', 'merchant id', ID)
    .requiredOption('--sam <id>', 'SAM id', ID)
    .addOption(kindOption())
    .requiredOption('--public-key <file>', "the terminal's Ed25519 public key in PEM")
    .option('--amount-max <yen>', 'most one record may be', argument(AMOUNT), AMOUNT_MAX_DEFAULT)
    .action((options: TerminalOptions & FolderOption) =>
      run(options, (backend) => addTerminal(backend, options, wallClock())),
    );
}

function addOperation(command: Command): void {
  addServeCommand(command);
  addBackupCommands(command);
  folderCommand(command, 'receive', 'take batches that came as files')
    .argument('<file...>', 'files that `kazasu terminal export` wrote')
    .option('--out <folder>', 'where the acknowledgements go', '.')
    .action((files: readonly string[], options: FolderOption & { readonly out: string }) =>
      run(options, (backend) => receiveFiles(backend, files, options.out)),
    );
  folderCommand(command, 'close-window', 'verify what has arrived and close the window')
    .option('--window <number>', 'the window; if absent, the open one', ID)
    .action((options: FolderOption & { readonly window?: number }) =>
      run(options, async ({ settlement }) =>
        closeOutcome(await closeWindow(settlement, options.window)),
      ),
    );
  folderCommand(command, 'settle', 'pay by hand, at once, what a window that both have signed owes')
    .requiredOption('--window <number>', 'the window', ID)
    .action((options: WindowOption) =>
      run(options, async ({ settlement }) =>
        settleOutcome(await settleWindow(settlement, options.window)),
      ),
    );
  folderCommand(command, 'statement', "a merchant's statement, or the carrier's")
    .requiredOption('--window <number>', 'the window', ID)
    .option('--merchant <id>', "merchant id; if absent, the carrier's statement", ID)
    .action((options: WindowOption & { readonly merchant?: number }) =>
      run(options, ({ database }) => showStatement(database, options)),
    );
  folderCommand(
    command,
    'pending-loads',
    'what waits for cards, such as refunds, and what was loaded; the newest 1,000',
  ).action((options: FolderOption) => run(options, listPendingLoads));
  folderCommand(
    command,
    'release-pending-load',
    'offer one again although the load terminal that was offered it never told what became of it',
  )
    .requiredOption('--number <number>', 'its number', ID)
    .requiredOption('--by <name>', 'who decides it')
    .addHelpText(
      'after',
      '\nShould that terminal have loaded it and tell later, its merchant owes that load as cash.',
    )
    .action(({ by: decidedBy, ...options }: FolderOption & { number: number; by: string }) =>
      run(options, (backend) =>
        releaseLoad(backend, { number: options.number, decidedBy }, wallClock()),
      ),
    );
  folderCommand(
    command,
    'top-ups',
    'how far top-ups have come, and which terminal has to load them; the newest 1,000',
  ).action((options: FolderOption) => run(options, listTopUps));
  folderCommand(command, 'books', 'the balance of each account of both parties').action(
    (options: FolderOption) => run(options, showBooks),
  );
}

function addPayment(command: Command): void {
  folderCommand(command, 'carrier-key', 'register the key with which the carrier signs')
    .option('--public-key <file>', "the carrier's Ed25519 public key in PEM")
    .addOption(
      new Option('--make <file>', 'make a new key; the private one goes to this file').conflicts(
        'publicKey',
      ),
    )
    .action((options: FolderOption & CarrierKeyOptions) =>
      run(options, (backend) => carrierKey(backend, options, wallClock())),
    );
  folderCommand(command, 'propose', 'write down what a closed window means for each party')
    .requiredOption('--window <number>', 'the window', ID)
    .option('--out <file>', 'a file to make of it; if absent, it is only shown')
    .action((options: FolderOption & ProposeOptions) =>
      run(options, (backend) => propose(backend, options)),
    );
  folderCommand(command, 'sign', 'sign the proposal of a window for one party')
    .requiredOption('--window <number>', 'the window', ID)
    .addOption(
      new Option('--party <party>', 'who signs')
        .choices(['issuer', 'carrier'])
        .makeOptionMandatory(),
    )
    .option('--key-file <file>', "the carrier's Ed25519 private key in PEM")
    .action((options: FolderOption & SignOptions) =>
      run(options, (backend) => signSettlement(backend, options)),
    );
  folderCommand(command, 'deposit-report', 'the unused balance of a base date and its deposit')
    .requiredOption('--base-date <date>', '31 March or 30 September', argument(DATE))
    .action((options: FolderOption & { readonly baseDate: BusinessDate }) =>
      run(options, (backend) => depositReport(backend, options)),
    );
}

function addHotList(command: Command): void {
  const hotList = command
    .command('hotlist')
    .description('cards that must not be used')
    .copyInheritedSettings(command);
  const decide = (name: string, description: string, isListed: boolean): Command =>
    folderCommand(hotList, name, description)
      .requiredOption('--card <idm>', 'the IDm of the card', argument(IDM))
      .action((options: FolderOption & { readonly card: IDm }) =>
        run(options, (backend) =>
          hotListCard(backend, { idm: options.card, isListed }, wallClock()),
        ),
      );
  decide('add', 'put a card on the hot list', true);
  decide('remove', 'take a card off the hot list', false);
  folderCommand(
    hotList,
    'hits',
    'which listed cards were touched, and where; the newest 1,000',
  ).action((options: FolderOption) => run(options, listHits));
  folderCommand(hotList, 'publish', 'sign the next list, and what it changes')
    .option('--out <folder>', 'where the files are made too, for terminals without a network')
    .action((options: FolderOption & { readonly out?: string }) =>
      run(options, (backend) => publishHotListFiles(backend, options, wallClock())),
    );
}

async function initialise(
  options: FolderOption & { readonly issuerId: number; readonly postgresql?: URL },
): Promise<void> {
  const { data, issuerId: id, postgresql } = options;
  if (postgresql !== undefined) {
    for (const place of Object.values(placesAt(postgresql))) await requireUnused(place);
  }
  const { publicKeyPath } = createBackendFolder(data, id, unpredictable, postgresql?.href);
  await run(options, ({ keystore: { issuerId } }) =>
    Promise.resolve({
      json: { result: 'made', issuerId, publicKey: publicKeyPath },
      lines: [
        `Issuer ${issuerId} is made in ${options.data}. Its keys are there and nowhere else.`,
        `Terminals check acknowledgements with ${publicKeyPath}.`,
      ],
    }),
  );
}

async function showStatement(
  database: Backend['database'],
  { window: windowNumber, merchant }: WindowOption & { readonly merchant?: number },
): Promise<Outcome> {
  if (merchant === undefined) {
    return statementOutcome(await carrierStatement(database, windowNumber), carrierStatementText);
  }
  const found = await merchantStatement(database, windowNumber, merchant);
  return statementOutcome(found, merchantStatementText);
}

async function showBooks({ database, carrier }: Backend): Promise<Outcome> {
  return booksOutcome(await readBalances(database), await carrier.balances());
}

function kindOption(): Option {
  const meaning =
    'pos takes value from cards, pos-void also gives the last sale back, load puts value on cards';
  return new Option('--kind <kind>', meaning).choices([...SAM_KINDS]).makeOptionMandatory();
}

try {
  await backendCommand().parseAsync();
} catch (error) {
  console.error(failureText(error));
  process.exitCode = EXIT_FAILED;
}
