import { posix } from 'node:path';
import { stringLiterals } from './source-text.ts';
import { lineAt, markdownFiles, type Tree } from './tree.ts';

/** A fenced block of a page, with the language its first fence names. */
interface Fence {
  readonly language: string;
  readonly text: string;
  readonly line: number;
}

// A block inside a list is indented as its fence is.
const FENCE = /^([ ]*)```(\S*)[^\n]*\n([\s\S]*?)^\1```/gm;
const PROGRAM = /(?:^|\/)(?:main|kazasu)\.ts$/;
const SHELL_LANGUAGES: readonly string[] = ['sh', 'bash', 'shell', 'console'];

/** What npm runs without a script of ours. */
const NPM_COMMANDS: readonly string[] = ['ci', 'install', 'ls', 'rebuild'];
const NPM_SCRIPT_SHORTHANDS: readonly string[] = ['start', 'test', 'stop', 'restart'];

/** Pages that do not have exactly one title. */
export function pagesWithoutOneTitle(tree: Tree): string[] {
  return markdownFiles(tree).flatMap(([path, text]) => {
    const titles = proseOf(text).match(/^# \S.*$/gm) ?? [];
    return titles.length === 1 ? [] : [`${path}: expected one title, got ${titles.length}`];
  });
}

/** Links from a page to a file that is not there. */
export function brokenLinks(tree: Tree): string[] {
  const isThere = (path: string): boolean =>
    path === '.' ||
    tree.has(path) ||
    [...tree.keys()].some((file) => file.startsWith(`${path.replace(/\/$/, '')}/`));
  return markdownFiles(tree).flatMap(([path, text]) =>
    [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(({ 1: link = '', index }) => {
      const file = link.replace(/#.*$/, '');
      if (file === '' || /^[a-z]+:/.test(file)) return [];
      if (isThere(posix.normalize(posix.join(posix.dirname(path), file)))) return [];
      return [`${path}:${lineAt(text, index)} links to ${link}: no such file`];
    }),
  );
}

/** Commands in the fenced blocks of any page that this package does not have. */
export function unknownCommands(tree: Tree): string[] {
  const scripts = scriptsOf(tree);
  const words = programWordsOf(tree);
  return markdownFiles(tree).flatMap(([path, text]) =>
    fencesOf(text)
      .filter(({ language }) => SHELL_LANGUAGES.includes(language))
      .flatMap((fence) => [...npmFaults(fence, scripts), ...programFaults(fence, words)])
      .map((fault) => `${path}:${fault}`),
  );
}

/** The page without its fenced blocks; lines keep their numbers. */
export function proseOf(text: string): string {
  return text.replaceAll(FENCE, (block) => block.replaceAll(/[^\n]/g, ' '));
}

function fencesOf(text: string): Fence[] {
  return [...text.matchAll(FENCE)].map(({ 2: language = '', 3: block = '', index }) => ({
    language,
    text: block,
    line: lineAt(text, index),
  }));
}

function npmFaults({ text, line }: Fence, scripts: readonly string[]): string[] {
  const called = [...text.matchAll(/(?:^|[\s;&|])npm (run )?([\w:-]+)/g)];
  return called.flatMap(({ 1: run, 2: name = '' }) => {
    const isScript = run !== undefined || NPM_SCRIPT_SHORTHANDS.includes(name);
    if (isScript && scripts.includes(name)) return [];
    if (!isScript && NPM_COMMANDS.includes(name)) return [];
    return [`${line} npm ${run ?? ''}${name}: no such script`];
  });
}

function programFaults({ text, line }: Fence, words: ProgramWords): string[] {
  const called = [
    ...text.matchAll(
      /(?:^|[\s;&|])(?:kazasu|\S*kazasu\.js) ([a-z][\w-]*)(?: ([a-z][\w-]*)(?![./\w]))?/gm,
    ),
  ];
  return called.flatMap(({ 1: program = '', 2: command }) => {
    if (!words.programs.has(program)) return [`${line} kazasu ${program}: no such program`];
    if (command === undefined || words.literals.has(command)) return [];
    return [`${line} kazasu ${program} ${command}: no such command`];
  });
}

function scriptsOf(tree: Tree): string[] {
  const manifest: unknown = JSON.parse(tree.get('package.json') ?? '{}');
  const isManifest = typeof manifest === 'object' && manifest !== null && 'scripts' in manifest;
  return isManifest ? Object.keys(manifest.scripts ?? {}) : [];
}

/** What follows `kazasu`: a program by its declaration, a command of it by any literal. */
interface ProgramWords {
  readonly programs: ReadonlySet<string>;
  readonly literals: ReadonlySet<string>;
}

function programWordsOf(tree: Tree): ProgramWords {
  const texts = [...tree].filter(([path]) => PROGRAM.test(path)).map(([, text]) => text);
  const programs = texts.flatMap((text) => [...text.matchAll(/\.command\('([a-z][\w-]*)/g)]);
  const literals = texts.flatMap((text) => stringLiterals(text).map(({ value }) => value));
  return {
    programs: new Set(programs.map(({ 1: name = '' }) => name)),
    literals: new Set(literals.map((value) => value.split(' ')[0] ?? '')),
  };
}
