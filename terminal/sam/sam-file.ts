import assert from 'node:assert/strict';
import { clean, hexToBytes } from '@noble/ciphers/utils.js';
import { z } from 'zod';
import { type CardKeyLabel, KEY_BYTES, LITE_ROOT_LABEL } from '#purse/card-key';
import {
  parseSamEnvelope,
  type SamCeilings,
  type SamEnvelope,
  type SamPublicPart,
  samCeilings,
} from '#purse/sam-envelope';
import { SAM_RECORD_LABEL, type SamKeyEntry } from '#purse/sam-key-list';
import { LABELS_BY_KIND, SAM_KINDS, type SamKind } from '#purse/sam-kind';
import { parseJson } from '../json-text.ts';
import { SamError } from './sam-error.ts';
import { parseSamTokenFile, type SamTokenFile } from './sam-token-file.ts';

/** The masters of one key generation. */
export interface SamGeneration {
  readonly keyVersion: number;
  readonly masters: ReadonlyMap<CardKeyLabel, Uint8Array>;
  /** What the master key of Lite-S cards is made from: only on request, since it takes and makes value. */
  readonly liteRoot?: Uint8Array | undefined;
}

/** The keys of a software SAM, as the issuer wrote them to a file for one terminal. */
export interface SamKeys extends SamGeneration {
  readonly kind: SamKind;
  readonly samId: number;
  readonly issuerId: number;
  /** Newest first, all of them older than `keyVersion`. */
  readonly earlierGenerations?: readonly SamGeneration[];
  readonly recordKey: Uint8Array;
  /** Absent where the issuer set none. */
  readonly ceilings?: SamCeilings | undefined;
}

/** A SAM file as it stands on disk: its keys, what has to be unlocked, or where the keys are. */
export type SamFile =
  | { readonly form: 'plain'; readonly keys: SamKeys }
  | { readonly form: 'encrypted'; readonly envelope: SamEnvelope }
  | { readonly form: 'token'; readonly file: SamTokenFile };

/** Each one more costs an exchange with every card that is not ours. */
const GENERATIONS_MAX = 4;

const key = z
  .string()
  .regex(new RegExp(`^[0-9a-f]{${2 * KEY_BYTES}}$`), 'expected 32 lower-case hex digits');
const keyVersion = z.int().min(1).max(0xff);
const masters = z.record(z.string(), key);

const plainFile = z.object({
  version: z.literal(1),
  kind: z.enum(SAM_KINDS),
  samId: z.int().min(1).max(0xffff_ffff),
  issuerId: z.int().min(1).max(0xffff),
  keyVersion,
  masters,
  earlierGenerations: z.array(z.object({ keyVersion, masters })).optional(),
  recordKey: key,
  ceilings: samCeilings(),
});

/** Reads the text of a SAM file of any version. Throws {@link SamError}. */
export function parseSamFile(text: string): SamFile {
  const value = parseJson(text);
  const { version } = z.object({ version: z.unknown() }).catch({ version: 1 }).parse(value);
  if (version === 3) return { form: 'token', file: parseSamTokenFile(value) };
  if (version === 2) {
    const parsed = parseSamEnvelope(value);
    if ('envelope' in parsed) return { form: 'encrypted', envelope: parsed.envelope };
    throw new SamError('SAM_FILE_INVALID', `SAM file ${parsed.fault}`);
  }
  return { form: 'plain', keys: decodeSamFile(text) };
}

/**
 * Reads the text of a plain SAM file (version 1). Throws {@link SamError}: `SAM_FILE_INVALID` names
 * the field, and `SAM_FILE_RIGHTS_EXCESSIVE` refuses keys that a SAM of its kind must not hold.
 */
export function decodeSamFile(text: string): SamKeys {
  const parsed = plainFile.safeParse(parseJson(text));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path.join('.') ?? '';
    throw new SamError('SAM_FILE_INVALID', `SAM file ${field}: ${issue?.message ?? 'invalid'}`);
  }
  const file = parsed.data;
  const generations = [file, ...(file.earlierGenerations ?? [])];
  const entries = generations.flatMap((generation) =>
    Object.entries(generation.masters).map(([label, hex]) => ({
      version: generation.keyVersion,
      label,
      key: hexToBytes(hex),
    })),
  );
  const record = { version: 0, label: SAM_RECORD_LABEL, key: hexToBytes(file.recordKey) };
  return samKeysOf({ ...file, ceilings: file.ceilings }, [...entries, record]);
}

/** The keys of a SAM from the list that its file held. Throws {@link SamError}. */
export function samKeysOf(file: SamPublicPart, entries: readonly SamKeyEntry[]): SamKeys {
  const kind = SAM_KINDS.find((known) => known === file.kind);
  if (kind === undefined) throw invalid('kind: no kind of SAM');
  const recordKey = entries.find(({ label }) => label === SAM_RECORD_LABEL)?.key;
  if (recordKey === undefined) throw invalid('recordKey: missing');
  const versions = new Set(entries.map(({ version }) => version).filter((version) => version > 0));
  const isTooMany = versions.size > GENERATIONS_MAX;
  if (isTooMany) throw invalid(`masters: expected up to ${GENERATIONS_MAX} generations`);
  versions.add(file.keyVersion);
  const [newest, ...earlierGenerations] = [...versions]
    .sort((first, second) => second - first)
    .map((version) => generationOf(kind, version, entries));
  if (newest?.keyVersion !== file.keyVersion) throw invalid('keyVersion: not the newest one');
  const { samId, issuerId, ceilings } = file;
  return { ...newest, kind, samId, issuerId, earlierGenerations, recordKey, ceilings };
}

/** The inverse of {@link samKeysOf}. */
export function samKeyEntriesOf(keys: SamKeys): readonly SamKeyEntry[] {
  const masterEntries = generationsOf(keys).flatMap(({ keyVersion: version, masters: own }) =>
    [...own].map(([label, master]) => ({ version, label, key: master })),
  );
  const liteEntries = generationsOf(keys).flatMap(({ keyVersion: version, liteRoot }) =>
    liteRoot === undefined ? [] : [{ version, label: LITE_ROOT_LABEL, key: liteRoot }],
  );
  return [
    ...masterEntries,
    ...liteEntries,
    { version: 0, label: SAM_RECORD_LABEL, key: keys.recordKey },
  ];
}

/** What a SAM file tells without its keys being unlocked. */
export function publicPartOf(file: SamFile): SamPublicPart {
  if (file.form === 'encrypted') return file.envelope;
  if (file.form === 'plain') return { ...file.keys, ceilings: file.keys.ceilings };
  const [newest] = file.file.keyVersions;
  assert(newest !== undefined, 'a SAM file of a token was checked for its key versions');
  return { ...file.file, keyVersion: newest };
}

/** Newest first. */
export function generationsOf(keys: SamKeys): readonly SamGeneration[] {
  return [keys, ...(keys.earlierGenerations ?? [])];
}

/** Overwrites every key. What the JSON of a plain file left in memory stays: strings cannot be. */
export function eraseSamKeys(keys: SamKeys): void {
  clean(...samKeyEntriesOf(keys).map((entry) => entry.key));
}

function generationOf(
  kind: SamKind,
  version: number,
  entries: readonly SamKeyEntry[],
): SamGeneration {
  const expected = LABELS_BY_KIND[kind];
  const all = entries.filter((entry) => entry.version === version);
  const liteRoot = all.find(({ label }) => label === LITE_ROOT_LABEL)?.key;
  const own = all.filter(({ label }) => label !== LITE_ROOT_LABEL);
  const found = new Map<CardKeyLabel, Uint8Array>();
  for (const label of expected) {
    const entry = own.find((candidate) => candidate.label === label);
    if (entry === undefined) throw invalid(`masters.${label}: missing in generation ${version}`);
    found.set(label, entry.key);
  }
  const excess = own.filter(({ label }) => !expected.some((known) => known === label));
  if (excess.length > 0) {
    const labels = excess.map(({ label }) => label).join(', ');
    const message = `a ${kind} SAM must not hold the masters ${labels}`;
    throw new SamError('SAM_FILE_RIGHTS_EXCESSIVE', message);
  }
  return { keyVersion: version, masters: found, liteRoot };
}

function invalid(message: string): SamError {
  return new SamError('SAM_FILE_INVALID', `SAM file ${message}`);
}
