import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { formatIdm } from '#felica/identifiers';
import { formatYen, milliseconds } from '#units';
import { UplinkError } from '../batch/upload-batch.ts';
import { readText } from '../config.ts';
import { httpLoadWork, type LoadResult, type WaitingLoad } from '../over-the-air/http-load-work.ts';
import { httpPhoneLine } from '../over-the-air/http-phone-line.ts';
import { serveWaitingLoads } from '../over-the-air/remote-load.ts';
import { describeOutcome, outcomeJson } from '../point-of-sale/outcome-text.ts';
import type { SaleOutcome } from '../purse-terminal.ts';
import { PhoneReader } from '../reader/phone-reader.ts';
import { type TerminalProgram, wallClock } from '../terminal-program.ts';
import { type FolderOption, folderCommand, print } from './folder-command.ts';
import { openLoadProgram } from './load-program.ts';
import { wholeNumber } from './number-argument.ts';

interface OverTheAirOption extends FolderOption {
  readonly carrierUrl: string;
  readonly channelToken: string;
  readonly remoteLoadToken: string;
  readonly once?: true;
  readonly every: number;
}

/** A phone that is within reach is touched at once; nobody waits for another. */
const WAIT_MS = milliseconds(1_000);

/** `kazasu terminal over-the-air`: the issuer's remote load terminal. */
export function overTheAirCommand(terminal: Command): void {
  const description =
    "load cards in phones with the top-ups that wait, over the carrier's channel (takes a load SAM)";
  folderCommand(terminal, 'over-the-air', description)
    .requiredOption(
      '--carrier-url <url>',
      "the carrier's channel, such as http://127.0.0.1:8080",
      url,
    )
    .requiredOption('--channel-token <file>', "the carrier's `channel-token`")
    .requiredOption('--remote-load-token <file>', "the issuer's `remote-load-token`")
    .option('--once', 'try what waits once, and end')
    .option('--every <seconds>', 'how often to look for work', wholeNumber, 2)
    .addHelpText(
      'after',
      '\nIts merchant is whoever takes the money, such as the carrier: it owes what was loaded.\n' +
        'Records are uploaded after each round that loaded something.',
    )
    .action(overTheAir);
}

async function overTheAir(options: OverTheAirOption): Promise<void> {
  const tokenAt = (path: string): string =>
    readText(path, 'copy it from the data directory of `kazasu backend`').trim();
  const channel = { carrierUrl: options.carrierUrl, token: tokenAt(options.channelToken) };
  const token = tokenAt(options.remoteLoadToken);
  const program = await openLoadProgram(options);
  const { issuerUrl, terminalId } = program.config;
  const work = httpLoadWork({ issuerUrl, token, terminalId });
  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort()).once('SIGTERM', () => stopping.abort());
  try {
    while (!stopping.signal.aborted) {
      await serveRound(program, { options, work, channel });
      if (options.once === true) break;
      const wait = sleep(options.every * 1_000, undefined, { signal: stopping.signal });
      await wait.catch(() => undefined);
    }
  } finally {
    await program.close();
  }
}

async function serveRound(
  program: TerminalProgram,
  {
    options,
    work,
    channel,
  }: {
    readonly options: OverTheAirOption;
    readonly work: ReturnType<typeof httpLoadWork>;
    readonly channel: { readonly carrierUrl: string; readonly token: string };
  },
): Promise<void> {
  try {
    const loadedCount = await serveWaitingLoads({
      work,
      terminalAt: ({ idm: card }) =>
        program.at(new PhoneReader(card, httpPhoneLine(channel, card))),
      now: wallClock,
      waitMs: WAIT_MS,
      onOutcome: (load, outcome, told) => tell(options, { load, outcome, told }),
    });
    if (loadedCount === 0) return;
    await program.closeBatches();
    await program.upload();
  } catch (error) {
    // Nothing is lost: the journal knows what was done, and the next round goes on from there.
    if (!(error instanceof UplinkError) || options.once === true) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n`);
  }
}

function tell(
  options: OverTheAirOption,
  tried: {
    readonly load: WaitingLoad;
    readonly outcome: SaleOutcome;
    readonly told: LoadResult | undefined;
  },
): void {
  const { load, outcome, told } = tried;
  const card = formatIdm(load.idm);
  const json = { topUp: load.topUpId, card, amount: load.amount, told: told ?? null };
  print(options, { ...json, ...outcomeJson(outcome) }, [
    `top-up ${load.topUpId}, ${formatYen(load.amount)}, card ${card}: ${describeOutcome(outcome)}`,
  ]);
}

function url(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text;
  throw new InvalidArgumentError('expected a URL such as http://127.0.0.1:8080');
}
