import { existsSync, readFileSync } from 'node:fs';
import type { ArgumentKind } from './argument.ts';
import { type BackendFolder, ConfigError } from './config.ts';

/** What `openConnection` opens, for each party: neither opens the other's. */
export interface DatabasePlaces {
  readonly issuer: string;
  readonly carrier: string;
}

const EXPECTED =
  'expected postgresql://USER@HOST/DATABASE?schema=NAME, a name of at most 40 small letters, digits and _';

/** With the name of a schema it is one; each party has a schema of its own that begins with it. */
const SCHEMA_PREFIX = /^[a-z_][a-z0-9_]{0,39}$/u;

export const POSTGRES_ADDRESS: ArgumentKind<URL> = {
  parse: (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const isOurs =
      (url?.protocol === 'postgresql:' || url?.protocol === 'postgres:') &&
      SCHEMA_PREFIX.test(url.searchParams.get('schema') ?? '');
    return isOurs ? url : undefined;
  },
  expected: EXPECTED,
};

/**
 * The files of the data directory; or, where it names a PostgreSQL database, two schemas of that. Throws
 * {@link ConfigError} `CONFIG_INVALID`.
 */
export function databasePlaces(folder: BackendFolder): DatabasePlaces {
  const { databaseAddressPath, issuerPath, carrierPath } = folder;
  if (!existsSync(databaseAddressPath)) return { issuer: issuerPath, carrier: carrierPath };
  const url = POSTGRES_ADDRESS.parse(readFileSync(databaseAddressPath, 'utf8').trim());
  if (url !== undefined) return placesAt(url);
  // The address may hold a password, so it is not shown.
  throw new ConfigError('CONFIG_INVALID', `${databaseAddressPath}: ${EXPECTED}`);
}

export function placesAt(address: URL): DatabasePlaces {
  const of = (party: string): string => {
    const url = new URL(address);
    url.searchParams.set('schema', `${address.searchParams.get('schema')}_${party}`);
    return url.href;
  };
  return { issuer: of('issuer'), carrier: of('carrier') };
}
