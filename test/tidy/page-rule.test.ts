import { describe, expect, it } from 'vitest';
import {
  type CodePage,
  codeTableFaults,
  type ReasonTable,
  reasonTableFaults,
} from './error-code-rule.ts';
import { breachesOfOrigin } from './origin-rule.ts';
import { brokenLinks, pagesWithoutOneTitle, unknownCommands } from './page-rule.ts';
import { treeOf } from './tree.ts';

describe('the title of a page', () => {
  it.each([
    ['no title', 'Text.\n'],
    ['two titles', '# One\n\n# Two\n'],
    ['a title only in a code block', '```sh\n# a comment\n```\n'],
  ])('is missed with %s', (_, text) => {
    expect(pagesWithoutOneTitle(treeOf({ 'a.md': text }))).toHaveLength(1);
  });

  it('is one, whatever a code block holds', () => {
    const text = '# One\n\n## Part\n\n```sh\n# a comment\n```\n';
    expect(pagesWithoutOneTitle(treeOf({ 'a.md': text }))).toEqual([]);
  });
});

describe('a link', () => {
  it('is reported when its file is not there', () => {
    const page = '# A\n\n[gone](b.md) and [gone too](../c/d.md#part)\n';
    expect(brokenLinks(treeOf({ 'x/a.md': page }))).toEqual([
      'x/a.md:3 links to b.md: no such file',
      'x/a.md:3 links to ../c/d.md#part: no such file',
    ]);
  });

  it('may lead to a file, a folder, a heading or the web', () => {
    const page = '[a](b.ts) [b](../y/) [c](../y) [d](#part) [e](https://example.com/a.md)';
    expect(brokenLinks(treeOf({ 'x/a.md': page, 'x/b.ts': '', 'y/c.ts': '' }))).toEqual([]);
  });
});

describe('a command in a page', () => {
  const program = "cli.command('terminal', 'a point of sale');";
  const terminal = "tapCommand(command, 'pay', 'take a payment');";
  const manifest = JSON.stringify({ scripts: { check: 'tsc', test: 'vitest' } });
  const faultsOf = (block: string, language = 'sh'): string[] =>
    unknownCommands(
      treeOf({
        'README.md': `# A\n\n\`\`\`${language}\n${block}\n\`\`\`\n`,
        'package.json': manifest,
        'terminal/kazasu.ts': program,
        'terminal/main.ts': terminal,
      }),
    );

  it.each([
    'npm run build',
    'npm start',
    'npm instal',
    '$ cd kazasu && npm run readers',
    'npx kazasu till pay 100',
    'npx kazasu terminal load 100',
    'node dist/terminal/kazasu.js load',
  ])('is reported when there is none: %s', (command) => {
    expect(faultsOf(command)).toHaveLength(1);
  });

  it.each(['npm ci', 'npm run check && npm test', 'npx kazasu terminal pay 100', 'kazasu --help'])(
    'exists: %s',
    (command) => {
      expect(faultsOf(command)).toEqual([]);
    },
  );

  it('is found in the block of a list, too', () => {
    const page = '# A\n\n1. One\n\n   ```sh\n   npm run build\n   ```\n';
    expect(unknownCommands(treeOf({ 'a.md': page, 'package.json': manifest }))).toHaveLength(1);
  });

  it('is looked for in blocks of a shell only', () => {
    expect(faultsOf('npm run build', 'text')).toEqual([]);
  });
});

describe('the origin of the work', () => {
  it.each([
    ['a.ts', `const path = '/${'work'}/main';`],
    ['a.ts', `const path = '/${'root'}/.npmrc';`],
    ['a.md', `see ../${'shared'}/design.md`],
    ['package-lock.json', `"resolved": "https://registry.${'npmjs'}.org/a"`],
    ['.ci/run', `docker pull ${'ghcr'}.io/a/b`],
    ['a.md', `written by an ${'agent'}`],
    ['a.md', `as in ${'issue'} #12`],
  ])('is not named in %s: %s', (path, text) => {
    expect(breachesOfOrigin(treeOf({ [path]: text }))).toHaveLength(1);
  });

  it('is not seen in words of the field', () => {
    const text = 'the network, a root key, framework/root, the issuer, an issue of the cards';
    expect(breachesOfOrigin(treeOf({ 'a.md': text }))).toEqual([]);
  });
});

describe('the error codes of a page', () => {
  const pages: CodePage[] = [
    { path: 'hardware.md', sources: ['terminal/reader/'], areas: ['READER', 'CARD'] },
  ];
  const faultsOf = (page: string, source: string): string[] =>
    codeTableFaults(treeOf({ 'hardware.md': page, 'terminal/reader/a.ts': source }), pages);
  const source = "type Code = 'READER_BUSY' | 'CARD_ABSENT';";

  it('are missed when the source has one more', () => {
    expect(faultsOf('| `READER_BUSY` | wait |\n', source)).toEqual([
      'hardware.md: no entry for CARD_ABSENT (terminal/reader/a.ts:1)',
    ]);
  });

  it('are reported when no source has them any more', () => {
    const page = '### `READER_BUSY`\n### `CARD_ABSENT`\n### `READER_LOST`\n';
    expect(faultsOf(page, source)).toEqual([
      'hardware.md:3 explains READER_LOST, which no source has',
    ]);
  });

  it('are not counted in comments, in prose or in other areas', () => {
    const page = '| `READER_BUSY` |\n| `CARD_ABSENT` |\nSee `READER_LOST`.\n| `SQLITE_BUSY` |\n';
    expect(faultsOf(page, `${source} // 'READER_LOST'\nconst a = 'SQLITE_FULL';`)).toEqual([]);
  });

  it('are not asked of a page that keeps no table, nor of one that is not there', () => {
    expect(faultsOf('# Hardware\n', source)).toEqual([]);
    expect(codeTableFaults(treeOf({ 'terminal/reader/a.ts': source }), pages)).toEqual([]);
  });
});

describe('the reasons in a table', () => {
  const tables: ReasonTable[] = [
    { path: 'a.md', heading: 'Reasons', types: [{ file: 'terminal/a.ts', name: 'Reason' }] },
  ];
  const page =
    '# A\n\n`over`\n\n## Reasons, in order\n\n| `gone` | x |\n| `late` | y |\n\n## B\n| `b` |';
  const faultsOf = (source: string): string[] =>
    reasonTableFaults(treeOf({ 'a.md': page, 'terminal/a.ts': source }), tables);

  it('are those of the type', () => {
    expect(faultsOf("export type Reason =\n  | 'gone'\n  // Comment.\n  | 'late';")).toEqual([]);
  });

  it('are missed in the table and in the type', () => {
    expect(faultsOf("export type Reason = 'gone' | 'lost';")).toEqual([
      'a.md: "Reasons" does not have lost',
      'a.md: "Reasons" has late, which no type has',
    ]);
  });

  it('need a type', () => {
    expect(faultsOf("export type Other = 'gone';")).toHaveLength(1);
  });
});
