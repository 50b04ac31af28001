import {
  type ImportStatement,
  type ImportTarget,
  importStatementsOf,
  linesOfComputedImports,
  targetOf,
} from './import-statement.ts';
import type { Room } from './import-table.ts';
import {
  ALIASES,
  BINDING_BENCH,
  PACKAGE_PLACES,
  PACKAGES_CLOSED_TO_TESTS,
  ROOMS,
  TOP_FOLDERS,
} from './import-table.ts';
import { sourceFiles, type Tree } from './tree.ts';

interface Edge {
  readonly importer: string;
  readonly statement: ImportStatement;
  readonly target: ImportTarget;
}

/** Imports that the table of rooms does not allow. */
export function breachesOfRooms(tree: Tree): string[] {
  return edgesOf(tree).flatMap(({ importer, statement, target }) => {
    const place = `${importer}:${statement.line}`;
    const room = roomOf(importer);
    if (room === undefined) return [`${importer} belongs to no room of the import table`];
    if (target.kind === 'unknown') return [`${place} names ${statement.specifier}: no such alias`];
    if (target.kind === 'builtin' && room.builtins?.includes(target.name) === false) {
      return [`${place} imports ${target.name}: ${room.path} may not`];
    }
    if (target.kind !== 'path' || mayImport(room, target.path)) return [];
    return [`${place} imports ${target.path}: ${room.path} may not`];
  });
}

/** Relative paths between top-level folders, and aliases used inside the folder they name. */
export function breachesOfFolderWalls(tree: Tree): string[] {
  return edgesOf(tree).flatMap(({ importer, statement, target }) => {
    const home = topFolderOf(importer);
    if (home === undefined || target.kind !== 'path') return [];
    const isHome = target.path.startsWith(home);
    const place = `${importer}:${statement.line}`;
    if (target.via === 'alias' && isHome) {
      return [`${place} imports ${statement.specifier}: inside ${home} imports are relative`];
    }
    if (target.via === 'alias' || isHome) return [];
    return [`${place} names ${statement.specifier}: only the imports map crosses ${home}`];
  });
}

/** Imports whose target is computed: the table cannot be held against them. */
export function computedImports(tree: Tree): string[] {
  return sourceFiles(tree, ...TOP_FOLDERS).flatMap(([path, text]) =>
    linesOfComputedImports(text).map((line) => `${path}:${line} imports a computed name`),
  );
}

/** Packages imported outside their places, or in more files of a place than they may be. */
export function breachesOfPackagePlaces(tree: Tree): string[] {
  const filesByPlace = new Map<string, Set<string>>();
  const breaches: string[] = [];
  for (const { importer, statement, target } of edgesOf(tree)) {
    if (target.kind !== 'package') continue;
    const at = `${importer}:${statement.line} imports ${target.name}`;
    if (importer.startsWith('test/')) {
      const isClosed = PACKAGES_CLOSED_TO_TESTS.includes(target.name);
      if (isClosed && importer !== BINDING_BENCH) breaches.push(`${at}: not in a test`);
      continue;
    }
    const place = PACKAGE_PLACES[target.name]?.places.find((start) => importer.startsWith(start));
    if (place === undefined) breaches.push(`${at}: not one of its places`);
    else filesAt(filesByPlace, `${target.name} in ${place}`).add(importer);
  }
  for (const [key, files] of filesByPlace) {
    const filesMax = PACKAGE_PLACES[key.split(' in ')[0] ?? '']?.filesMax ?? files.size;
    const names = [...files].join(', ');
    if (files.size > filesMax) breaches.push(`${key}: expected ${filesMax} file, got ${names}`);
  }
  return breaches;
}

/** Files that import each other in a circle; each circle once, from its first file. */
export function importCycles(tree: Tree): string[] {
  const targets = new Map<string, string[]>();
  for (const { importer, statement, target } of edgesOf(tree)) {
    if (target.kind !== 'path' || statement.kind === 'file') continue;
    targets.set(importer, [...(targets.get(importer) ?? []), target.path]);
  }
  const cycles = new Set<string>();
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.add(circleFrom(trail.slice(start)));
    if (start >= 0 || finished.has(path)) return;
    for (const next of targets.get(path) ?? []) visit(next, [...trail, path]);
    finished.add(path);
  };
  for (const path of targets.keys()) visit(path, []);
  return [...cycles];
}

/** The file itself, and whatever it imports directly or through others. */
export function importedPaths(tree: Tree, path: string): ReadonlySet<string> {
  const reached = new Set(tree.has(path) ? [path] : []);
  // A set hands out members that are added while it is read.
  for (const file of reached) {
    for (const { specifier } of importStatementsOf(tree.get(file) ?? '')) {
      const target = targetOf(specifier, file, ALIASES);
      if (target.kind === 'path' && tree.has(target.path)) reached.add(target.path);
    }
  }
  return reached;
}

function circleFrom(members: readonly string[]): string {
  const first = [...members].sort((one, other) => one.localeCompare(other))[0] ?? '';
  const turn = members.indexOf(first);
  return [...members.slice(turn), ...members.slice(0, turn), first].join(' → ');
}

function edgesOf(tree: Tree): Edge[] {
  return sourceFiles(tree, ...TOP_FOLDERS, 'test/').flatMap(([importer, text]) =>
    importStatementsOf(text).map((statement) => {
      const target = targetOf(statement.specifier, importer, ALIASES);
      return { importer, statement, target };
    }),
  );
}

function roomOf(path: string): Room | undefined {
  const rooms = ROOMS.filter((room) => path.startsWith(room.path));
  return rooms.sort((first, second) => second.path.length - first.path.length)[0];
}

function mayImport({ path: own, mayImport: allowed, mayNotImport }: Room, target: string): boolean {
  const begins = (start: string): boolean => target.startsWith(start);
  return [own, ...allowed].some(begins) && mayNotImport?.some(begins) !== true;
}

function topFolderOf(path: string): string | undefined {
  return TOP_FOLDERS.find((folder) => path.startsWith(folder));
}

function filesAt(filesByPlace: Map<string, Set<string>>, key: string): Set<string> {
  const files = filesByPlace.get(key) ?? new Set<string>();
  filesByPlace.set(key, files);
  return files;
}
