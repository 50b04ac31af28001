import { randomBytes } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { openCardImage } from './card/open-card.ts';
import { logLines, readLog } from './command/card-log.ts';
import { orderCard, PAGE_PORT, PAGE_URL, type RemoteOrder } from './command/card-remote.ts';
import { dumpCard, summaryOf } from './command/card-text.ts';
import {
  DEFAULT_BALANCE,
  DEFAULT_EXPIRY,
  makeCard,
  NEW_CARD_NAMES,
  type NewCardOptions,
} from './command/new-card-command.ts';
import { type ServeOptions, serveCard } from './command/serve-card.ts';
import { type IDm, parseIdm } from './felica/identifiers.ts';
import { readImage } from './link/image-file.ts';
import { UDP_PORT } from './link/udp.ts';
import { VPCD_PORT } from './link/vpcd.ts';
import { READER_PERSONALITIES } from './link/vpcd-personality.ts';
import { type BusinessDate, businessDate, daysSince2020, type Yen, yen } from './units.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
/** What the two bytes of a card hold for a day, counted from 2020-01-01 to 2199-06-06. */
const DAYS_MAX = 0xffff;

interface JsonOption {
  readonly json: boolean;
}

/** `kazasu card …`, to be run by itself or as a part of the whole program. */
export function cardCommand(): Command {
  const card = new Command('card').description('The emulated FeliCa card.');
  // A wrong command line is told from a card that could not be served.
  card.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_USAGE));
  addNew(card);
  addShow(card);
  addLog(card);
  addServe(card);
  addOrder(card, 'tap', 'Holds a served card over its reader.');
  addOrder(card, 'remove', 'Pulls a served card away from its reader.');
  addOrder(card, 'block', 'Sets the block flag of a served card, as the issuer would.');
  addOrder(card, 'unblock', 'Clears the block flag of a served card.');
  for (const command of card.commands) command.copyInheritedSettings(card);
  return card;
}

function addNew(card: Command): void {
  card
    .command('new')
    .description('Makes a card with keys of its own and writes its image.')
    .argument('<image.json>', 'where to write it; a file that is there stays')
    .addOption(
      new Option('--personality <kind>', 'what kind of card')
        .choices(NEW_CARD_NAMES)
        .default('purse'),
    )
    .option('--balance <yen>', `what is in its purse; ${DEFAULT_BALANCE} unless given`, parseYen)
    .option('--idm <hex>', 'its IDm, 16 digits; a random one unless given', parseIdmDigits)
    .option(
      '--expiry <date>',
      `the last day of use of a purse card; ${DEFAULT_EXPIRY} unless given`,
      parseDate,
    )
    .option('--json', 'tell about it as JSON', false)
    .action(async (path: string, options: NewCardOptions & JsonOption) => {
      const made = await makeCard(path, options);
      const { personality, idm } = summaryOf(made);
      if (options.json) console.log(JSON.stringify({ path, personality, idm }));
      else console.log(`${path}: ${personality} card, IDm ${idm}. It holds the card's keys.`);
    });
}

function addShow(card: Command): void {
  card
    .command('show')
    .description('Tells what is on a card, without its keys.')
    .argument('<image.json>', 'the card')
    .option('--json', 'kind, IDm, balance and history as JSON', false)
    .action(async (path: string, { json }: JsonOption) => {
      const shown = openCardImage(await readImage(path), { random: randomBytes });
      console.log(json ? JSON.stringify(summaryOf(shown)) : dumpCard(shown).join('\n'));
    });
}

function addLog(card: Command): void {
  card
    .command('log')
    .description('Tells the history of a card, or the frames of a recording, in words.')
    .argument('<file>', 'a card image, or what serve --record wrote')
    .option('--json', 'as JSON', false)
    .action(async (path: string, { json }: JsonOption) => {
      const log = readLog(await readFile(path, 'utf8'));
      console.log(json ? JSON.stringify(jsonLog(log)) : logLines(log).join('\n'));
    });
}

function addServe(card: Command): void {
  card
    .command('serve')
    .description('Puts the card of an image file where readers find it.')
    .argument('<image.json>', 'the card; saved after every command that changes it')
    .addOption(
      new Option('--link <link>', 'vpcd, the virtual PC/SC reader, or nfcpy’s UDP')
        .choices(['vpcd', 'udp'])
        .default('vpcd'),
    )
    .addOption(
      new Option('--reader <kind>', 'which kind of reader the virtual one behaves like')
        .choices(READER_PERSONALITIES)
        .default('acs-raw'),
    )
    .option('--host <host>', 'where vpcd listens, or the address to bind', '127.0.0.1')
    .option('--port <port>', `the port: ${VPCD_PORT} for vpcd, ${UDP_PORT} for udp`, parsePort)
    .option('--page [port]', `a page and control on this machine, at ${PAGE_PORT}`, parsePort)
    .option('--record <file>', 'write the frames down, one JSON object a line')
    .addOption(
      new Option('--air <kbit/s>', 'answer as late as over the air')
        .choices(['212', '424'])
        .argParser((text) => parseBitRate(text)),
    )
    .option('--no-insert', 'start without the card in the field')
    .option('--no-early-byte', 'answer only to whole requests: 40 ms slower with vpcd 3.3')
    .option('--json', 'write events as JSON lines', false)
    .addHelpText('after', SERVE_HELP)
    .action(async (path: string, given: Omit<ServeOptions, 'page'> & { page?: number | true }) => {
      const { page, ...rest } = given;
      const options = { ...rest, ...(page && { page: page === true ? PAGE_PORT : page }) };
      const obey = await serveCard(path, options, { write: console.log, failed: fail });
      createInterface({ input: process.stdin }).on('line', obey);
    });
}

const SERVE_HELP = `
Reads commands from standard input, one JSON object a line:
  {"command":"insert"}  {"command":"remove"}  {"command":"stop"}
  {"command":"tear","moment":"before-commit"}   or "after-commit": takes the card away at its
  next Write v2, or at another command given as "commandCode"
  {"command":"fault","at":{"commandCode":70},"effect":"response-lost"}   and others: faults.md

Exit status: 0 stopped, 1 the card could not be served, 2 wrong usage.`;

function addOrder(card: Command, order: RemoteOrder, description: string): void {
  card
    .command(order)
    .description(description)
    .option('--at <url>', 'the page of the served card', PAGE_URL)
    .option('--json', 'tell its state as JSON', false)
    .action(async ({ at, json }: JsonOption & { readonly at: string }) => {
      const state = await orderCard(order, at);
      console.log(json ? JSON.stringify(state) : `${order}: done`);
    });
}

function jsonLog(log: ReturnType<typeof readLog>): unknown {
  if (log.kind === 'history') return log.entries;
  return log.events.map((event) => {
    if (event.event !== 'exchange') return event;
    const [command, response] = [event.command, event.response].map(
      (frame) => frame && Buffer.from(frame).toString('hex'),
    );
    return { ...event, command, response: response ?? null };
  });
}

function parseYen(text: string): Yen {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 50_000) return yen(Number(text));
  throw new InvalidArgumentError('expected whole yen from 0 to 50000');
}

function parseDate(text: string): BusinessDate {
  const date = dateOf(text);
  const days = date === undefined ? -1 : daysSince2020(date);
  if (date !== undefined && days >= 0 && days <= DAYS_MAX) return date;
  throw new InvalidArgumentError('expected a date from 2020-01-01 to 2199-06-06');
}

function parseIdmDigits(text: string): IDm {
  const parsed = parseIdm(text);
  if (parsed === undefined) throw new InvalidArgumentError('expected 16 hexadecimal digits');
  return parsed;
}

function dateOf(text: string): BusinessDate | undefined {
  try {
    return businessDate(text);
  } catch {
    return undefined;
  }
}

function parseBitRate(text: string): 212 | 424 {
  if (text === '212') return 212;
  if (text === '424') return 424;
  throw new InvalidArgumentError('expected 212 or 424');
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError('expected a port number from 1 to 65535');
}

/** Keys may stand in an image, so nothing of it is ever shown. */
function fail(error: unknown): never {
  console.error(`kazasu card: ${error instanceof Error ? error.message : String(error)}`);
  const remedy = REMEDIES[errorCodeOf(error)];
  if (remedy !== undefined) console.error(remedy);
  process.exit(EXIT_FAILED);
}

/** What to do about the system's own errors. */
const REMEDIES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another program has the port: choose one with --port, or --page for the page.',
  EEXIST: 'The file stays as it is: choose another name, or remove it first.',
};

function errorCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

async function isEntryPoint(): Promise<boolean> {
  const [, entry] = process.argv;
  if (entry === undefined) return false;
  // npm starts programs through links. What is not there at all is another program's argument.
  const path = await realpath(entry).catch(() => undefined);
  return path === fileURLToPath(import.meta.url);
}

if (await isEntryPoint()) await cardCommand().name('kazasu card').parseAsync().catch(fail);
