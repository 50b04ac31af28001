import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { type BusinessDate, businessDateOf, epochMs } from '#units';
import { hashOf } from '../batch/batch.ts';
import type { SqlReader } from '../database/database.ts';
import { bytesIn, numberIn, textIn } from '../database/row.ts';
import { inclusionPath, isIncluded, merkleRoot } from './merkle-tree.ts';
import { hex } from './raw-batch.ts';

/** What the auditor publishes of one day, in the order of its canonical text. */
export interface DailyProof {
  readonly format: 'kazasu-audit-proof-1';
  /** The day in Japan on which the batches came. */
  readonly date: string;
  readonly batchCount: number;
  /** Over the hashes of the day's batches, in the order in which they came (RFC 6962). */
  readonly batchRoot: string;
  /** Each account kind of the issuer's books at the end of the day, debits positive. */
  readonly balances: Readonly<Record<string, number>>;
  /** SHA-256 of the canonical text of the day published before; empty for the first. */
  readonly previousProof: string;
  /** What did not agree when the day was published, in all that was audited. */
  readonly findingCount: number;
}

/** A batch that is in the day of a proof. */
export interface BatchInclusion {
  readonly format: 'kazasu-batch-inclusion-1';
  readonly date: string;
  /** SHA-256 over all bytes of the batch. */
  readonly batchHash: string;
  readonly index: number;
  readonly leafCount: number;
  readonly path: readonly string[];
}

const HASH = z.string().regex(/^[0-9a-f]{64}$/);
const DATE = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

export const DAILY_PROOF: z.ZodType<DailyProof> = z.strictObject({
  format: z.literal('kazasu-audit-proof-1'),
  date: DATE,
  batchCount: z.int().min(0),
  batchRoot: HASH,
  balances: z.record(z.string(), z.int()),
  previousProof: z.union([HASH, z.literal('')]),
  findingCount: z.int().min(0),
});

export const SIGNED_PROOF: z.ZodType<SignedProof> = z.strictObject({
  proof: DAILY_PROOF,
  signature: z.string().regex(/^[0-9a-f]{128}$/),
});

export const BATCH_INCLUSION: z.ZodType<BatchInclusion> = z.strictObject({
  format: z.literal('kazasu-batch-inclusion-1'),
  date: DATE,
  batchHash: HASH,
  index: z.int().min(0),
  leafCount: z.int().min(1),
  path: z.array(HASH).max(64),
});

export interface SignedProof {
  readonly proof: DailyProof;
  /** Ed25519 over the canonical text. */
  readonly signature: string;
}

function byText(first: string, second: string): number {
  return first < second ? -1 : 1;
}

/** JSON without blanks, fields in the order of {@link DailyProof}, accounts by name. */
export function canonicalText(proof: DailyProof): string {
  const names = Object.keys(proof.balances).sort(byText);
  return JSON.stringify({
    format: proof.format,
    date: proof.date,
    batchCount: proof.batchCount,
    batchRoot: proof.batchRoot,
    balances: Object.fromEntries(names.map((name) => [name, proof.balances[name]])),
    previousProof: proof.previousProof,
    findingCount: proof.findingCount,
  });
}

export function proofHash(proof: DailyProof): string {
  return createHash('sha256').update(canonicalText(proof)).digest('hex');
}

export function signProof(proof: DailyProof, privateKey: KeyObject): SignedProof {
  const signature = sign(null, Buffer.from(canonicalText(proof)), privateKey);
  return { proof, signature: hex(signature) };
}

export function isProofAuthentic({ proof, signature }: SignedProof, key: KeyObject): boolean {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const bytes = Buffer.from(canonicalText(proof));
  return verify(null, bytes, publicKey, Buffer.from(signature, 'hex'));
}

/** What a day was, as the database says now; the rest of its proof is of the moment it is published. */
export async function figuresOf(
  reader: SqlReader,
  date: BusinessDate,
): Promise<Pick<DailyProof, 'batchCount' | 'batchRoot' | 'balances'>> {
  const hashes = await batchHashesOf(reader, date);
  const { end } = dayOf(date);
  const rows = await reader.all(BALANCES_STATEMENT, [end]);
  const balances = rows.map(
    (row) => [textIn(row, 'account_kind'), numberIn(row, 'sum_yen')] as const,
  );
  return {
    batchCount: hashes.length,
    batchRoot: hex(merkleRoot(hashes)),
    balances: Object.fromEntries(balances.filter(([, sum]) => sum !== 0)),
  };
}

/** Of a batch that came at some day: where it stands in the tree of that day. */
export async function inclusionOf(
  reader: SqlReader,
  batchHash: Uint8Array,
): Promise<BatchInclusion | undefined> {
  const [row] = await reader.all('SELECT received_at_ms FROM batch WHERE hash = ?', [batchHash]);
  if (row === undefined) return undefined;
  const date = businessDateOf(epochMs(numberIn(row, 'received_at_ms')));
  const hashes = await batchHashesOf(reader, date);
  const name = hex(batchHash);
  const at = hashes.findIndex((hash) => hex(hash) === name);
  const { index, leafCount, path } = inclusionPath(hashes, at);
  const format = 'kazasu-batch-inclusion-1';
  return { format, date, batchHash: name, index, leafCount, path: path.map(hex) };
}

/** Whether these bytes are a batch of the day that the proof speaks of. */
export function isBatchIncluded(
  batch: Uint8Array,
  { date, batchHash, index, leafCount, path }: BatchInclusion,
  proof: DailyProof,
): boolean {
  const hash = hashOf(batch);
  const isOfDay = date === proof.date && leafCount === proof.batchCount;
  if (hex(hash) !== batchHash || !isOfDay) return false;
  const place = { index, leafCount, path: path.map(bytesOf) };
  return isIncluded(hash, place, bytesOf(proof.batchRoot));
}

const HASHES_STATEMENT = `
SELECT hash FROM batch WHERE received_at_ms >= ? AND received_at_ms < ? ORDER BY id`;

const BALANCES_STATEMENT = `
SELECT CASE WHEN instr(account, ':') > 0 THEN substr(account, 1, instr(account, ':') - 1)
    ELSE account END AS account_kind, sum(amount_yen) AS sum_yen
FROM entry JOIN transfer ON transfer.id = entry.transfer_id
WHERE posted_at_ms < ? GROUP BY account_kind ORDER BY account_kind`;

async function batchHashesOf(
  reader: SqlReader,
  date: BusinessDate,
): Promise<readonly Uint8Array[]> {
  const { start, end } = dayOf(date);
  const rows = await reader.all(HASHES_STATEMENT, [start, end]);
  return rows.map((row) => bytesIn(row, 'hash'));
}

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Japan has no summer time. */
export function dayOf(date: BusinessDate): { readonly start: number; readonly end: number } {
  const start = Date.parse(`${date}T00:00:00+09:00`);
  return { start, end: start + DAY_MS };
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}
