import { stringLiterals } from './source-text.ts';
import { lineAt, sourceFiles, type Tree } from './tree.ts';

/** A page that promises one entry for each error code of its areas. */
export interface CodePage {
  readonly path: string;
  /** The beginnings of the paths whose codes the page explains. */
  readonly sources: readonly string[];
  /** The first words of the codes the page explains. */
  readonly areas: readonly string[];
}

export const CODE_PAGES: readonly CodePage[] = [
  { path: 'hardware.md', sources: ['terminal/reader/'], areas: ['READER', 'CARD'] },
  {
    path: 'terminal/README.md',
    sources: ['terminal/'],
    areas: ['CONFIG', 'HOTLIST', 'JOURNAL', 'SAM', 'UPLINK'],
  },
  {
    path: 'card-emulator/README.md',
    sources: ['card-emulator/'],
    areas: ['CARD', 'FRAME', 'HANDSET', 'LINE'],
  },
  {
    path: 'backend/batch/batch-format.md',
    sources: ['backend/batch/'],
    areas: ['BATCH', 'RECORD'],
  },
  {
    path: 'backend/audit/README.md',
    sources: ['backend/'],
    areas: ['AUDIT'],
  },
  {
    path: 'backend/README.md',
    sources: ['backend/'],
    areas: ['BACKUP', 'CONFIG', 'KEYSTORE', 'SAM'],
  },
  {
    path: 'backend/api.md',
    sources: ['backend/'],
    areas: [
      'ACCOUNT',
      'BATCH',
      'CARRIER',
      'CASE',
      'GAP',
      'LEDGER',
      'PENDING',
      'RECORD',
      'REFUND',
      'REQUEST',
      'SETTLEMENT',
      'TERMINAL',
      'TOPUP',
    ],
  },
];

/** A table of reasons under a heading of a page, and the types that say which reasons there are. */
export interface ReasonTable {
  readonly path: string;
  readonly heading: string;
  readonly types: readonly { readonly file: string; readonly name: string }[];
}

export const REASON_TABLES: readonly ReasonTable[] = [
  {
    path: 'terminal/debit-protocol.md',
    heading: 'Reasons of a refusal',
    types: [
      { file: 'terminal/debit/debit.ts', name: 'TapRefusal' },
      { file: 'terminal/debit/purse-limit.ts', name: 'PurseRefusal' },
      { file: 'terminal/debit/risk-limit.ts', name: 'RiskRefusal' },
    ],
  },
];

const CODE = /^[A-Z]+(?:_[A-Z0-9]+)+$/;
// A code opens a heading, or fills the first cell of a table row.
const REASON_ROW = /^\| *`([a-z][a-z-]*)`/gm;
const ENTRY = /^(?:#+ +|\| *)`([A-Z]+(?:_[A-Z0-9]+)+)`/gm;

/** Codes of the source without an entry on their page, and entries for codes that do not exist. */
export function codeTableFaults(tree: Tree, pages: readonly CodePage[] = CODE_PAGES): string[] {
  return pages.flatMap((page) => {
    const text = tree.get(page.path);
    if (text === undefined) return [];
    const entries = [...text.matchAll(ENTRY)]
      .map(({ 1: code = '', index }) => ({ code, line: lineAt(text, index) }))
      .filter(({ code }) => isOf(page, code));
    // A page without any entry explains its codes in prose, and promises no table.
    if (entries.length === 0) return [];
    const used = codesOf(tree, page);
    const known = new Set(entries.map(({ code }) => code));
    const missing = [...used]
      .filter(([code]) => !known.has(code))
      .map(([code, place]) => `${page.path}: no entry for ${code} (${place})`);
    const idle = entries
      .filter(({ code }) => !used.has(code))
      .map(({ code, line }) => `${page.path}:${line} explains ${code}, which no source has`);
    return [...missing, ...idle];
  });
}

/** Reasons that a type has and its table has not, and the other way round. */
export function reasonTableFaults(
  tree: Tree,
  tables: readonly ReasonTable[] = REASON_TABLES,
): string[] {
  return tables.flatMap(({ path, heading, types }) => {
    const page = tree.get(path);
    if (page === undefined) return [];
    const section = page.split(/^#+ /m).find((part) => part.startsWith(heading)) ?? '';
    const listed = [...section.matchAll(REASON_ROW)].map(({ 1: reason = '' }) => reason);
    const known = types.flatMap(({ file, name }) => membersOf(tree.get(file) ?? '', name));
    if (known.length === 0) return [`${path}: no type for the table "${heading}"`];
    return [
      ...known
        .filter((reason) => !listed.includes(reason))
        .map((reason) => `${path}: "${heading}" does not have ${reason}`),
      ...listed
        .filter((reason) => !known.includes(reason))
        .map((reason) => `${path}: "${heading}" has ${reason}, which no type has`),
    ];
  });
}

/** The strings of `type name = 'a' | 'b' | Other;`. */
function membersOf(text: string, name: string): string[] {
  const [, declaration = ''] = new RegExp(`\\btype ${name} =([^;]*);`).exec(text) ?? [];
  return stringLiterals(declaration).map(({ value }) => value);
}

/** Each code the page is about, with the first place that names it. */
function codesOf(tree: Tree, page: CodePage): Map<string, string> {
  const places = new Map<string, string>();
  for (const [path, text] of sourceFiles(tree, ...page.sources)) {
    for (const { value, offset } of stringLiterals(text)) {
      if (!isOf(page, value) || places.has(value)) continue;
      places.set(value, `${path}:${lineAt(text, offset)}`);
    }
  }
  return places;
}

function isOf({ areas }: CodePage, code: string): boolean {
  return CODE.test(code) && areas.includes(code.split('_')[0] ?? '');
}
