import { existsSync } from 'node:fs';
import type { HotList } from '#hotlist/hotlist';
import { issuerPublicKey } from '../batch/terminal-key.ts';
import { readText, type TerminalFolder } from '../config.ts';
import type { HotListLookUp } from '../debit/hot-list-hit.ts';
import { keyAt } from '../key-file.ts';
import { parseSamFile, publicPartOf } from '../sam/sam-file.ts';
import { HotListError, readHotListFile, readListBytes, writeHotListFile } from './hotlist-file.ts';
import { type HotListImport, type HotListIssuer, importHotList } from './hotlist-import.ts';
import { hotListLookUp } from './hotlist-look-up.ts';
import { type HotListSource, type HotListUpdate, updateHotList } from './update-hotlist.ts';

/** The hot list of a terminal's folder. Rejects with `ConfigError` or `HotListError`. */
export async function openHotList(
  folder: TerminalFolder,
  issuerId: number,
): Promise<HotListLookUp | undefined> {
  const list = await keptList(folder, issuerId);
  return list && hotListLookUp(list);
}

/** The same for whoever does not have the SAM at hand. */
export async function hotListOf(folder: TerminalFolder): Promise<HotList | undefined> {
  return await keptList(folder, issuerIdOf(folder));
}

/**
 * Takes a whole list or a delta into the folder. A list there that is damaged counts as none, so that a
 * whole one mends it. The journal stays closed: a terminal that is selling has it open.
 */
export async function importListFile(folder: TerminalFolder, path: string): Promise<HotListImport> {
  const issuer = issuerOf(folder, issuerIdOf(folder));
  const current = await soundList(folder, issuer);
  const bytes = await readListBytes(path);
  if (bytes === undefined) throw new HotListError('HOTLIST_UNAVAILABLE', `${path}: is not there`);
  const imported = importHotList(current, bytes, issuer);
  if (imported.result === 'imported') writeHotListFile(folder.hotListPath, imported.list);
  return imported;
}

/** Fetches what the folder lacks. A list there that is damaged counts as none. */
export async function updateListFile(
  folder: TerminalFolder,
  source: HotListSource,
): Promise<HotListUpdate> {
  const issuer = issuerOf(folder, issuerIdOf(folder));
  return await updateHotList({
    current: await soundList(folder, issuer),
    source,
    issuer,
    install: async (list) => {
      // A download takes its time, and a technician may have brought a newer one meanwhile.
      const now = await soundList(folder, issuer);
      if (now !== undefined && now.sequence > list.sequence) return now;
      writeHotListFile(folder.hotListPath, list);
      return list;
    },
  });
}

async function soundList(
  { hotListPath }: TerminalFolder,
  issuer: HotListIssuer,
): Promise<HotList | undefined> {
  try {
    return await readHotListFile(hotListPath, issuer);
  } catch (error) {
    if (error instanceof HotListError && error.code === 'HOTLIST_DAMAGED') return undefined;
    throw error;
  }
}

async function keptList(folder: TerminalFolder, issuerId: number): Promise<HotList | undefined> {
  // A terminal that never had a list needs no key to believe one.
  if (!existsSync(folder.hotListPath)) return undefined;
  return await readHotListFile(folder.hotListPath, issuerOf(folder, issuerId));
}

function issuerOf({ issuerKeyPath }: TerminalFolder, issuerId: number): HotListIssuer {
  const remedy = 'put the public key there that the issuer gave you';
  return { issuerId, publicKey: keyAt(issuerKeyPath, remedy, issuerPublicKey) };
}

function issuerIdOf({ samPath }: TerminalFolder): number {
  const remedy = 'put the SAM file there that the issuer made for you';
  return publicPartOf(parseSamFile(readText(samPath, remedy))).issuerId;
}
