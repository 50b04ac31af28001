import { randomBytes, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { openCardImage } from '../card/open-card.ts';
import { describeEntry, summaryOf } from '../command/card-text.ts';
import { readImage } from '../link/image-file.ts';
import { SavedCard } from '../link/saved-card.ts';
import { VPCD_PORT, type VpcdEvent, VpcdLink } from '../link/vpcd.ts';
import { formatYen, yen } from '../units.ts';
import { CarrierLine, LineError } from './carrier-line.ts';
import { Handset, type HandsetEvent } from './handset.ts';
import {
  createHandsetFolder,
  HandsetError,
  type HandsetFolder,
  handsetFolder,
  readHandsetState,
  readHandsetToken,
  writeHandsetState,
} from './handset-folder.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_REFUSED = 3;
const EXIT_OPEN = 4;

interface PhoneOption {
  readonly data: string;
  readonly json?: true;
}

/** `kazasu handset …` */
function handsetCommand(): Command {
  const handset = new Command('handset').description(
    'An emulated phone with a card inside, at the channel of its carrier.',
  );
  handset.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_USAGE));
  phoneCommand(handset, 'init', 'make the folder of a phone')
    .requiredOption('--carrier-url <url>', "the carrier's channel, such as http://127.0.0.1:8080")
    .requiredOption('--token <file>', 'what `kazasu backend carrier enrol-handset` made')
    .action(initialise);
  phoneCommand(handset, 'run', 'serve the card over the air until it is stopped')
    .option('--vpcd [port]', `lie on a virtual PC/SC reader too; port ${VPCD_PORT} if absent`, port)
    .option('--host <host>', 'of the virtual reader', '127.0.0.1')
    .action(runPhone);
  phoneCommand(handset, 'top-up', 'ask for value, paid by the phone bill')
    .argument('<amount>', 'in yen, from 1 to 50,000', amount)
    .option('--name <name>', 'give the same one again to ask again without paying twice')
    .addHelpText(
      'after',
      '\nExit status: 0 asked for, or done; 3 declined or not loaded, 1 failed, 2 wrong usage.',
    )
    .action(topUp);
  phoneCommand(handset, 'top-up-state', 'how far a top-up has come')
    .argument('<name>', 'its name')
    .addHelpText(
      'after',
      '\nExit status: 0 loaded, 3 declined or not loaded, 4 not over yet, 1 failed.',
    )
    .action(topUpState);
  phoneCommand(handset, 'status', 'the lock, and what the card holds').action(showStatus);
  return handset;
}

function phoneCommand(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .requiredOption('--data <folder>', "the phone's folder")
    .option('--json', 'print JSON')
    .copyInheritedSettings(parent);
}

async function initialise(
  options: PhoneOption & { readonly carrierUrl: string; readonly token: string },
): Promise<void> {
  const folder = await createHandsetFolder(options.data, options.carrierUrl);
  await copyFile(options.token, folder.tokenPath, constants.COPYFILE_EXCL);
  print(options, { result: 'made', card: folder.cardPath }, [
    `The phone is in ${options.data}.`,
    `Move its card to ${folder.cardPath}: no card is in two places.`,
  ]);
}

async function runPhone(
  options: PhoneOption & { readonly vpcd?: number | true; readonly host: string },
): Promise<void> {
  const folder = handsetFolder(options.data);
  const [state, line, saved] = [
    await readHandsetState(folder),
    await lineOf(folder),
    await cardOf(folder),
  ];
  const tell = (event: HandsetEvent | { readonly event: 'serving' | 'stopped' }): void => {
    const { event: name, ...fields } = event;
    const texts = Object.entries(fields).map(([field, value]) => `${field} ${value}`);
    print(options, event, [[name, ...texts].join(', ')]);
  };
  const save = (next: typeof state): Promise<void> => writeHandsetState(folder, next);
  const handset = new Handset({ card: saved, line, state, save, onEvent: tell, sleep });
  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort()).once('SIGTERM', () => stopping.abort());
  const reader = options.vpcd === undefined ? undefined : openReader(options);
  reader?.insert(Object.assign(handset.contactless(), { idm: saved.idm, pmm: saved.pmm }));
  tell({ event: 'serving' });
  await handset.run(stopping.signal).finally(() => reader?.remove());
  tell({ event: 'stopped' });
}

function openReader(options: { readonly vpcd?: number | true; readonly host: string }): VpcdLink {
  const { host, vpcd } = options;
  const onEvent = (event: VpcdEvent): void => {
    if (event.event === 'failed') fail(event.error);
  };
  return new VpcdLink({
    host,
    port: typeof vpcd === 'number' ? vpcd : VPCD_PORT,
    hasEarlyByte: false,
    reader: 'acr122',
    onEvent,
  });
}

async function topUp(
  value: number,
  options: PhoneOption & { readonly name?: string },
): Promise<void> {
  const line = await lineOf(handsetFolder(options.data));
  const name = options.name ?? randomUUID();
  // Before it is asked for: whoever hears no answer needs the name to ask again.
  if (options.json !== true) print(options, {}, [`Top-up ${name}`]);
  const view = await line.topUp(name, value);
  printTopUp(options, name, view.state);
  if (isFailed(view.state)) process.exitCode = EXIT_REFUSED;
}

async function topUpState(name: string, options: PhoneOption): Promise<void> {
  const { state } = await (await lineOf(handsetFolder(options.data))).readTopUp(name);
  printTopUp(options, name, state);
  if (isFailed(state)) process.exitCode = EXIT_REFUSED;
  else if (state !== 'loaded' && state !== 'captured') process.exitCode = EXIT_OPEN;
}

const STATE_TEXT: Readonly<Record<string, string>> = {
  requested: 'Asked for. The carrier has not answered yet.',
  declined: 'Declined: the phone bill does not pay this.',
  held: 'The money is held.',
  loading: 'The money is held. Leave the phone on: the card is loaded over the air.',
  loaded: 'Loaded.',
  'not-loaded': 'Not loaded. The money is given back.',
  captured: 'Loaded, and on the phone bill.',
  released: 'Not loaded. Nothing is on the phone bill.',
};

function printTopUp(options: PhoneOption, name: string, state: string): void {
  print(options, { name, state }, [STATE_TEXT[state] ?? state]);
}

function isFailed(state: string): boolean {
  return ['declined', 'not-loaded', 'released'].includes(state);
}

async function showStatus(options: PhoneOption): Promise<void> {
  const folder = handsetFolder(options.data);
  const { isLocked, carrierUrl } = await readHandsetState(folder);
  const card = openCardImage(await readImage(folder.cardPath), { random: randomBytes });
  const { idm, balance, history = [] } = summaryOf(card);
  print(options, { isLocked, carrierUrl, idm, balance }, [
    isLocked ? 'The phone is locked by its carrier.' : 'The phone is not locked.',
    `card ${idm}${balance === undefined ? '' : `, balance ${formatYen(yen(balance))}`}`,
    ...history.slice(0, 5).map((entry) => `  ${describeEntry(entry)}`),
  ]);
}

/** Ends early, and well, when the phone is switched off. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return wait(ms, undefined, { signal }).catch(() => undefined);
}

async function lineOf(folder: HandsetFolder): Promise<CarrierLine> {
  const { carrierUrl } = await readHandsetState(folder);
  return new CarrierLine(carrierUrl, await readHandsetToken(folder));
}

async function cardOf({ cardPath }: HandsetFolder): Promise<SavedCard> {
  const card = openCardImage(await readImage(cardPath), { random: randomBytes });
  return new SavedCard({ card, imagePath: cardPath, onTorn: () => undefined });
}

function amount(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value >= 1 && value <= 50_000) return value;
  throw new InvalidArgumentError('expected a whole number from 1 to 50000');
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value >= 1 && value <= 65_535) return value;
  throw new InvalidArgumentError('expected a port number from 1 to 65535');
}

function print(options: { readonly json?: true }, json: object, lines: readonly string[]): void {
  const text = options.json === true ? [JSON.stringify(json)] : lines;
  for (const line of text) process.stdout.write(`${line}\n`);
}

/** What the folder, the disk or the carrier refused. Keys may stand in an image: nothing of it is shown. */
function fail(error: unknown): never {
  const isExpected = error instanceof HandsetError || error instanceof LineError;
  const text = error instanceof Error ? error.message : String(error);
  console.error(isExpected ? `${error.code}: ${text}` : text);
  process.exit(EXIT_FAILED);
}

await handsetCommand().name('kazasu handset').parseAsync().catch(fail);
