import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { TERMINAL_ID_MAX } from '#purse/history-block';
import { type Yen, yen } from '#units';
import { generateTerminalKeyPair } from './batch/terminal-key.ts';
import type { RiskLimits } from './debit/risk-limit.ts';
import { makeDurably } from './durable-file.ts';
import { parseJson } from './json-text.ts';
import { limitsFile, usualLimits } from './limits-file.ts';

/** A terminal's folder: what it is, its key pair, its SAM, its journal. */
export interface TerminalFolder {
  readonly configPath: string;
  readonly privateKeyPath: string;
  readonly publicKeyPath: string;
  readonly samPath: string;
  /** What the SAM remembers of misuse. */
  readonly samStatePath: string;
  readonly issuerKeyPath: string;
  readonly journalPath: string;
  readonly hotListPath: string;
}

export interface TerminalConfig {
  readonly terminalId: number;
  readonly merchantId: number;
  readonly merchantName: string;
  /** Where the issuer's collection is. */
  readonly issuerUrl: string;
  /** The most one sale or load may be. */
  readonly amountMax: Yen;
  /** Present on a slow connection that breaks: batches go in pieces of so many bytes. */
  readonly uploadChunkBytes?: number | undefined;
  /** What it may risk without a network: of a file that names none, the usual ones. */
  readonly limits: RiskLimits;
}

const whole = (max: number): z.ZodInt => z.int().min(1).max(max);

const terminalFile = z.strictObject({
  version: z.literal(1),
  terminalId: whole(TERMINAL_ID_MAX),
  merchantId: whole(0xffff_ffff),
  merchantName: z.string().min(1).max(60),
  issuerUrl: z.url({ protocol: /^https?$/ }),
  amountMax: whole(0xff_ffff),
  uploadChunkBytes: z.int().min(128).max(0xf_ffff).optional(),
  limits: limitsFile.optional(),
});

export type ConfigCode = 'CONFIG_MISSING' | 'CONFIG_INVALID' | 'CONFIG_EXISTS';

/**
 * `CONFIG_MISSING`: there is no such file. `CONFIG_INVALID`: the message names the field.
 * `CONFIG_EXISTS`: it would be written over.
 */
export class ConfigError extends Error {
  readonly code: ConfigCode;

  constructor(code: ConfigCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConfigError';
    this.code = code;
  }
}

export function terminalFolder(path: string): TerminalFolder {
  const inside = (name: string): string => join(resolve(path), name);
  return {
    configPath: inside('terminal.json'),
    privateKeyPath: inside('terminal-key.pem'),
    publicKeyPath: inside('terminal-public.pem'),
    samPath: inside('sam.json'),
    samStatePath: inside('sam-state.json'),
    issuerKeyPath: inside('issuer-public.pem'),
    journalPath: inside('journal.log'),
    hotListPath: inside('hotlist.bin'),
  };
}

/** The variables of the process: only secrets of the SAM come from there. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

/** Makes the folder with a new key pair and the usual limits. An existing terminal is left alone: `CONFIG_EXISTS`. */
export function createTerminalFolder(
  path: string,
  config: Omit<TerminalConfig, 'amountMax' | 'limits'> & { readonly amountMax: number },
): TerminalFolder {
  const folder = terminalFolder(path);
  const file = { version: 1, ...config, limits: usualLimits(config.amountMax) };
  parseConfig(file, folder.configPath);
  mkdirSync(resolve(path), { recursive: true, mode: 0o700 });
  // A folder that was there before keeps its rights otherwise.
  chmodSync(resolve(path), 0o700);
  requireNone(folder);
  const { privateKeyPem, publicKeyPem } = generateTerminalKeyPair();
  // One inside the other: where the disk refuses one of them, none of them stays.
  makeDurably(folder.configPath, () => {
    makeDurably(folder.privateKeyPath, () => {
      makeDurably(folder.publicKeyPath, () => publicKeyPem);
      return privateKeyPem;
    });
    return `${JSON.stringify(file, null, 2)}\n`;
  });
  return folder;
}

export function readTerminalConfig(folder: TerminalFolder): TerminalConfig {
  const text = readText(folder.configPath, 'make it with `kazasu terminal init`');
  return parseConfig(parseJson(text), folder.configPath);
}

/** Throws {@link ConfigError} `CONFIG_MISSING` with what to do about it. */
export function readText(path: string, remedy: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw missing(path, remedy, cause);
  }
}

function parseConfig(value: unknown, path: string): TerminalConfig {
  const parsed = terminalFile.safeParse(value);
  if (parsed.success) {
    const { amountMax, limits = limitsFile.parse(usualLimits(amountMax)) } = parsed.data;
    return { ...parsed.data, amountMax: yen(amountMax), limits };
  }
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new ConfigError('CONFIG_INVALID', `${path} ${field}: ${issue?.message ?? 'invalid'}`);
}

function missing(path: string, remedy: string, cause: unknown): ConfigError {
  return new ConfigError('CONFIG_MISSING', `${path}: cannot be read; ${remedy}`, { cause });
}

/** An existing file may be somebody's only key. */
function requireNone({ configPath, privateKeyPath, publicKeyPath }: TerminalFolder): void {
  const found = [configPath, privateKeyPath, publicKeyPath].find((path) => existsSync(path));
  if (found === undefined) return;
  // The configuration is filled last.
  const isWhole = existsSync(configPath) && statSync(configPath).size > 0;
  const why = isWhole
    ? 'this terminal exists already'
    : 'is there already, of an interrupted `kazasu terminal init` or of something else: take it away';
  throw new ConfigError('CONFIG_EXISTS', `${found}: ${why}`);
}
