import { REMEDY_BY_READER_ERROR, type ReaderErrorCode, type ReaderRemedy } from './reader.ts';

/** What was seen of one reader. */
export interface SeenReader {
  readonly name: string;
  readonly isCardPresent: boolean;
  /** `undefined` until a card has shown it. */
  readonly codecName: string | undefined;
  readonly rawFrame: boolean;
  readonly frameBytesMax: number;
  readonly problem: ReaderProblem | undefined;
}

export interface ReaderProblem {
  readonly code: ReaderErrorCode;
  readonly message: string;
  readonly remedy: ReaderRemedy;
}

/** What can be found out about a machine and its readers. */
export interface ReaderFacts {
  /** Modules of the kernel that take readers for themselves, of those that are loaded. */
  readonly kernelModules: readonly string[];
  /** Why readers could not be listed: no service, no binding, no permission. */
  readonly listing: ReaderProblem | undefined;
  readonly readers: readonly SeenReader[];
}

export interface Advice {
  readonly code: ReaderErrorCode;
  readonly actor: ReaderRemedy['actor'];
  readonly text: string;
}

/** Which readers each module takes (Linux, drivers/nfc). */
const READERS_BY_MODULE: ReadonlyMap<string, string> = new Map([
  ['pn533_usb', 'ACR122U, SCL3711, RC-S330, RC-S360 and RC-S370'],
  ['port100', 'RC-S380'],
]);

/** The modules in the text of /proc/modules that take readers: one module a line, its name first. */
export function readerModulesIn(procModules: string): readonly string[] {
  const names = procModules.split('\n').map((line) => line.split(' ', 1).join());
  return names.filter((name) => READERS_BY_MODULE.has(name));
}

/** What to mend, the first thing first. Nothing where all is well, or nothing is known to be wrong. */
export function adviseOnReaders(facts: ReaderFacts): readonly Advice[] {
  const { listing, readers } = facts;
  const modules = facts.kernelModules.map(moduleAdvice);
  if (listing !== undefined) return [adviceOf(listing), ...modules];
  const missing = readers.length === 0 ? [adviceFor('READER_NOT_FOUND')] : [];
  const problems = readers.flatMap(({ problem }) => (problem ? [adviceOf(problem)] : []));
  return [...modules, ...missing, ...problems];
}

function adviceOf({ code, message, remedy }: ReaderProblem): Advice {
  return { code, actor: remedy.actor, text: `${message}: ${remedy.text}` };
}

function adviceFor(code: ReaderErrorCode): Advice {
  const { actor, text } = REMEDY_BY_READER_ERROR[code];
  return { code, actor, text };
}

function moduleAdvice(name: string): Advice {
  const taken = READERS_BY_MODULE.get(name) ?? 'readers';
  const text =
    `the kernel module ${name} keeps ${taken} from the PC/SC service: \`modprobe -r ${name}\`, ` +
    `write \`blacklist ${name}\` into a file in /etc/modprobe.d, restart pcscd`;
  return { code: 'READER_NOT_FOUND', actor: 'technician', text };
}
