/**
 * Who may import whom. This file is the table itself; import-rule.ts holds it against the tree.
 * A folder that needs one more right gets it here, in a change of its own, with its reason.
 */

/** The `imports` map of package.json, with each name's source: all that crosses the three folders. */
export const ALIASES: Readonly<Record<string, string>> = {
  '#units': 'card-emulator/units.ts',
  '#felica/*': 'card-emulator/felica/*.ts',
  '#purse/*': 'card-emulator/purse/*.ts',
  '#batch/*': 'backend/batch/*.ts',
  '#hotlist/*': 'backend/hotlist/*.ts',
  '#emulated-card': 'card-emulator/card/open-card.ts',
};

export const TOP_FOLDERS: readonly string[] = ['card-emulator/', 'terminal/', 'backend/'];

const UNITS = 'card-emulator/units.ts';
const FELICA = 'card-emulator/felica/';
const PURSE = 'card-emulator/purse/';
const BATCH = 'backend/batch/';
const HOTLIST = 'backend/hotlist/';
const EMULATED_CARD = 'card-emulator/card/open-card.ts';

export interface Room {
  /** A folder, with its last slash, or one file. The longest path that fits a file is its room. */
  readonly path: string;
  /** Beginnings of paths. The room itself is always allowed. */
  readonly mayImport: readonly string[];
  /** Takes back a part of what `mayImport` gives. */
  readonly mayNotImport?: readonly string[];
  /** The modules of Node a pure room may use; every module where this is absent. */
  readonly builtins?: readonly string[];
}

const ASSERT = 'node:assert/strict';
const CRYPTO = 'node:crypto';

export const ROOMS: readonly Room[] = [
  // units ← felica ← purse ← everything else; pure, so the simulator and the fuzzers own their time.
  { path: UNITS, mayImport: [], builtins: [ASSERT] },
  { path: FELICA, mayImport: [UNITS], builtins: [ASSERT, CRYPTO] },
  { path: PURSE, mayImport: [UNITS, FELICA], builtins: [ASSERT, CRYPTO] },
  // Public keys and random bytes that repeat: nothing that is no test may reach them.
  { path: 'card-emulator/testing/', mayImport: ['card-emulator/'] },
  { path: 'card-emulator/', mayImport: [], mayNotImport: ['card-emulator/testing/'] },

  // What decides about money touches nothing: the simulation runs it as it is.
  { path: 'terminal/debit/', mayImport: [UNITS, PURSE], builtins: [ASSERT] },
  {
    // Production code reaches a card only through a reader; this one file puts the emulated in.
    path: 'terminal/reader/emulated-reader.ts',
    mayImport: ['terminal/', UNITS, FELICA, PURSE, EMULATED_CARD],
  },
  { path: 'terminal/', mayImport: [UNITS, FELICA, PURSE, BATCH, HOTLIST] },

  { path: BATCH, mayImport: [UNITS, FELICA, PURSE], builtins: [ASSERT, CRYPTO] },
  { path: HOTLIST, mayImport: [UNITS, FELICA, PURSE], builtins: [ASSERT, CRYPTO] },
  // The auditor recomputes by its own code: whoever imports what he checks repeats its mistakes.
  { path: 'backend/audit/', mayImport: [UNITS, FELICA, PURSE, BATCH, 'backend/database/'] },
  {
    path: 'backend/collection/',
    mayImport: [UNITS, FELICA, PURSE, 'backend/'],
    mayNotImport: ['backend/settlement/', 'backend/carrier/'],
  },
  {
    path: 'backend/settlement/',
    mayImport: [UNITS, FELICA, PURSE, 'backend/'],
    mayNotImport: ['backend/collection/', 'backend/carrier/'],
  },
  {
    path: 'backend/carrier/',
    mayImport: [UNITS, FELICA, PURSE, 'backend/'],
    mayNotImport: ['backend/collection/', 'backend/settlement/'],
  },
  {
    // It pays through ports: who holds the money is no business of who moves it.
    path: 'backend/top-up/',
    mayImport: [UNITS, FELICA, 'backend/database/'],
    builtins: [ASSERT],
  },
  { path: 'backend/', mayImport: [UNITS, FELICA, PURSE] },

  { path: 'test/', mayImport: [''] },
];

export interface PackagePlace {
  /** Beginnings of paths where the package may be imported. */
  readonly places: readonly string[];
  /** How many files in each of the places; unlimited where this is absent. */
  readonly filesMax?: number;
}

const PROGRAMS = [
  'card-emulator/main.ts',
  'card-emulator/handset/main.ts',
  'terminal/main.ts',
  'terminal/command/',
  'terminal/kazasu.ts',
  'terminal/command/',
  'terminal/first-tap/main.ts',
  'backend/main.ts',
  'backend/auditor.ts',
];

/**
 * Every dependency a program needs at run time, and what those who use this package bring themselves.
 * A package that is not here is imported nowhere.
 */
export const PACKAGE_PLACES: Readonly<Record<string, PackagePlace>> = {
  '@holiday-jp/holiday_jp': { places: ['backend/settlement/'], filesMax: 1 },
  '@noble/ciphers': {
    places: [FELICA, PURSE, BATCH, 'terminal/sam/', 'card-emulator/command/'],
  },
  '@noble/hashes': { places: [FELICA, PURSE, BATCH] },
  '@xmldom/xmldom': { places: ['backend/settlement/bank/'], filesMax: 1 },
  'cli-table3': { places: PROGRAMS },
  commander: { places: [...PROGRAMS, 'terminal/command/', 'backend/command/'] },
  'des.js': { places: [FELICA], filesMax: 1 },
  express: {
    places: [
      'backend/app.ts',
      'backend/open-backend.ts',
      'backend/http/',
      // The page of a card has no backend: an emulated card is used without one.
      'card-emulator/page/',
    ],
  },
  'express-rate-limit': { places: ['backend/http/'], filesMax: 1 },
  helmet: { places: ['backend/app.ts'] },
  'nfc-pcsc': { places: ['terminal/reader/'], filesMax: 1 },
  pkcs11js: { places: ['terminal/sam/'], filesMax: 1 },
  pg: { places: ['backend/database/'], filesMax: 1 },
  pino: { places: ['backend/http/'], filesMax: 1 },
  'prom-client': { places: ['backend/http/'], filesMax: 1 },
  receiptline: { places: ['terminal/point-of-sale/'], filesMax: 1 },
  saxes: { places: ['backend/settlement/bank/'], filesMax: 1 },
  smartcard: { places: ['terminal/reader/'], filesMax: 1 },
  sqlite3: { places: ['terminal/journal/', 'backend/database/'], filesMax: 1 },
  vitest: { places: ['card-emulator/testing/'], filesMax: 1 },
  'zod-openapi': { places: ['backend/http/'], filesMax: 1 },
  zod: {
    places: [
      'terminal/',
      'backend/',
      'card-emulator/card/',
      'card-emulator/link/',
      'card-emulator/handset/',
      PURSE,
    ],
  },
};

/** Packages that tests may not load: a test must not reach hardware by accident. */
export const PACKAGES_CLOSED_TO_TESTS: readonly string[] = ['nfc-pcsc', 'smartcard'];

/** It measures the binding by itself, at a service and a reader of the bench's own. */
export const BINDING_BENCH = 'test/bench/bare-transmit.mjs';
