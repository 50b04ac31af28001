import { lineAt, type Tree } from './tree.ts';

/** Something the tree may not name, because it says where or how it was made. */
interface Forbidden {
  readonly what: string;
  readonly pattern: RegExp;
  readonly isMarkdownOnly?: boolean;
}

// The patterns are written so that this file does not match itself.
const FORBIDDEN: readonly Forbidden[] = [
  {
    what: 'a path of a build machine',
    pattern: /(?<![\w.~}-])\/(?:work|root|home|tmp\/kz)\b(?!-)/g,
  },
  { what: 'a folder outside the repository', pattern: /\.\.\/shar[e]d\b/g },
  { what: 'a package registry', pattern: /\b(?:npmj[s]|yarnpk[g]|npmmirro[r])\.(?:org|com)\b/g },
  { what: 'a container registry', pattern: /\b(?:ghcr|quay|gcr|docker)\.i[o]\b/g },
  { what: 'a tool that wrote it', pattern: /\bagen[t]s?\b/gi, isMarkdownOnly: true },
  { what: 'an issue number', pattern: /\bissue\s+#?\d+/gi, isMarkdownOnly: true },
];

/** Places that name a machine, a registry or a working habit instead of the thing itself. */
export function breachesOfOrigin(tree: Tree): string[] {
  return [...tree].flatMap(([path, text]) =>
    FORBIDDEN.filter(
      ({ isMarkdownOnly }) => isMarkdownOnly !== true || path.endsWith('.md'),
    ).flatMap(({ what, pattern }) =>
      [...text.matchAll(pattern)].map(
        ({ 0: found, index }) => `${path}:${lineAt(text, index)} names ${what}: ${found}`,
      ),
    ),
  );
}
