import { randomBytes } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { openCardImage } from './card/open-card.ts';
import { formatIdm } from './felica/identifiers.ts';
import { type CardControl, parseCardControl } from './link/card-control.ts';
import { SavedCard } from './link/saved-card.ts';
import { VPCD_PORT, type VpcdEvent, VpcdLink } from './link/vpcd.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly earlyByte: boolean;
  readonly insert: boolean;
  readonly json: boolean;
}

/** `kazasu card …`, to be run by itself or as a part of the whole program. */
export function cardCommand(): Command {
  const card = new Command('card').description('The emulated FeliCa card.');
  // A wrong command line is told from a card that could not be served.
  card.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_USAGE));
  card
    .command('serve')
    .description('Puts the card of an image file into a slot of vpcd, the virtual PC/SC reader.')
    .argument('<image.json>', 'the card; saved after every command that changes it')
    .option('--host <host>', 'where vpcd listens', '127.0.0.1')
    .option('--port <port>', 'the port of the slot', parsePort, VPCD_PORT)
    .option('--no-insert', 'start without the card in the field')
    .option('--no-early-byte', 'answer only to whole requests: 40 ms slower with vpcd 3.3')
    .option('--json', 'write events as JSON lines', false)
    .addHelpText('after', SERVE_HELP)
    .copyInheritedSettings(card)
    .action(serve);
  return card;
}

const SERVE_HELP = `
Reads commands from standard input, one JSON object a line:
  {"command":"insert"}  {"command":"remove"}  {"command":"stop"}
  {"command":"tear","moment":"before-commit"}   or "after-commit": takes the card away at its
  next Write v2, or at another command given as "commandCode"
  {"command":"fault","at":{"commandCode":70},"effect":"response-lost"}   and others: faults.md

Exit status: 0 stopped, 1 the card could not be served, 2 wrong usage.`;

type Printed = Readonly<Record<string, unknown>> & { readonly event: string };

async function serve(imagePath: string, options: ServeOptions): Promise<void> {
  const print = options.json ? printJson : printText;
  const { host, port } = options;
  const card = openCardImage(await readImage(imagePath), { random: randomBytes });
  const onEvent = (event: VpcdEvent): void => {
    if (event.event === 'failed') fail(event.error);
    print(printed(event));
  };
  const link = new VpcdLink({ host, port, hasEarlyByte: options.earlyByte, onEvent });
  const onTorn = (): void => {
    link.remove();
    print({ event: 'torn' });
  };
  const saved = new SavedCard({ card, imagePath, onTorn });
  const stop = (): void => {
    link.remove();
    print({ event: 'stopped' });
    process.exit();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  createInterface({ input: process.stdin }).on('line', (line) => {
    const parsed = parseCardControl(line);
    if (parsed.result === 'refused') print({ event: 'refused', reason: parsed.reason });
    else obey(parsed.control, { link, saved, stop, print });
  });
  print({ event: 'serving', idm: formatIdm(card.idm), host, port });
  if (options.insert) link.insert(saved);
}

interface ServedCard {
  readonly link: VpcdLink;
  readonly saved: SavedCard;
  readonly stop: () => void;
  readonly print: (event: Printed) => void;
}

function obey(control: CardControl, { link, saved, stop, print }: ServedCard): void {
  switch (control.command) {
    case 'insert':
      link.insert(saved);
      break;
    case 'remove':
      link.remove();
      break;
    case 'fault':
    case 'tear':
      saved.schedule(control.fault);
      break;
    case 'stop':
      stop();
      break;
  }
  print({ event: 'obeyed', command: control.command });
}

async function readImage(imagePath: string): Promise<string> {
  try {
    return await readFile(imagePath, 'utf8');
  } catch (error) {
    return fail(error);
  }
}

function printed(event: VpcdEvent): Printed {
  if (event.event !== 'exchanged') return event;
  const { request, response } = event;
  return { ...event, request: hex(request), response: response ? hex(response) : null };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function printJson(event: Printed): void {
  console.log(JSON.stringify(event));
}

function printText({ event, ...fields }: Printed): void {
  const texts = Object.entries(fields).map(([name, value]) => `${name} ${value ?? 'none'}`);
  console.log([event, ...texts].join(', '));
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError('expected a port number from 1 to 65535');
}

/** Keys may stand in an image, so nothing of it is ever shown. */
function fail(error: unknown): never {
  console.error(`kazasu card: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(EXIT_FAILED);
}

async function isEntryPoint(): Promise<boolean> {
  const [, entry] = process.argv;
  if (entry === undefined) return false;
  // npm starts programs through links. What is not there at all is another program's argument.
  const path = await realpath(entry).catch(() => undefined);
  return path === fileURLToPath(import.meta.url);
}

if (await isEntryPoint()) await cardCommand().name('kazasu card').parseAsync().catch(fail);
