import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { milliseconds } from '#units';
import { PCSC_BINDINGS, type PcscBindingName } from '../reader/pcsc-binding.ts';
import { openPcscReader } from '../reader/pcsc-reader.ts';
import { listPcscReaders } from '../reader/pcsc-reader-list.ts';
import { type Reader, ReaderError } from '../reader/reader.ts';
import {
  adviseOnReaders,
  type ReaderFacts,
  type ReaderProblem,
  readerModulesIn,
  type SeenReader,
} from '../reader/reader-diagnosis.ts';
import { print } from './folder-command.ts';

const EXIT_ADVICE = 3;
const KERNEL_MODULES = '/proc/modules';
/** Long enough to connect a card that lies there, and to try every codec with it. */
const CARD_WAIT = milliseconds(3_000);

interface ReadersOptions {
  readonly binding: PcscBindingName;
  readonly json?: true;
}

/** `kazasu terminal readers`: what is plugged in, what it can do, and what to mend. */
export function readersCommand(terminal: Command): void {
  terminal
    .command('readers')
    .description('list the readers, what they can do, and what to mend')
    .addOption(bindingOption())
    .option('--json', 'print JSON')
    .copyInheritedSettings(terminal)
    .addHelpText(
      'after',
      '\nPut a card on a reader to see how it wants its packets.\n' +
        'Exit status: 0 nothing is to mend, 3 something is, 1 failed.',
    )
    .action(showReaders);
}

/** `--binding`, for every command that opens a PC/SC reader. */
export function bindingOption(): Option {
  return new Option('--binding <package>', 'which package speaks PC/SC')
    .choices(PCSC_BINDINGS)
    .default('nfc-pcsc');
}

async function showReaders(options: ReadersOptions): Promise<void> {
  const facts = await gatherFacts(options.binding);
  const advice = adviseOnReaders(facts);
  const { readers } = facts;
  print(options, { readers, kernelModules: facts.kernelModules, advice }, [
    ...readers.map(describeReader),
    ...advice.map(({ code, actor, text }) => `To mend, by the ${actor}: ${code}: ${text}`),
  ]);
  if (advice.length > 0) process.exitCode = EXIT_ADVICE;
}

async function gatherFacts(binding: PcscBindingName): Promise<ReaderFacts> {
  // Other systems than Linux have no such file, and no such modules.
  const modules = await readFile(KERNEL_MODULES, 'utf8').catch(() => '');
  const kernelModules = readerModulesIn(modules);
  try {
    const readers: SeenReader[] = [];
    for (const name of await listPcscReaders({ binding })) {
      readers.push(await lookAt({ readerName: name, binding }));
    }
    return { kernelModules, listing: undefined, readers };
  } catch (error) {
    return { kernelModules, listing: problemOf(error), readers: [] };
  }
}

async function lookAt(options: {
  readonly readerName: string;
  readonly binding: PcscBindingName;
}): Promise<SeenReader> {
  const { readerName: name } = options;
  let reader: Reader | undefined;
  try {
    reader = await openPcscReader(options);
    const isCardPresent = await reader.waitForCard(CARD_WAIT);
    return seen(name, reader, { isCardPresent, problem: undefined });
  } catch (error) {
    const problem = problemOf(error);
    const isCardPresent = (reader?.tapCount ?? 0) > 0;
    return seen(name, reader, { isCardPresent, problem });
  } finally {
    await reader?.close();
  }
}

function seen(
  name: string,
  reader: Reader | undefined,
  rest: Pick<SeenReader, 'isCardPresent' | 'problem'>,
): SeenReader {
  const { codecName, rawFrame = false, frameBytesMax = 0 } = reader?.capabilities ?? {};
  return { name, ...rest, codecName, rawFrame, frameBytesMax };
}

function problemOf(error: unknown): ReaderProblem {
  if (!(error instanceof ReaderError)) throw error;
  return { code: error.code, message: error.message, remedy: error.remedy };
}

function describeReader({ name, isCardPresent, codecName, problem, ...rest }: SeenReader): string {
  const card = isCardPresent ? 'a card on it' : 'no card on it';
  if (codecName !== undefined) {
    return `${name}: ${card}; ${codecName}, packets to ${rest.frameBytesMax} bytes`;
  }
  if (problem !== undefined) return `${name}: ${card}; ${problem.code}`;
  return `${name}: ${card}; put a FeliCa card on it to see what it can do`;
}
