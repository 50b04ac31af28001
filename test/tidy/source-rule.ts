import { codeOf, endOfBracket } from './source-text.ts';
import { lineAt, sourceFiles, type Tree } from './tree.ts';

export const FILE_LINES_MAX = 400;

const BANNED_NAMES: ReadonlySet<string> = new Set(
  'util utils helper helpers common shared misc core base manager managers'.split(' '),
);

/** Configuration files whose tool asks for a default export. */
const DEFAULT_EXPORT_ALLOWED: readonly string[] = ['test/vitest.config.ts'];

/** The one door of the package for other projects: all it does is to name what they may use. */
const PACKAGE_DOOR = 'card-emulator/testing/card-emulator.ts';

const UNFINISHED = new RegExp(`\\b(?:${['TO', 'FIX'].join('DO|')}ME)\\b`, 'g');

/** Folders and files with a name under which anything could be put. */
export function junkDrawers(tree: Tree): string[] {
  return [...tree.keys()].flatMap((path) => {
    const words = path.split(/[/._-]/).map((word) => word.toLowerCase());
    const banned = words.find((word) => BANNED_NAMES.has(word));
    return banned === undefined ? [] : [`${path}: a name with "${banned}" says nothing`];
  });
}

export function oversizedFiles(tree: Tree): string[] {
  return sourceFiles(tree).flatMap(([path, text]) => {
    const lineCount = text.trimEnd().split('\n').length;
    if (lineCount <= FILE_LINES_MAX) return [];
    return [`${path}: expected at most ${FILE_LINES_MAX} lines, got ${lineCount}`];
  });
}

/** Files that hold nothing but other files' exports. */
export function barrels(tree: Tree): string[] {
  return sourceFiles(tree).flatMap(([path, text]) => {
    if (path === PACKAGE_DOOR) return [];
    const code = codeOf(text);
    const rest = code
      .replaceAll(/\b(?:import|export)\b[^;'"`()=]*?\bfrom\s*(['"])[ ]*\1;?/g, '')
      .replaceAll(/\bexport\s*(?:type\s*)?\{[^}]*\};?/g, '');
    const isBarrel = /\bexport\b/.test(code) && rest.trim() === '';
    return isBarrel ? [`${path} only re-exports: import the file that holds the thing`] : [];
  });
}

export function defaultExports(tree: Tree): string[] {
  return sourceFiles(tree).flatMap(([path, text]) => {
    if (DEFAULT_EXPORT_ALLOWED.includes(path)) return [];
    const code = codeOf(text);
    return [...code.matchAll(/\bexport\s+default\b|\bas\s+default\b/g)].map(
      ({ index }) => `${path}:${lineAt(code, index)} has a default export`,
    );
  });
}

/** An `if`, `for` or `while` without braces whose statement is not on the same line. */
export function bracelessMultiLine(tree: Tree): string[] {
  return sourceFiles(tree).flatMap(([path, text]) => {
    const code = codeOf(text);
    return [...code.matchAll(/(?<![\w.$])(?:if|for(?: await)?|while|else)\b/g)]
      .filter(({ 0: word, index }) => isBracelessMultiLine(code, index, word))
      .map(({ 0: word, index }) => `${path}:${lineAt(code, index)} ${word} without braces`);
  });
}

/** Words that mark work as not finished. What is missing belongs in an issue, not in the tree. */
export function unfinishedMarks(tree: Tree): string[] {
  return [...tree].flatMap(([path, text]) =>
    [...text.matchAll(UNFINISHED)].map(
      ({ 0: word, index }) => `${path}:${lineAt(text, index)} says ${word}`,
    ),
  );
}

function isBracelessMultiLine(code: string, start: number, word: string): boolean {
  const afterWord = nextCharacter(code, start + word.length);
  const isCondition = code.charAt(afterWord) === '(';
  if (word !== 'else' && !isCondition) return false;
  const body = word === 'else' ? afterWord : nextCharacter(code, endOfBracket(code, afterWord));
  // A brace, an `else if`, and the `while (…);` of a do-loop have no statement without braces.
  if (/^(?:\{|if\b|;)/.test(code.slice(body, body + 3))) return false;
  return code.slice(start, endOfStatement(code, body)).includes('\n');
}

function endOfStatement(code: string, start: number): number {
  let index = start;
  while (index < code.length && code.charAt(index) !== ';') {
    index = '([{'.includes(code.charAt(index)) ? endOfBracket(code, index) : index + 1;
  }
  return index;
}

function nextCharacter(code: string, start: number): number {
  const gap = code.slice(start).search(/\S/);
  return gap < 0 ? code.length : start + gap;
}
