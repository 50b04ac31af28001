import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { chmod, copyFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { EpochMs } from '#units';
import { type BackendFolder, backendFolder, ConfigError, environment } from './config.ts';
import { checkDatabase, copyDatabase } from './database/database-copy.ts';
import { isPostgresAddress } from './database/open-connection.ts';
import { dumpPostgres, restorePostgres } from './database/postgres-dump.ts';
import { dropPostgres, requireUnused } from './database/unused-database.ts';
import { databasePlaces, POSTGRES_ADDRESS } from './database-place.ts';
import { fillNewFile, openNewFile, syncFolder } from './new-file.ts';

const MANIFEST = 'backup.json';
const ISSUER_DUMP = 'issuer.dump';
const CARRIER_DUMP = 'carrier.dump';

export interface BackupFile {
  /** Inside the data directory, one folder deep at most. */
  readonly name: string;
  readonly byteCount: number;
  readonly sha256: string;
}

export interface Backup {
  readonly format: 'kazasu-backup-1';
  /** In UTC. */
  readonly madeAt: string;
  readonly files: readonly BackupFile[];
}

const BACKUP: z.ZodType<Backup> = z.strictObject({
  format: z.literal('kazasu-backup-1'),
  madeAt: z.iso.datetime(),
  files: z.array(
    z.strictObject({
      // No way leads out of the folder.
      name: z.string().regex(/^[\w-][\w.-]*(?:\/[\w-][\w.-]*)?$/),
      byteCount: z.int().min(0),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});

/**
 * `BACKUP_INVALID`: the folder is no backup, or not the one that was made; the message names the file.
 * `BACKUP_ELSEWHERE`: an address for a backup without a PostgreSQL database, or with another schema.
 */
export class BackupError extends Error {
  readonly code: 'BACKUP_INVALID' | 'BACKUP_ELSEWHERE';

  constructor(
    message: string,
    options?: ErrorOptions,
    code: BackupError['code'] = 'BACKUP_INVALID',
  ) {
    super(message, options);
    this.code = code;
    this.name = 'BackupError';
  }
}

/**
 * Copies the data directory into the new folder `out`, while the backend goes on working. The issuer's
 * books come first: of what the carrier then knows more, the issuer tells it again, and once. The list
 * of files comes last, so a folder with it is complete. Rejects with `ConfigError` `CONFIG_EXISTS` and
 * `DatabaseError`; nothing of a backup that failed stays.
 */
export async function backUp(folder: BackendFolder, out: string, now: EpochMs): Promise<Backup> {
  const target = resolve(out);
  requireFree(target);
  mkdirSync(target, { recursive: true, mode: 0o700 });
  try {
    const copies = filesOf(folder);
    for (const each of copies) await copy(each, join(target, each.name));
    const files: BackupFile[] = [];
    for (const { name } of copies) files.push({ name, ...(await sizeAndHash(join(target, name))) });
    const madeAt = new Date(now).toISOString();
    const backup: Backup = { format: 'kazasu-backup-1', madeAt, files };
    const path = join(target, MANIFEST);
    fillNewFile(openNewFile(path), path, `${JSON.stringify(backup, null, 2)}\n`);
    return backup;
  } catch (error) {
    rmSync(target, { recursive: true });
    throw error;
  }
}

/**
 * Makes the data directory `data` of a backup: whole, or not at all. Every file is held against its hash
 * and every page of the books is read first. Databases of PostgreSQL go back to the address in it, or to
 * another `address`. Rejects with {@link BackupError}, `ConfigError`
 * `CONFIG_EXISTS` where something is there, and `DatabaseError`.
 */
export async function restore(from: string, data: string, address?: URL): Promise<Backup> {
  const backup = readBackup(from);
  const target = resolve(data);
  requireFree(target);
  const making = `${target}.restoring`;
  requireFree(making);
  mkdirSync(making, { recursive: true, mode: 0o700 });
  try {
    for (const file of backup.files) await restoreFile(from, making, file);
    const folder = backendFolder(making);
    if (address !== undefined) useAddress(folder, address);
    await restoreDatabases(folder, making);
    syncFolder(making);
    renameSync(making, target);
  } catch (error) {
    rmSync(making, { recursive: true });
    throw error;
  }
  syncFolder(dirname(target));
  return backup;
}

function readBackup(folder: string): Backup {
  const path = join(folder, MANIFEST);
  try {
    return BACKUP.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new BackupError(`${path}: cannot be read as the list of a backup`, {
      cause,
    });
  }
}

async function restoreFile(
  from: string,
  to: string,
  { name, byteCount, sha256 }: BackupFile,
): Promise<void> {
  const target = join(to, name);
  const source = join(from, name);
  if (!existsSync(source)) throw new BackupError(`${source}: is missing`);
  await copyBytes(source, target);
  const found = await sizeAndHash(target);
  if (found.byteCount === byteCount && found.sha256 === sha256) return;
  throw new BackupError(`${source}: is not what was backed up`);
}

interface FileCopy {
  /** A file, or the place of a database. */
  readonly from: string;
  readonly name: string;
  readonly isDatabase?: boolean;
}

function filesOf(folder: BackendFolder): readonly FileCopy[] {
  const { issuerPath: _issuer, carrierPath: _carrier, hotListPath, ...others } = folder;
  const lists = existsSync(hotListPath) ? readdirSync(hotListPath) : [];
  return [
    ...databaseCopies(folder),
    ...Object.values(others)
      .filter((from) => existsSync(from))
      .map((from) => ({ from, name: basename(from) })),
    ...lists.map((list) => ({
      from: join(hotListPath, list),
      name: `${basename(hotListPath)}/${list}`,
    })),
  ];
}

/** A database that is written meanwhile is not its file. */
async function copy({ from, isDatabase = false }: FileCopy, to: string): Promise<void> {
  if (!isDatabase) return copyBytes(from, to);
  if (isPostgresAddress(from)) await dumpPostgres(from, to, environment());
  else await copyDatabase(from, to);
  await makeDurable(to);
}

/** The issuer's comes first. */
function databaseCopies(folder: BackendFolder): readonly FileCopy[] {
  const { issuer, carrier } = databasePlaces(folder);
  return [
    [issuer, ISSUER_DUMP],
    [carrier, CARRIER_DUMP],
  ].map(([from = '', dump = '']) => ({
    from,
    name: isPostgresAddress(from) ? dump : basename(from),
    isDatabase: true,
  }));
}

/**
 * Fills the schemas of a restored folder, which must be unused, or none of them; the dumps do not stay. A
 * folder with files has its databases already, and they are read to the last page.
 */
async function restoreDatabases(folder: BackendFolder, making: string): Promise<void> {
  const { issuer, carrier } = databasePlaces(folder);
  if (!isPostgresAddress(issuer)) {
    for (const path of [issuer, carrier]) await checkDatabase(path);
    return;
  }
  for (const place of [issuer, carrier]) await requireUnused(place);
  const [issuerDump, carrierDump] = [join(making, ISSUER_DUMP), join(making, CARRIER_DUMP)];
  await restorePostgres(issuerDump, issuer, environment());
  try {
    await restorePostgres(carrierDump, carrier, environment());
  } catch (error) {
    await dropPostgres(issuer);
    throw error;
  }
  for (const dump of [issuerDump, carrierDump]) rmSync(dump);
}

/** What was backed up of a server may go to another one, under the same name. */
function useAddress({ databaseAddressPath }: BackendFolder, address: URL): void {
  const before = existsSync(databaseAddressPath)
    ? POSTGRES_ADDRESS.parse(readFileSync(databaseAddressPath, 'utf8').trim())
    : undefined;
  const schema = before?.searchParams.get('schema');
  if (schema === undefined || schema !== address.searchParams.get('schema')) {
    const message = `expected an address with ${schema ? `schema=${schema}` : 'nothing: the backup has SQLite files'}`;
    throw new BackupError(message, {}, 'BACKUP_ELSEWHERE');
  }
  rmSync(databaseAddressPath);
  fillNewFile(openNewFile(databaseAddressPath), databaseAddressPath, `${address.href}\n`);
}

async function copyBytes(from: string, to: string): Promise<void> {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  await copyFile(from, to);
  await makeDurable(to);
}

async function makeDurable(path: string): Promise<void> {
  await chmod(path, 0o600);
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  syncFolder(dirname(path));
}

async function sizeAndHash(path: string): Promise<Omit<BackupFile, 'name'>> {
  const hash = createHash('sha256');
  let byteCount = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk);
    byteCount += chunk.length;
  }
  return { byteCount, sha256: hash.digest('hex') };
}

function requireFree(path: string): void {
  if (!existsSync(path)) return;
  throw new ConfigError('CONFIG_EXISTS', `${path}: is there already, and is not written over`);
}
