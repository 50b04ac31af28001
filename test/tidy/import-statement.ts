import { posix } from 'node:path';
import { codeOf } from './source-text.ts';
import { lineAt } from './tree.ts';

/** One place where a file names another one, or a package. */
export interface ImportStatement {
  readonly specifier: string;
  readonly line: number;
  /** `file` is a `new URL('…', import.meta.url)`: how a program names a child process. */
  readonly kind: 'static' | 'dynamic' | 'file';
}

export type ImportTarget =
  | { readonly kind: 'path'; readonly path: string; readonly via: 'relative' | 'alias' }
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'unknown' };

// The strings of the text are blank when these run, and the quotes still stand: group 2 is the gap.
const STATEMENT_PATTERNS: readonly (readonly [ImportStatement['kind'], RegExp])[] = [
  ['static', /(?<![\w.$])(?:import|export)\b(?:[^;'"`()=]*?\bfrom)?\s*(['"])([ ]*)\1/dg],
  ['dynamic', /(?<![\w.$])(?:import|require)\s*\(\s*(['"`])([ ]*)\1/dg],
  ['file', /\bnew URL\(\s*(['"`])([ ]*)\1\s*,\s*import\.meta\.url/dg],
];

const COMPUTED_IMPORT = /(?<![\w.$])import\s*\(\s*(?!['"`\s])/g;

/** Every import, re-export, dynamic import and module-relative URL of a TypeScript file. */
export function importStatementsOf(text: string): ImportStatement[] {
  const code = codeOf(text);
  const statements: ImportStatement[] = [];
  for (const [kind, pattern] of STATEMENT_PATTERNS) {
    for (const match of code.matchAll(pattern)) {
      const [start, end] = match.indices?.[2] ?? [0, 0];
      statements.push({ kind, specifier: text.slice(start, end), line: lineAt(text, match.index) });
    }
  }
  return statements.sort((first, second) => first.line - second.line);
}

/** Lines with an `import(…)` of something else than one plain string: nobody can check those. */
export function linesOfComputedImports(text: string): number[] {
  const code = codeOf(text);
  return [...code.matchAll(COMPUTED_IMPORT)].map((match) => lineAt(text, match.index));
}

/** Says what `specifier` means in the file at `importer`. `aliases` is the table of {@link ALIASES}. */
export function targetOf(
  specifier: string,
  importer: string,
  aliases: Readonly<Record<string, string>>,
): ImportTarget {
  if (specifier.startsWith('node:')) return { kind: 'builtin', name: specifier };
  if (specifier.startsWith('.')) {
    const path = posix.normalize(posix.join(posix.dirname(importer), specifier));
    return { kind: 'path', path: sourceOf(path), via: 'relative' };
  }
  if (specifier.startsWith('#')) return aliasTarget(specifier, aliases);
  const parts = specifier.split('/');
  const name = parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  return { kind: 'package', name };
}

function aliasTarget(specifier: string, aliases: Readonly<Record<string, string>>): ImportTarget {
  for (const [alias, path] of Object.entries(aliases)) {
    if (alias === specifier) return { kind: 'path', path, via: 'alias' };
    const prefix = alias.endsWith('*') ? alias.slice(0, -1) : undefined;
    if (prefix === undefined || !specifier.startsWith(prefix)) continue;
    const rest = specifier.slice(prefix.length);
    return { kind: 'path', path: path.replace('*', rest), via: 'alias' };
  }
  return { kind: 'unknown' };
}

/** The compiled name of a file means its source: a child process is named `./child.js` there. */
function sourceOf(path: string): string {
  return path.endsWith('.js') ? `${path.slice(0, -3)}.ts` : path;
}
