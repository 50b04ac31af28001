import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { openPcscReader } from '../reader/pcsc-reader.ts';
import { type Reader, ReaderError } from '../reader/reader.ts';
import { type CardPlace, emulatedPlace, pcscPlace } from './card-place.ts';
import { tellStory } from './story.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const VIRTUAL_SLOT = 'Virtual PCD 00 00';
/** For a reader of a list that was just seen. */
const SECOND_LOOK_MS = 1_000;

interface StoryCommandOptions {
  readonly pcsc?: true;
  readonly reader?: string;
  readonly keep?: true;
}

function storyCommand(): Command {
  const command = new Command('kazasu first-tap')
    .description(
      'The whole story once: a card is issued and loaded, pays at a terminal without a network,\n' +
        'the batch is uploaded later, verified and settled.',
    )
    .option('--pcsc', 'through the PC/SC service, with the virtual reader or a real one')
    .option('--reader <name>', 'part of the PC/SC reader name; not needed for the only one')
    .option('--keep', 'keep the folder with everything that was written')
    .addHelpText('after', HELP);
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_USAGE));
  return command.action(run);
}

const HELP = `
Without --pcsc the card is emulated in this process and nothing needs to be installed.
With the virtual reader (vsmartcard-vpcd) the card is a process of its own; mind that this reader
listens on all addresses. With a real reader, use a card that this issuer issued.

Exit status: 0 proved, 1 failed, 2 wrong usage.`;

const REAL_READER = `
The card was emulated. A real reader takes a PC/SC service and its binding: on Debian
\`apt install pcscd libpcsclite-dev g++ make python3\`, then \`npm ci\` (hardware.md has the rest).
Then: npm start -- --pcsc`;

async function run(options: StoryCommandOptions): Promise<void> {
  if (options.reader !== undefined && options.pcsc !== true) {
    console.error("error: option '--reader' needs '--pcsc'");
    process.exit(EXIT_USAGE);
  }
  // What is missing for a reader is told before anything is made.
  const reader = options.pcsc === true ? await openReader(options.reader) : undefined;
  const folder = mkdtempSync(join(tmpdir(), 'kazasu-'));
  const openCardPlace = (imagePath: string): Promise<CardPlace> =>
    reader === undefined
      ? Promise.resolve(emulatedPlace(imagePath))
      : pcscPlace(reader, imagePath, (what) => console.log(`   >> ${what}`));
  try {
    const { isProved } = await tellStory({ folder, openCardPlace, print: console.log });
    process.exitCode = isProved ? 0 : EXIT_FAILED;
  } finally {
    await reader?.close();
    if (options.keep === true) console.log(`\nEverything is in ${folder}.`);
    else await rm(folder, { recursive: true });
  }
  if (options.pcsc !== true) {
    console.log(REAL_READER);
  }
}

/** The virtual reader has two slots, and the card is put into the first: it needs no name. */
async function openReader(readerName: string | undefined): Promise<Reader> {
  if (readerName !== undefined) return openPcscReader({ readerName });
  try {
    return await openPcscReader();
  } catch (error) {
    if (!(error instanceof ReaderError) || error.code !== 'READER_AMBIGUOUS') throw error;
    const virtual = openPcscReader({ readerName: VIRTUAL_SLOT, openWaitMs: SECOND_LOOK_MS });
    return virtual.catch(() => Promise.reject(error));
  }
}

try {
  await storyCommand().parseAsync();
} catch (error) {
  if (!(error instanceof Error) || !('code' in error)) throw error;
  console.error(`${error.code}: ${error.message}`);
  if (error instanceof ReaderError) console.error(`To mend it: ${error.remedy.text}`);
  process.exitCode = EXIT_FAILED;
}
