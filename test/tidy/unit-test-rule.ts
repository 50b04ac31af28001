import { importedPaths } from './import-rule.ts';
import { TOP_FOLDERS } from './import-table.ts';
import { codeOf } from './source-text.ts';
import { sourceFiles, type Tree } from './tree.ts';

/** Source files that have logic and no unit test at their own path. */
export interface Exception {
  readonly paths: readonly string[];
  readonly reason: string;
  /** The test that proves them instead: it imports them, or runs them as a program. */
  readonly provenBy: string;
}

/** Keep this list short: a file is here because a test of it alone would prove less. */
export const EXCEPTIONS: readonly Exception[] = [
  {
    paths: [
      'card-emulator/purse/card-data.ts',
      'card-emulator/purse/card-key.ts',
      'card-emulator/purse/history-block.ts',
      'card-emulator/purse/transaction-certificate.ts',
    ],
    reason: 'one debit on paper uses all of them, and its bytes are from another program',
    provenBy: 'test/card-emulator/purse/purse-vector.test.ts',
  },
  {
    paths: ['card-emulator/purse/card-profile.ts'],
    reason: 'it is data; whether it is right shows in the card that is made from it',
    provenBy: 'test/terminal/purse-terminal.test.ts',
  },
  {
    paths: [
      'backend/batch/acknowledgement.ts',
      'backend/batch/batch-signature.ts',
      'backend/batch/record.ts',
    ],
    reason: 'one batch on paper uses all of them, and its bytes are from another program',
    provenBy: 'test/backend/batch/batch-vector.test.ts',
  },
  {
    paths: [
      'terminal/first-tap/card-place.ts',
      'terminal/first-tap/head-office.ts',
      'terminal/first-tap/main.ts',
      'terminal/first-tap/program-process.ts',
      'terminal/first-tap/proof.ts',
      'terminal/first-tap/story.ts',
      'terminal/kazasu.ts',
      'terminal/main.ts',
      'backend/main.ts',
      'backend/auditor.ts',
    ],
    reason: 'they are programs: the journeys type their commands and read what they print',
    provenBy: 'test/journey/first-tap.test.ts',
  },
  {
    paths: ['backend/command/payments-command.ts'],
    reason: 'it is a program: a journey types its commands, and what they do has tests of its own',
    provenBy: 'test/journey/shop-day.test.ts',
  },
  {
    paths: ['card-emulator/handset/main.ts', 'terminal/command/over-the-air-command.ts'],
    reason: 'they are programs: a journey types their commands and reads what they print',
    provenBy: 'test/journey/phone-day.test.ts',
  },
  {
    paths: ['backend/http/upload-route.ts'],
    reason: 'its other end sends to it, over a line that breaks',
    provenBy: 'test/terminal/batch/resuming-uplink.test.ts',
  },
  {
    paths: ['terminal/command/batch-command.ts', 'terminal/command/folder-command.ts'],
    reason: 'a batch goes by file from one program to another and back',
    provenBy: 'test/journey/shop-day.test.ts',
  },
];

/**
 * Source files with logic that no test of their own folder, or of a folder above it, runs, and for
 * which there is no exception either.
 */
export function untestedFiles(tree: Tree, exceptions: readonly Exception[] = EXCEPTIONS): string[] {
  const excused = new Set(exceptions.flatMap(({ paths }) => paths));
  const reachedByTest = reachOfTests(tree);
  return sourceFiles(tree, ...TOP_FOLDERS)
    .filter(([path, text]) => hasLogic(path, text) && !excused.has(path))
    .filter(([path]) => !tree.has(unitTestOf(path)))
    .filter(
      ([path]) =>
        !reachedByTest.some(({ room, reached }) => path.startsWith(room) && reached.has(path)),
    )
    .map(([path]) => `${path}: expected ${unitTestOf(path)}`);
}

/** What each test reaches, with the folder it speaks for: `test/backend/x.test.ts` for `backend/`. */
function reachOfTests(
  tree: Tree,
): readonly { readonly room: string; readonly reached: ReadonlySet<string> }[] {
  return sourceFiles(tree, ...TOP_FOLDERS.map((folder) => `test/${folder}`))
    .filter(([path]) => path.endsWith('.test.ts'))
    .map(([path]) => ({
      room: path.slice('test/'.length, path.lastIndexOf('/') + 1),
      reached: importedPaths(tree, path),
    }));
}

/** Exceptions that are no longer true: a unit test exists, or the proof does not reach the file. */
export function staleExceptions(
  tree: Tree,
  exceptions: readonly Exception[] = EXCEPTIONS,
): string[] {
  return exceptions.flatMap(({ paths, provenBy }) => {
    const reached = importedPaths(tree, provenBy);
    return paths.flatMap((path) => {
      if (!tree.has(path)) return [`${path}: an exception for no file`];
      if (tree.has(unitTestOf(path))) return [`${path}: an exception, and it has a unit test`];
      const isProven = reached.has(path) || runsProgram(tree, reached, path);
      return isProven ? [] : [`${path}: ${provenBy} does not reach it`];
    });
  });
}

export function unitTestOf(path: string): string {
  return `test/${path.replace(/\.ts$/, '.test.ts')}`;
}

/** A program is no import of a test: the test, or what it imports, names the compiled file. */
function runsProgram(tree: Tree, reached: ReadonlySet<string>, path: string): boolean {
  return sourceFiles(tree, ...TOP_FOLDERS).some(([program]) => {
    const compiled = program.replace(/\.ts$/, '.js');
    const isRun = [...reached].some((file) => tree.get(file)?.includes(compiled) === true);
    return isRun && importedPaths(tree, program).has(path);
  });
}

/** Types, constants and declarations need no test of their own; functions and classes do. */
function hasLogic(path: string, text: string): boolean {
  if (path.endsWith('.d.ts')) return false;
  const code = codeOf(text).replaceAll(/\btype\s+\w+[^=;]*=[^;]*;/g, '');
  return /\b(?:function|class)\s+\w|=\s*(?:async\s*)?\([^()]*\)(?:\s*:[^=;]+)?\s*=>/.test(code);
}
