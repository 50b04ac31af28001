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
import { type BackendFolder, backendFolder, ConfigError } from './config.ts';
import { checkDatabase, copyDatabase } from './database/database-copy.ts';
import { fillNewFile, openNewFile, syncFolder } from './new-file.ts';

const MANIFEST = 'backup.json';

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
 * `BACKUP_ELSEWHERE`: the databases are not in the data directory.
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
  requireFiles(folder);
  const target = resolve(out);
  requireFree(target);
  mkdirSync(target, { recursive: true, mode: 0o700 });
  try {
    const copies = filesOf(folder);
    for (const { from, name } of copies) await copy(from, join(target, name));
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
 * and every page of the books is read first. Rejects with {@link BackupError}, `ConfigError`
 * `CONFIG_EXISTS` where something is there, and `DatabaseError`.
 */
export async function restore(from: string, data: string): Promise<Backup> {
  const backup = readBackup(from);
  const target = resolve(data);
  requireFree(target);
  const making = `${target}.restoring`;
  requireFree(making);
  mkdirSync(making, { recursive: true, mode: 0o700 });
  try {
    for (const file of backup.files) await restoreFile(from, making, file);
    const { issuerPath, carrierPath } = backendFolder(making);
    for (const path of [issuerPath, carrierPath]) await checkDatabase(path);
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

/** A server has its own tools, and they know more than its tables. */
function requireFiles({ databaseAddressPath }: BackendFolder): void {
  if (!existsSync(databaseAddressPath)) return;
  const message = `the databases are in PostgreSQL (${databaseAddressPath}): back them up with pg_dump first, and then copy the data directory`;
  throw new BackupError(message, {}, 'BACKUP_ELSEWHERE');
}

interface FileCopy {
  readonly from: string;
  readonly name: string;
}

function filesOf(folder: BackendFolder): readonly FileCopy[] {
  const { issuerPath, carrierPath, hotListPath, ...others } = folder;
  const lists = existsSync(hotListPath) ? readdirSync(hotListPath) : [];
  return [
    ...[issuerPath, carrierPath].map((from) => ({ from, name: basename(from) })),
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
async function copy(from: string, to: string): Promise<void> {
  if (!from.endsWith('.db')) return copyBytes(from, to);
  await copyDatabase(from, to);
  await makeDurable(to);
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
