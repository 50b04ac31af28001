import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import type { SamKind } from '#purse/sam-kind';
import { formatYen, signedYen, sumYen, type Yen, yen } from '#units';
import { type UploadResult, uploadDelay } from './batch/upload-batch.ts';
import { balanceCommand } from './command/balance-command.ts';
import { batchCommands, printReports } from './command/batch-command.ts';
import { type CardOption, openCardField, withCardOptions } from './command/card-field.ts';
import { type FolderOption, folderCommand, print } from './command/folder-command.ts';
import { addHotListCommand } from './command/hotlist-command.ts';
import { journalCommand } from './command/journal-command.ts';
import { loadPendingCommand } from './command/load-pending-command.ts';
import { wholeNumber } from './command/number-argument.ts';
import { overTheAirCommand } from './command/over-the-air-command.ts';
import { readersCommand } from './command/readers-command.ts';
import { refundCommand } from './command/refund-command.ts';
import { addSamCommand } from './command/sam-command.ts';
import { ConfigError, createTerminalFolder, terminalFolder } from './config.ts';
import type { PurseRequest } from './debit/purse-intent.ts';
import { isTooLate, outstandingOf, type RefundedSale } from './debit/refund.ts';
import { customerText } from './point-of-sale/customer-text.ts';
import {
  cardNameOf,
  describeOutcome,
  EXIT_CODE_BY_OUTCOME,
  outcomeJson,
} from './point-of-sale/outcome-text.ts';
import { receiptText } from './point-of-sale/receipt.ts';
import { refundSlips } from './point-of-sale/refund-slip.ts';
import { describeNotice, noticeJson } from './point-of-sale/refund-text.ts';
import type { PurseTerminal, SaleOutcome } from './purse-terminal.ts';
import { ReaderError } from './reader/reader.ts';
import { TerminalProgram, wallClock } from './terminal-program.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const UPLOAD_FOREVER = 1_000_000;

interface InitOptions extends FolderOption {
  readonly terminal: number;
  readonly merchant: number;
  readonly merchantName: string;
  readonly issuerUrl: string;
  readonly amountMax: number;
}

interface TapOptions extends CardOption {
  readonly sale?: string;
  readonly orWhatIsLeft?: true;
}

function terminalCommand(): Command {
  const command = new Command('kazasu terminal').description(
    'A point of sale: take payments, load cards, close and upload batches',
  );
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_USAGE));
  folderCommand(command, 'init', 'make a new terminal with its own key pair')
    .requiredOption('--terminal <id>', 'terminal id', wholeNumber)
    .requiredOption('--merchant <id>', 'merchant id', wholeNumber)
    .requiredOption('--merchant-name <name>', 'as it stands on receipts')
    .requiredOption('--issuer-url <url>', "the issuer's collection, such as http://127.0.0.1:8080")
    .option('--amount-max <yen>', 'the most one sale or load may be', wholeNumber, 30_000)
    .action(initialise);
  tapCommand(command, 'pay', 'take a payment from a card')
    .option('--or-what-is-left', 'take all there is if the balance is less')
    .action((amount, options) => tap('debit', amount, options));
  tapCommand(command, 'load', 'load value onto a card (takes a load SAM)').action(
    (amount, options) => tap('load', amount, options),
  );
  cardCommand(command, 'void', 'give the last sale of a card back (takes a SAM that may void)')
    .argument('<sale>', 'the sale id')
    .action(voidSale);
  refundCommand(command);
  loadPendingCommand(command);
  overTheAirCommand(command);
  balanceCommand(command);
  folderCommand(command, 'close', 'close the batch of all sales since the last close').action(
    closeBatches,
  );
  folderCommand(command, 'upload', 'upload closed batches, in order')
    .option('--retry <times>', 'how often to try again, waiting 1 s to 5 min', wholeNumber, 0)
    .option('--until-done', 'try again for as long as it takes')
    .action(upload);
  addSamCommand(command);
  folderCommand(command, 'status', 'what is unresolved, and what waits for upload').action(status);
  batchCommands(command);
  journalCommand(command);
  addHotListCommand(command);
  readersCommand(command);
  return command;
}

function tapCommand(parent: Command, name: string, description: string): Command {
  return cardCommand(parent, name, description)
    .argument('<amount>', 'in yen', amountArgument)
    .option('--sale <id>', 'the sale id; give the same one again to finish a half-done sale');
}

/** A command that writes a card. */
function cardCommand(parent: Command, name: string, description: string): Command {
  return withCardOptions(folderCommand(parent, name, description)).addHelpText(
    'after',
    '\nExit status: 0 approved, 3 refused, 4 unresolved (touch again with the same --sale),\n' +
      '5 no tap, 1 failed, 2 wrong usage.',
  );
}

function initialise(options: InitOptions): void {
  const folder = createTerminalFolder(options.data, {
    terminalId: options.terminal,
    merchantId: options.merchant,
    merchantName: options.merchantName,
    issuerUrl: options.issuerUrl,
    amountMax: options.amountMax,
  });
  print(
    options,
    { publicKey: folder.publicKeyPath, sam: folder.samPath, issuerKey: folder.issuerKeyPath },
    [
      `Terminal ${options.terminal} is in ${options.data}.`,
      `Give the issuer ${folder.publicKeyPath}.`,
      `Put the SAM file you get at ${folder.samPath},`,
      `and the issuer's public key at ${folder.issuerKeyPath}.`,
    ],
  );
}

function tap(kind: 'debit' | 'load', amount: Yen, options: TapOptions): Promise<void> {
  const saleId = options.sale ?? randomUUID();
  const payWhatIsLeft = options.orWhatIsLeft === true;
  const request: PurseRequest = { saleId, kind, amount, payWhatIsLeft };
  const kinds: readonly SamKind[] = kind === 'load' ? ['load'] : ['pos', 'pos-void'];
  return atReader(
    options,
    { saleId, kinds, prompt: `${formatYen(amount)}: please touch (sale ${saleId})` },
    (terminal) => terminal.tap(request, options.wait),
  );
}

function voidSale(saleId: string, options: TapOptions): Promise<void> {
  const prompt = `sale ${saleId}: please touch the card that paid, to get it back`;
  return atReader(options, { saleId, kinds: ['pos-void'], prompt }, (terminal) =>
    terminal.void(saleId, options.wait),
  );
}

interface TapAtReader {
  readonly saleId: string;
  /** The kinds of SAM that have the right to it. */
  readonly kinds: readonly SamKind[];
  readonly prompt: string;
}

async function atReader(
  options: TapOptions,
  { saleId, kinds, prompt }: TapAtReader,
  touch: (terminal: PurseTerminal) => Promise<SaleOutcome>,
): Promise<void> {
  const program = await TerminalProgram.open(terminalFolder(options.data), wallClock);
  if (!kinds.includes(program.sam.kind)) {
    throw new ConfigError(
      'CONFIG_INVALID',
      `this needs a ${kinds.join(' or ')} SAM, and this terminal has a ${program.sam.kind} SAM`,
    );
  }
  const field = await openCardField(options);
  if (options.json !== true) console.log(prompt);
  const outcome = await touch(program.at(field.reader));
  await field.close();
  // The id first: who asked without one needs it to ask again, whatever came of it.
  const { refunds = [] } = outcome;
  const json = {
    saleId,
    ...outcomeJson(outcome),
    ...(refunds.length > 0 && { refunds: refunds.map(noticeJson) }),
    customer: customerText(outcome),
  };
  const slips = refundSlips(refunds, program.config);
  print(options, json, [...refunds.map(describeNotice), ...slips, describeOutcome(outcome)]);
  if (outcome.outcome === 'approved' && options.json !== true) {
    const { terminalId, merchantName } = program.config;
    const { intent, resolution } = outcome;
    const cardName = cardNameOf(intent);
    console.log(receiptText({ ...intent, terminalId, merchantName, cardName, resolution }));
  }
  await program.close();
  process.exitCode = EXIT_CODE_BY_OUTCOME[outcome.outcome];
}

async function closeBatches(options: FolderOption): Promise<void> {
  const program = await TerminalProgram.open(terminalFolder(options.data), wallClock);
  const closed = await program.closeBatches();
  const batches = closed.map(({ number, bytes }) => ({ number, byteCount: bytes.length }));
  print(options, { batches }, batches.length === 0 ? ['Nothing to close.'] : []);
  const numbers = closed.map(({ number }) => number);
  if (options.json !== true) await printReports(program, numbers, options);
  await program.close();
}

async function upload(
  options: FolderOption & { readonly retry: number; readonly untilDone?: true },
): Promise<void> {
  const program = await TerminalProgram.open(terminalFolder(options.data), wallClock);
  const attemptsMax = options.untilDone === true ? UPLOAD_FOREVER : options.retry;
  let failedAttempts = 0;
  for (;;) {
    const results = await program.upload();
    for (const result of results) print(options, { ...result }, [describeUpload(result)]);
    const last = results.at(-1);
    if (last === undefined && failedAttempts === 0) {
      const nothing = { result: 'nothing-to-upload' } as const;
      print(options, nothing, [describeUpload(nothing)]);
    }
    if (last === undefined || last.result === 'acknowledged') break;
    process.exitCode = EXIT_FAILED;
    if (last.result === 'refused' || failedAttempts >= attemptsMax) break;
    await sleep(uploadDelay(failedAttempts));
    failedAttempts += 1;
    process.exitCode = 0;
  }
  await program.close();
}

function describeUpload(result: UploadResult): string {
  switch (result.result) {
    case 'nothing-to-upload':
      return 'Nothing to upload.';
    case 'acknowledged':
      return `Batch ${result.batchNumber} is with the issuer${result.isRepeat ? ' already' : ''}.`;
    case 'refused':
      return `Batch ${result.batchNumber} was refused: ${result.code}, ${result.message}`;
    case 'unreachable':
      return `Batch ${result.batchNumber} is kept: ${result.message}`;
  }
}

async function status(options: FolderOption): Promise<void> {
  const program = await TerminalProgram.open(terminalFolder(options.data), wallClock);
  const unresolved = await program.journal.unresolvedIntents();
  const waiting = await program.journal.nextBatchToUpload();
  const refunds = await program.pendingRefunds();
  const { room } = program.sam;
  const total = sumYen(unresolved.map(({ amount }) => amount));
  print(
    options,
    {
      terminalId: program.config.terminalId,
      unresolved: unresolved.map((intent) => ({
        saleId: intent.saleId,
        amount: intent.amount,
        card: cardNameOf(intent),
      })),
      pendingRefunds: refunds.map((refunded) => ({
        saleId: refunded.sale.saleId,
        amount: outstandingOf(refunded),
        card: cardNameOf(refunded.sale),
        canCashback: !isTooLate(refunded),
      })),
      nextBatchToUpload: waiting?.number ?? null,
      samRoom: room ?? null,
    },
    [
      `Terminal ${program.config.terminalId} of ${program.config.merchantName}`,
      `Unresolved: ${unresolved.length} (${formatYen(total)})`,
      ...unresolved.map(
        (intent) =>
          `  sale ${intent.saleId}: ${formatYen(intent.amount)}, card ${cardNameOf(intent)}`,
      ),
      ...refunds.map(describePending),
      waiting === undefined
        ? 'All closed batches are with the issuer.'
        : `Batch ${waiting.number} waits for upload.`,
      ...(room === undefined
        ? []
        : [`Until the next upload: ${room.count} records, ${formatYen(signedYen(room.amount))}.`]),
    ],
  );
  await program.close();
}

function describePending(refunded: RefundedSale): string {
  const amount = formatYen(outstandingOf(refunded));
  const how = isTooLate(refunded)
    ? 'goes to the issuer with the next batch, and waits there for a load'
    : 'waits for its card';
  return `Refund of ${amount} for sale ${refunded.sale.saleId}, card ${cardNameOf(refunded.sale)}: ${how}`;
}

function amountArgument(text: string): Yen {
  return yen(wholeNumber(text));
}

function isExpected(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

try {
  await terminalCommand().parseAsync();
} catch (error) {
  if (!isExpected(error)) throw error;
  // What the disk says begins with its code.
  const isNamed = error.message.startsWith(error.code);
  console.error(isNamed ? error.message : `${error.code}: ${error.message}`);
  if (error instanceof ReaderError) console.error(`To mend it: ${error.remedy.text}`);
  process.exitCode = EXIT_FAILED;
}
