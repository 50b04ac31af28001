import { describe, expect, it } from 'vitest';
import { ALIASES, PACKAGE_PLACES } from './import-table.ts';
import {
  aliasFaults,
  dependencyFaults,
  lockedAddresses,
  lockGaps,
  pinFaults,
} from './package-rule.ts';
import { type Tree, treeOf } from './tree.ts';
import { staleExceptions, untestedFiles } from './unit-test-rule.ts';

const GOOD = {
  private: true,
  type: 'module',
  engines: { node: '>=20.19' },
  optionalDependencies: { 'nfc-pcsc': '^0.8.1' },
  overrides: { nan: '^2.30.0' },
};

const manifest = (change: object): Tree =>
  treeOf({ 'package.json': JSON.stringify({ ...GOOD, ...change }) });

describe('a held version', () => {
  it.each([
    ['the floor of Node', { engines: { node: '>=22' } }],
    ['no floor of Node', { engines: {} }],
    ['a package that could be published', { private: false }],
    ['CommonJS', { type: 'commonjs' }],
    ['the binding as a hard dependency', { optionalDependencies: {} }],
    ['a nan too old for new Node', { overrides: { nan: '^2.14.0' } }],
    ['a range of Biome', { devDependencies: { '@biomejs/biome': '^2.6.8' } }],
    ['types newer than Node 20', { devDependencies: { '@types/node': '^24.0.0' } }],
    ['vitest 5', { devDependencies: { vitest: '^5.0.0' } }],
  ])('is missed with %s', (_, change) => {
    expect(pinFaults(manifest(change))).toHaveLength(1);
  });

  it('is kept', () => {
    expect(pinFaults(manifest({ devDependencies: { vitest: '~4.1.12' } }))).toEqual([]);
  });
});

describe('the aliases of package.json', () => {
  const imports = Object.fromEntries(
    Object.entries(ALIASES).map(([alias, path]) => {
      const compiled = `./dist/${path.replace('.ts', '.js')}`;
      return [alias, { 'kazasu-source': `./${path}`, default: compiled }];
    }),
  );

  it('agree with the table', () => {
    expect(aliasFaults(manifest({ imports }))).toEqual([]);
  });

  it('are reported when one is missing, one is new or one leads elsewhere', () => {
    const { '#units': units, ...others } = imports;
    expect(aliasFaults(manifest({ imports: others }))).toHaveLength(2);
    expect(aliasFaults(manifest({ imports: { ...imports, '#more': units } }))).toHaveLength(1);
    const elsewhere = { ...units, default: './dist/elsewhere.js' };
    expect(aliasFaults(manifest({ imports: { ...imports, '#units': elsewhere } }))).toHaveLength(1);
  });
});

describe('the dependencies', () => {
  const all = Object.fromEntries(Object.keys(PACKAGE_PLACES).map((name) => [name, '1.0.0']));

  it('have a place each', () => {
    expect(dependencyFaults(manifest({ dependencies: all }))).toEqual([]);
  });

  it('are reported when one has no place, and when a place has none', () => {
    const { express, ...others } = all;
    expect(dependencyFaults(manifest({ dependencies: { ...all, lodash: '4.0.0' } }))).toEqual([
      'lodash: a dependency without a place in the import table',
    ]);
    expect(dependencyFaults(manifest({ dependencies: others }))).toEqual([
      'express: a place for no dependency',
    ]);
    expect(express).toBe('1.0.0');
  });
});

describe('an address in the lockfile', () => {
  it('is reported', () => {
    const packages = { 'node_modules/a': { resolved: 'https://mirror.example/a.tgz' } };
    const lock = treeOf({ 'package-lock.json': JSON.stringify({ packages }) });
    expect(lockedAddresses(lock)).toEqual([
      'package-lock.json: node_modules/a is bound to https://mirror.example/a.tgz',
    ]);
  });
});

describe('a gap in the lockfile', () => {
  it('is reported, for packages of other machines, too', () => {
    const packages = {
      'node_modules/a': { dependencies: { b: '1' }, optionalDependencies: { 'c-darwin': '1' } },
      'node_modules/a/node_modules/b': {},
    };
    const lock = treeOf({ 'package-lock.json': JSON.stringify({ packages }) });
    expect(lockGaps(lock)).toEqual(['package-lock.json: no entry for c-darwin of node_modules/a']);
  });
});

describe('a source file', () => {
  const path = 'terminal/debit/debit.ts';
  const test = 'test/terminal/debit/debit.test.ts';

  it.each([
    'export function debit(): void {}',
    'export class Debit {}',
    'export const debit = async (amount: Yen): Promise<void> => take(amount);',
  ])('with logic needs a unit test: %s', (text) => {
    expect(untestedFiles(treeOf({ [path]: text }))).toEqual([`${path}: expected ${test}`]);
    expect(untestedFiles(treeOf({ [path]: text, [test]: '' }))).toEqual([]);
  });

  it.each([
    'export type Debit = (amount: Yen) => void;',
    'export interface Debit { take(amount: Yen): void }',
    'export const AMOUNT_MAX = 100;',
    '// a function or a class',
  ])('without logic needs none: %s', (text) => {
    expect(untestedFiles(treeOf({ [path]: text }))).toEqual([]);
  });

  describe('that is an exception', () => {
    const provenBy = 'test/contract/reader.test.ts';
    const exceptions = [{ paths: [path], reason: 'the contract suite runs it', provenBy }];
    const source = { [path]: 'export class Debit {}' };
    const proof = { [provenBy]: "import '../scheme.ts';" };
    const scheme = { 'test/scheme.ts': "import '../terminal/debit/debit.ts';" };

    it('needs no unit test while its proof reaches it', () => {
      const tree = treeOf({ ...source, ...proof, ...scheme });
      expect(untestedFiles(tree, exceptions)).toEqual([]);
      expect(staleExceptions(tree, exceptions)).toEqual([]);
    });

    it('may be a program that its proof runs', () => {
      const run = { [provenBy]: "spawn('node', ['dist/terminal/debit/debit.js']);" };
      expect(staleExceptions(treeOf({ ...source, ...run }), exceptions)).toEqual([]);
    });

    it.each([
      ['the proof is gone', source],
      ['the proof does not reach it', { ...source, ...proof, 'test/scheme.ts': '' }],
      ['the file is gone', proof],
      ['it has a unit test', { ...source, ...proof, ...scheme, [test]: '' }],
    ])('is reported when %s', (_, files) => {
      expect(staleExceptions(treeOf(files), exceptions)).toHaveLength(1);
    });
  });
});
