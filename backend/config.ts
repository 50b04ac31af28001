import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { generateKeystore } from './issuer/keystore.ts';
import { formatKeystore } from './issuer/keystore-file.ts';
import { NewKeystoreFile } from './issuer/new-keystore-file.ts';
import { fillNewFile, isThere, openNewFile } from './new-file.ts';

/** The data directory of the backend. Everything in it is secret but the public key. */
export interface BackendFolder {
  readonly keystorePath: string;
  /** What terminals check acknowledgements with. */
  readonly publicKeyPath: string;
  readonly operatorTokenPath: string;
  /** What the carrier's own staff and systems show to its API. */
  readonly carrierTokenPath: string;
  /** What the issuer shows to the carrier to have a phone bill charged. */
  readonly paymentTokenPath: string;
  /** What the issuer shows to the carrier to reach cards in phones. */
  readonly channelTokenPath: string;
  /** What the issuer's own remote load terminals show to it. */
  readonly remoteLoadTokenPath: string;
  /** Where the databases are if they are not here: a PostgreSQL address. */
  readonly databaseAddressPath: string;
  /** Two parties, two files: neither opens the other's. */
  readonly issuerPath: string;
  readonly carrierPath: string;
  /** The hot lists that terminals may download. */
  readonly hotListPath: string;
}

/**
 * `CONFIG_MISSING`: there is no such file. `CONFIG_EXISTS`: it would be written over. `CONFIG_INVALID`: it
 * does not hold what it should.
 */
export type ConfigErrorCode = 'CONFIG_MISSING' | 'CONFIG_EXISTS' | 'CONFIG_INVALID';

export class ConfigError extends Error {
  readonly code: ConfigErrorCode;

  constructor(code: ConfigErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConfigError';
    this.code = code;
  }
}

const TOKEN_BYTES = 32;
const TOKEN_CHARACTERS_MIN = 32;
const SECRET_FOLDER_MODE = 0o700;
const SECRET_FILE_MODE = 0o600;

export function backendFolder(path: string): BackendFolder {
  const inside = (name: string): string => join(resolve(path), name);
  return {
    keystorePath: inside('issuer-keys.json'),
    publicKeyPath: inside('issuer-public.pem'),
    operatorTokenPath: inside('operator-token'),
    carrierTokenPath: inside('carrier-token'),
    paymentTokenPath: inside('payment-token'),
    channelTokenPath: inside('channel-token'),
    remoteLoadTokenPath: inside('remote-load-token'),
    databaseAddressPath: inside('database-address'),
    issuerPath: inside('issuer.db'),
    carrierPath: inside('carrier.db'),
    hotListPath: inside('hotlist'),
  };
}

/**
 * Makes a new issuer, with its databases in the folder or at a PostgreSQL address. One that exists already
 * is left alone: `CONFIG_EXISTS`; `KEYSTORE_BUSY`: it is being made.
 */
export function createBackendFolder(
  path: string,
  issuerId: number,
  random: (byteCount: number) => Uint8Array,
  databaseAddress?: string,
): BackendFolder {
  const folder = backendFolder(path);
  requireNone(folder);
  mkdirSync(resolve(path), { recursive: true, mode: SECRET_FOLDER_MODE });
  // A folder that was there before keeps its rights otherwise.
  chmodSync(resolve(path), SECRET_FOLDER_MODE);
  const file = NewKeystoreFile.open(folder.keystorePath);
  let text: string;
  try {
    // Another command may have made one meanwhile.
    requireNone(folder);
    const keystore = generateKeystore(issuerId, random);
    writeFileSync(folder.operatorTokenPath, newToken(random), { mode: SECRET_FILE_MODE });
    writeFileSync(folder.publicKeyPath, keystore.publicKeyPem, { flush: true });
    if (databaseAddress !== undefined) {
      writeFileSync(folder.databaseAddressPath, `${databaseAddress}\n`, { mode: SECRET_FILE_MODE });
    }
    text = formatKeystore(keystore.reveal());
  } catch (error) {
    file.discard();
    throw error;
  }
  // The keystore comes last: a folder with it is complete.
  file.replaceWith(text);
  return folder;
}

function requireNone({ keystorePath }: BackendFolder): void {
  if (!existsSync(keystorePath)) return;
  throw new ConfigError('CONFIG_EXISTS', `${keystorePath}: this issuer exists already`);
}

/** Where a supervisor says which files hold secrets. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

export function readOperatorToken(folder: BackendFolder): string {
  return readToken(folder.operatorTokenPath);
}

export interface PartyTokens {
  readonly carrierToken: string;
  readonly paymentToken: string;
  readonly channelToken: string;
  readonly remoteLoadToken: string;
}

/** Makes those that are not there: a data directory may be older than the carrier's API. */
export function readPartyTokens(
  folder: BackendFolder,
  random: (byteCount: number) => Uint8Array,
): PartyTokens {
  const tokenAt = (path: string): string => {
    if (!existsSync(path)) writeNewFile(path, newToken(random));
    return readToken(path);
  };
  return {
    carrierToken: tokenAt(folder.carrierTokenPath),
    paymentToken: tokenAt(folder.paymentTokenPath),
    channelToken: tokenAt(folder.channelTokenPath),
    remoteLoadToken: tokenAt(folder.remoteLoadTokenPath),
  };
}

/** A secret that nobody can guess, as it stands in its file. */
export function newToken(random: (byteCount: number) => Uint8Array): string {
  return `${Buffer.from(random(TOKEN_BYTES)).toString('base64url')}\n`;
}

function readToken(path: string): string {
  const remedy = `put ${TOKEN_CHARACTERS_MIN} characters or more there that nobody can guess`;
  const token = readText(path, remedy).trim();
  // A token that anybody guesses opens the books to everybody.
  if (token.length < TOKEN_CHARACTERS_MIN) throw missing(path, remedy, 'short');
  return token;
}

export function readText(path: string, remedy: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw missing(path, remedy, cause);
  }
}

export function readBytes(path: string, remedy: string): Uint8Array {
  try {
    return Uint8Array.from(readFileSync(path));
  } catch (cause) {
    throw missing(path, remedy, cause);
  }
}

/**
 * Readable by its owner only, whole and durable, and never over an existing file: that may hold the only
 * keys. Throws {@link ConfigError} `CONFIG_EXISTS`, and what the disk says.
 */
export function writeNewFile(path: string, content: string | Uint8Array): void {
  fillNewFile(newFileAt(path), path, content);
}

function newFileAt(path: string): number {
  try {
    return openNewFile(path);
  } catch (cause) {
    if (isThere(cause)) throw exists(path, cause);
    throw cause;
  }
}

function missing(path: string, remedy: string, cause: unknown): ConfigError {
  return new ConfigError('CONFIG_MISSING', `${path}: cannot be read; ${remedy}`, { cause });
}

function exists(path: string, cause: unknown): ConfigError {
  return new ConfigError('CONFIG_EXISTS', `${path}: is there already, and is not written over`, {
    cause,
  });
}
