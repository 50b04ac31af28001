import { z } from 'zod';
import { ALIASES, PACKAGE_PLACES } from './import-table.ts';
import type { Tree } from './tree.ts';

const NAMES = z.record(z.string(), z.string()).default({});

const MANIFEST = z.object({
  private: z.boolean().optional(),
  type: z.string().optional(),
  engines: NAMES,
  imports: z.record(z.string(), z.record(z.string(), z.string())).default({}),
  dependencies: NAMES,
  optionalDependencies: NAMES,
  devDependencies: NAMES,
  peerDependencies: NAMES,
  overrides: NAMES,
});

const LOCK = z.object({
  packages: z
    .record(
      z.string(),
      z.object({
        resolved: z.string().optional(),
        dependencies: NAMES,
        optionalDependencies: NAMES,
      }),
    )
    .default({}),
});

/** Versions that are held back or held exactly, and what breaks otherwise. */
const PINS: readonly {
  readonly name: string;
  readonly range: RegExp;
  readonly reason: string;
}[] = [
  { name: '@biomejs/biome', range: /^\d+\.\d+\.\d+$/, reason: 'three of its rules are not stable' },
  { name: '@types/node', range: /^\^20\./, reason: 'a newer one hides what Node 20 lacks' },
  { name: 'typescript', range: /^~/, reason: 'a minor version may refuse what compiled before' },
  { name: 'vitest', range: /^~4\.1\b/, reason: 'vitest 5 needs Node 22' },
];

const NODE_FLOOR = '>=20.19';
const NAN_FLOOR = /^\^2\.(?:[3-9]\d|\d{3,})/;

export function pinFaults(tree: Tree): string[] {
  const manifest = manifestOf(tree);
  const faults: string[] = [];
  const { private: isPrivate, type, engines, optionalDependencies, overrides } = manifest;
  const node = engines['node'];
  if (isPrivate !== true) faults.push('package.json: expected "private": true');
  if (type !== 'module') faults.push('package.json: expected "type": "module"');
  if (node !== NODE_FLOOR) faults.push(`engines.node: expected ${NODE_FLOOR}, got ${node}`);
  // Without a compiler or a PC/SC library the program must still install, on the emulated reader.
  if (optionalDependencies['nfc-pcsc'] === undefined) faults.push('nfc-pcsc: expected optional');
  const nan = overrides['nan'] ?? '';
  if (!NAN_FLOOR.test(nan)) faults.push(`overrides.nan: expected ^2.30 or later, got ${nan}`);
  const versions = { ...manifest.dependencies, ...manifest.devDependencies };
  for (const { name, range, reason } of PINS) {
    const version = versions[name];
    if (version === undefined || range.test(version)) continue;
    faults.push(`${name}: expected ${range.source}, got ${version}: ${reason}`);
  }
  return faults;
}

/** Differences between the `imports` map and the table of aliases, in both directions. */
export function aliasFaults(tree: Tree): string[] {
  const { imports } = manifestOf(tree);
  const faults: string[] = [];
  for (const [alias, path] of Object.entries(ALIASES)) {
    const { 'kazasu-source': source, default: compiled } = imports[alias] ?? {};
    const output = `./dist/${path.replace(/\.ts$/, '.js')}`;
    if (source !== `./${path}`) faults.push(`${alias}: expected source ./${path}, got ${source}`);
    if (compiled !== output) faults.push(`${alias}: expected ${output}, got ${compiled}`);
  }
  for (const alias of Object.keys(imports)) {
    if (ALIASES[alias] === undefined) faults.push(`${alias}: not in the import table`);
  }
  return faults;
}

/** Dependencies without a place in the table, and places of packages that are gone. */
export function dependencyFaults(tree: Tree): string[] {
  const { dependencies, optionalDependencies, peerDependencies } = manifestOf(tree);
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
  const faults = names
    .filter((name) => PACKAGE_PLACES[name] === undefined)
    .map((name) => `${name}: a dependency without a place in the import table`);
  const gone = Object.keys(PACKAGE_PLACES).filter((name) => !names.includes(name));
  return [...faults, ...gone.map((name) => `${name}: a place for no dependency`)];
}

/** Addresses in the lockfile: it must install from whatever registry its reader has configured. */
export function lockedAddresses(tree: Tree): string[] {
  return Object.entries(lockOf(tree))
    .filter(([, { resolved }]) => resolved !== undefined && /^[a-z+]+:/.test(resolved))
    .map(([name, { resolved }]) => `package-lock.json: ${name} is bound to ${resolved}`);
}

/**
 * Packages that a locked one names and the lockfile does not hold. `npm ci` refuses such a lockfile,
 * also where they are for other machines; it arises when a registry does not have them all.
 */
export function lockGaps(tree: Tree): string[] {
  const packages = lockOf(tree);
  const held = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')));
  return Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !held.has(name))
      .map((name) => `package-lock.json: no entry for ${name} of ${path}`),
  );
}

function lockOf(tree: Tree): z.infer<typeof LOCK>['packages'] {
  return LOCK.parse(JSON.parse(tree.get('package-lock.json') ?? '{}')).packages;
}

function manifestOf(tree: Tree): z.infer<typeof MANIFEST> {
  return MANIFEST.parse(JSON.parse(tree.get('package.json') ?? '{}'));
}
