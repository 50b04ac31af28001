import { describe, expect, it } from 'vitest';
import {
  barrels,
  bracelessMultiLine,
  defaultExports,
  FILE_LINES_MAX,
  junkDrawers,
  oversizedFiles,
  unfinishedMarks,
} from './source-rule.ts';
import { type Tree, treeOf } from './tree.ts';

const PATH = 'terminal/a.ts';
const file = (text: string): Tree => treeOf({ [PATH]: text });

describe('a junk drawer', () => {
  it.each([
    'terminal/utils/a.ts',
    'terminal/string-utils.ts',
    'backend/helpers.ts',
    'card-emulator/core/card.ts',
    'backend/base-account.ts',
    'terminal/reader-manager.ts',
    'common.md',
    'test/shared/a.ts',
    'misc',
  ])('is recognized in %s', (path) => {
    expect(junkDrawers(treeOf({ [path]: '' }))).toHaveLength(1);
  });

  it('is not seen inside a longer word', () => {
    expect(junkDrawers(treeOf({ 'terminal/database.ts': '', 'base64.ts': '' }))).toEqual([]);
  });
});

describe('the size of a file', () => {
  const lines = (count: number): Tree => file('x;\n'.repeat(count));

  it('is at most the limit', () => {
    expect(oversizedFiles(lines(FILE_LINES_MAX))).toEqual([]);
  });

  it('is reported one line above', () => {
    expect(oversizedFiles(lines(FILE_LINES_MAX + 1))).toEqual([
      'terminal/a.ts: expected at most 400 lines, got 401',
    ]);
  });
});

describe('a barrel', () => {
  it.each([
    "export * from './b.ts';\nexport { c } from './c.ts';\n",
    "import { b } from './b.ts';\n// Everything.\nexport { b };\n",
    "export type { B } from './b.ts';",
  ])('is %j', (text) => {
    expect(barrels(file(text))).toHaveLength(1);
  });

  it.each([
    "import { b } from './b.ts';\nb();\n",
    "import './b.ts';",
    "export { b } from './b.ts';\nexport const c: number = 1;\n",
  ])('is not %j', (text) => {
    expect(barrels(file(text))).toEqual([]);
  });

  it('may be the door of the package, and no other file', () => {
    const text = "export { a } from './a.ts';";
    const door = 'card-emulator/testing/card-emulator.ts';
    expect(barrels(treeOf({ [door]: text }))).toEqual([]);
    expect(barrels(treeOf({ 'card-emulator/testing/vitest.ts': text }))).toHaveLength(1);
  });
});

describe('a default export', () => {
  it.each(['export default function a() {}', 'export default {};', 'export { a as default };'])(
    'is %j',
    (text) => {
      expect(defaultExports(file(text))).toEqual(['terminal/a.ts:1 has a default export']);
    },
  );

  it('is not a word in a string, nor what vitest asks of its configuration', () => {
    expect(defaultExports(file("const a = 'export default';"))).toEqual([]);
    expect(defaultExports(treeOf({ 'test/vitest.config.ts': 'export default {};' }))).toEqual([]);
  });
});

describe('a statement without braces', () => {
  it.each([
    'if (a)\n  b();',
    'if (a) b(\n  c,\n);',
    'if (a(\n  b,\n)) c();',
    'if (a) {\n  b();\n} else\n  c();',
    'for (const a of b)\n  c(a);',
    'for await (const a of b)\n  c(a);',
    'while (a)\n  b();',
  ])('that does not fit on one line is reported in %j', (text) => {
    expect(bracelessMultiLine(file(text))).toHaveLength(1);
  });

  it.each([
    'if (a) b();',
    "if (a === ')') b();",
    'if (a) return { b: 1 };\nc();',
    'if (a) {\n  b();\n} else if (c) {\n  d();\n} else {\n  e();\n}',
    'for (const a of b) c(a);\nd();',
    'do {\n  a();\n} while (b);\nc();',
    '// if (a)\n//   b();',
    'while (a) {\n  b();\n}',
  ])('is left alone in %j', (text) => {
    expect(bracelessMultiLine(file(text))).toEqual([]);
  });
});

describe('a mark of unfinished work', () => {
  it('is reported in every kind of file', () => {
    const mark = ['TO', 'DO'].join('');
    const tree = treeOf({ 'a.md': `# A\n${mark}: more`, [PATH]: `// ${mark}`, 'b.sh': mark });
    expect(unfinishedMarks(tree)).toHaveLength(3);
    expect(unfinishedMarks(file(`// ${['FIX', 'ME'].join('')}`))).toHaveLength(1);
  });
});
