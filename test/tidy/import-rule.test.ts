import { describe, expect, it } from 'vitest';
import {
  breachesOfFolderWalls,
  breachesOfPackagePlaces,
  breachesOfRooms,
  computedImports,
  importCycles,
} from './import-rule.ts';
import { importStatementsOf } from './import-statement.ts';
import { treeOf } from './tree.ts';

const specifiers = (text: string): string[] =>
  importStatementsOf(text).map(({ specifier }) => specifier);

const roomsOf = (path: string, text: string): string[] => breachesOfRooms(treeOf({ [path]: text }));

describe('an import statement', () => {
  it.each([
    ["import './a.ts';"],
    ["import a from './a.ts';"],
    ["import type { A, B as C } from './a.ts';"],
    ["import {\n  a,\n  type B,\n} from './a.ts';"],
    ["import * as a from './a.ts';"],
    ["export { a } from './a.ts';"],
    ["export type { A } from './a.ts';"],
    ["export * from './a.ts';"],
    ["const a = await import('./a.ts');"],
    ["type A = import('./a.ts').A;"],
    ["const a = require('./a.ts');"],
    ["fork(new URL('./a.ts', import.meta.url));"],
  ])('is seen in %j', (text) => {
    expect(specifiers(text)).toEqual(['./a.ts']);
  });

  it.each([
    ["// import { a } from './a.ts';"],
    ['const sample = "import { a } from \'./a.ts\'";'],
    ["export const from = './a.ts';"],
    ["export interface Move { from: './a.ts' }"],
    ["export type Place = './a.ts';"],
  ])('is not seen in %j', (text) => {
    expect(specifiers(text)).toEqual([]);
  });

  it('names its line', () => {
    expect(importStatementsOf("\n\nimport './a.ts';")).toEqual([
      { kind: 'static', specifier: './a.ts', line: 3 },
    ]);
  });
});

describe('the table of rooms', () => {
  it.each([
    ['card-emulator/units.ts', './felica/packet.ts'],
    ['card-emulator/felica/polling.ts', '../purse/purse-block.ts'],
    ['card-emulator/felica/polling.ts', '../card/open-card.ts'],
    ['card-emulator/felica/polling.ts', 'node:fs'],
    ['card-emulator/purse/purse-block.ts', '../card/open-card.ts'],
    ['card-emulator/card/open-card.ts', '#batch/record'],
    ['card-emulator/main.ts', '../terminal/main.ts'],
    ['card-emulator/main.ts', './testing/test-keys.ts'],
    ['card-emulator/card/new-card.ts', '../testing/test-keys.ts'],
    ['terminal/debit/debit.ts', '#felica/identifiers'],
    ['terminal/debit/debit.ts', '#batch/record'],
    ['terminal/debit/debit.ts', '../journal/journal.ts'],
    ['terminal/debit/debit.ts', 'node:fs/promises'],
    ['terminal/reader/pcsc-reader.ts', '#emulated-card'],
    ['terminal/main.ts', '#emulated-card'],
    ['terminal/main.ts', '../backend/app.ts'],
    ['terminal/main.ts', '../test/tidy/tree.ts'],
    ['backend/app.ts', '../terminal/main.ts'],
    ['backend/app.ts', '#emulated-card'],
    ['backend/batch/record.ts', '../ledger/posting.ts'],
    ['backend/audit/audit.ts', '../collection/receive-batch.ts'],
    ['backend/audit/audit.ts', '../ledger/posting.ts'],
    ['backend/audit/audit.ts', '../settlement/window.ts'],
    ['backend/collection/receive-batch.ts', '../settlement/window.ts'],
    ['backend/collection/receive-batch.ts', '../carrier/bill.ts'],
    ['backend/settlement/window.ts', '../collection/receive-batch.ts'],
    ['backend/settlement/window.ts', '../carrier/bill.ts'],
    ['backend/carrier/bill.ts', '../collection/receive-batch.ts'],
    ['backend/carrier/bill.ts', '../settlement/window.ts'],
    ['terminal/main.ts', '#drawer/thing'],
    ['terminal/main.ts', '#felica'],
  ])('refuses %s the import of %s', (path, specifier) => {
    expect(roomsOf(path, `import '${specifier}';`)).toHaveLength(1);
    expect(roomsOf(path, `const a = await import('${specifier}');`)).toHaveLength(1);
  });

  it.each([
    ['card-emulator/felica/polling.ts', '../units.ts'],
    ['card-emulator/purse/purse-block.ts', '../felica/identifiers.ts'],
    ['card-emulator/card/open-card.ts', '../purse/purse-block.ts'],
    ['card-emulator/testing/test-keys.ts', '../purse/card-key.ts'],
    ['terminal/debit/debit.ts', '#units'],
    ['terminal/debit/debit.ts', '#purse/purse-block'],
    ['terminal/debit/debit.ts', './debit-state.ts'],
    ['terminal/debit/debit.ts', 'node:assert/strict'],
    ['terminal/reader/emulated-reader.ts', '#emulated-card'],
    ['terminal/batch/close.ts', '#batch/record'],
    ['backend/audit/audit.ts', '../batch/record.ts'],
    ['backend/audit/audit.ts', '../database/database.ts'],
    ['backend/app.ts', '../backend/settlement/window.ts'],
    ['test/journey/first-tap.test.ts', '../../terminal/main.ts'],
  ])('allows %s the import of %s', (path, specifier) => {
    expect(roomsOf(path, `import '${specifier}';`)).toEqual([]);
  });
});

describe('the walls between the top-level folders', () => {
  const wallsOf = (path: string, text: string): string[] =>
    breachesOfFolderWalls(treeOf({ [path]: text }));

  it.each([
    ['terminal/card/purse.ts', "import '../../card-emulator/units.ts';"],
    ['terminal/main.ts', "fork(new URL('../backend/main.js', import.meta.url));"],
    ['card-emulator/card/open-card.ts', "import '#felica/packet';"],
    ['backend/app.ts', "import '#batch/record';"],
    ['backend/app.ts', "import '../test/tidy/tree.ts';"],
  ])('stand in %s against %s', (path, text) => {
    expect(wallsOf(path, text)).toHaveLength(1);
  });

  it('are open for the aliases, and do not bind a test', () => {
    expect(wallsOf('terminal/card/purse.ts', "import '#units';")).toEqual([]);
    expect(wallsOf('test/a.test.ts', "import '../terminal/main.ts';")).toEqual([]);
  });
});

describe('a computed import', () => {
  it('is reported, since no table can be held against it', () => {
    const tree = treeOf({ 'terminal/reader/a.ts': 'const a = await import(name);' });
    expect(computedImports(tree)).toEqual(['terminal/reader/a.ts:1 imports a computed name']);
  });
});

describe('the places of packages', () => {
  it.each([
    ['terminal/debit/debit.ts', 'sqlite3'],
    ['terminal/main.ts', 'nfc-pcsc'],
    ['backend/collection/receive-batch.ts', 'express'],
    ['backend/http/route.ts', 'sqlite3'],
    ['backend/app.ts', 'left-pad'],
    ['test/contract/a.test.ts', 'nfc-pcsc'],
  ])('do not hold %s with %s', (path, name) => {
    const tree = treeOf({ [path]: `import '${name}';` });
    expect(breachesOfPackagePlaces(tree)).toHaveLength(1);
  });

  it('hold one file a place, and one more is reported', () => {
    const first = { 'terminal/journal/a.ts': "import 'sqlite3';" };
    const second = { 'backend/database/b.ts': "import 'sqlite3';" };
    const third = { 'backend/database/c.ts': "import 'sqlite3/lib/sqlite3.js';" };
    expect(breachesOfPackagePlaces(treeOf({ ...first, ...second }))).toEqual([]);
    expect(breachesOfPackagePlaces(treeOf({ ...first, ...second, ...third }))).toEqual([
      'sqlite3 in backend/database/: expected 1 file, got backend/database/b.ts, backend/database/c.ts',
    ]);
  });
});

describe('a circle of imports', () => {
  it('is reported once, from its first file', () => {
    const tree = treeOf({
      'terminal/c.ts': "import './a.ts';",
      'terminal/a.ts': "import type { B } from './b.ts';",
      'terminal/b.ts': "export { c } from './c.ts';",
      'terminal/d.ts': "import './a.ts';",
    });
    expect(importCycles(tree)).toEqual([
      'terminal/a.ts → terminal/b.ts → terminal/c.ts → terminal/a.ts',
    ]);
  });

  it('is found through an alias, too', () => {
    const tree = treeOf({
      'card-emulator/felica/a.ts': "import '#purse/b';",
      'card-emulator/purse/b.ts': "import '../felica/a.ts';",
    });
    expect(importCycles(tree)).toHaveLength(1);
  });

  it('is not made by two roads to the same file', () => {
    const tree = treeOf({
      'terminal/a.ts': "import './b.ts';\nimport './c.ts';",
      'terminal/b.ts': "import './c.ts';",
      'terminal/c.ts': '',
    });
    expect(importCycles(tree)).toEqual([]);
  });
});
