import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The text files of a repository, by their path from its root. A test may make one in memory. */
export type Tree = ReadonlyMap<string, string>;

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));

/** What git tracks, and what it would offer to add: the rules hold before a commit, too. */
export function repositoryTree(): Tree {
  const tree = new Map<string, string>();
  for (const path of pathsKnownToGit()) {
    if (!existsSync(join(ROOT, path))) continue;
    const text = readFileSync(join(ROOT, path), 'utf8');
    if (!text.includes('\0')) tree.set(path, text);
  }
  return tree;
}

export function treeOf(files: Readonly<Record<string, string>>): Tree {
  return new Map(Object.entries(files));
}

/** Source files below one of the folders; all of them when no folder is named. */
export function sourceFiles(tree: Tree, ...folders: readonly string[]): [string, string][] {
  const isInside = (path: string): boolean =>
    folders.length === 0 || folders.some((folder) => path.startsWith(folder));
  return [...tree].filter(([path]) => /\.m?[jt]s$/.test(path) && isInside(path));
}

export function markdownFiles(tree: Tree): [string, string][] {
  return [...tree].filter(([path]) => path.endsWith('.md'));
}

/** The number of the line, from 1, in which the character at `offset` stands. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function pathsKnownToGit(): string[] {
  // A container often checks out as one user and tests as another; git then refuses without this.
  const options = ['-c', 'safe.directory=*', 'ls-files', '-z'];
  const list = execFileSync('git', [...options, '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return [...new Set(list.split('\0').filter((path) => path !== ''))];
}
