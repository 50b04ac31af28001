import assert from 'node:assert/strict';
import { formatIdm } from '#felica/identifiers';
import type { SamKind } from '#purse/sam-kind';
import { BATCH_HEADER_BYTES, decodeBatch } from '../batch/batch.ts';
import type { BatchRecord } from '../batch/batch-record.ts';
import type { HitRecord } from '../batch/hit-record.ts';
import {
  type PurseRecord,
  RECORD_BYTES,
  type RecordKind,
  SAM_MAC_BYTES,
  UNSEALED_RECORD_BYTES,
} from '../batch/record.ts';
import type { RefundClaim } from '../batch/refund-claim.ts';
import type { SqlReader } from '../database/database.ts';
import { cardNameOf, readSurprisingCards } from '../issuer/card-account.ts';
import { readKeyRetirements } from '../issuer/key-retirement.ts';
import { KeystoreError } from '../issuer/keystore-error.ts';
import { cmacOfEach } from './batch-cmac.ts';
import { type CertificateMasters, expectedCertificates } from './expected-certificate.ts';
import { expectedLiteEvidence } from './lite-evidence.ts';
import { readEvidence, type UnverifiedBatch } from './unverified-batch.ts';
import {
  type RecordContext,
  type RecordVerdict,
  sameInConstantTime,
  verifyRecord,
} from './verify-record.ts';
import {
  type JudgedClaim,
  type JudgedHit,
  type ReportReason,
  reasonAgainstReport,
} from './verify-report.ts';

/** The issuer's keys, as far as records are verified with them. */
export interface RecordKeys {
  readonly issuerId: number;
  readonly certificateMaster: CertificateMasters;
  samKey(samId: number): Uint8Array;
  /** What the keys of Lite-S cards of that generation are made from. */
  liteMaster(keyVersion: number): Uint8Array;
}

export interface JudgedRecord {
  readonly record: PurseRecord;
  /** The IDm in hexadecimal. */
  readonly card: string;
  readonly context: RecordContext;
  readonly verdict: RecordVerdict;
}

export interface VerifiedBatch {
  readonly batch: UnverifiedBatch;
  readonly records: readonly JudgedRecord[];
  readonly hits: readonly JudgedHit[];
  readonly claims: readonly JudgedClaim[];
}

/**
 * Judges every record of a stored batch, but for reports of the same purse write and for the sales of
 * voids: only the posting, which runs alone, knows those. Nothing is written. Rejects with
 * {@link KeystoreError} `KEYSTORE_OUTDATED` where a card was issued with keys that this process has not read.
 */
export async function verifyBatch(
  reader: SqlReader,
  keys: RecordKeys,
  batch: UnverifiedBatch,
): Promise<VerifiedBatch> {
  const bytes = await readEvidence(reader, batch.evidenceId);
  const decoded = decodeBatch(bytes);
  assert(decoded.result === 'decoded', 'only batches that decode are stored');
  const { header, records, hits, claims } = decoded.batch;
  const surprises = await readSurprisingCards(reader, records);
  const samKey = keys.samKey(batch.samId);
  const seals = expectedSeals(samKey, bytes, header.recordCount);
  const retirements = await readKeyRetirements(reader);
  const certificates = expectedCertificates(records, keys.certificateMaster);
  const isSealAuthentic = ({ samNumber, samMac }: BatchRecord): boolean => {
    const offset = (samNumber - header.firstSamNumber) * SAM_MAC_BYTES;
    return sameInConstantTime(seals.subarray(offset, offset + SAM_MAC_BYTES), samMac);
  };
  const judged = records.map((record, index): JudgedRecord => {
    const card = formatIdm(record.idm);
    const name = record.cardProfile === undefined ? card : cardNameOf(record);
    const isOfOurs = !surprises.has(name) && record.issuerId === keys.issuerId;
    if (isOfOurs && certificates[index] === undefined) throw keysOutdated(record.keyVersion);
    const context: RecordContext = {
      issuerId: keys.issuerId,
      isSamKnown: batch.samKind !== undefined,
      kindsAllowed: kindsAllowedBy(batch),
      isSealAuthentic: isSealAuthentic(record),
      cardKeyVersion: surprises.has(name) ? surprises.get(name) : record.keyVersion,
      keyLastDay: retirements.get(record.keyVersion),
      amountMax: batch.amountMax,
      receivedAt: batch.receivedAt,
      expectedCertificate: certificates[index],
      expectedEvidence: expectedLiteEvidence(record, samKey, keys.liteMaster),
      earlierReport: 'none',
      isAfterGap: record.samNumber === header.firstSamNumber && batch.isAfterGap,
      voidedSale: 'known',
    };
    return { record, card, context, verdict: verifyRecord(record, context) };
  });
  const cards = await readUnissuedCards(reader, [...hits, ...claims]);
  const reasonAgainst = (report: HitRecord | RefundClaim): ReportReason | undefined =>
    reasonAgainstReport(report, {
      issuerId: keys.issuerId,
      isSamKnown: batch.samKind !== undefined,
      isSealAuthentic: isSealAuthentic(report),
      isCardKnown: !cards.has(formatIdm(report.idm)),
    });
  return {
    batch,
    records: judged,
    hits: hits.map((hit) => ({ hit, reason: reasonAgainst(hit) })),
    claims: claims.map((claim) => ({ claim, reason: reasonAgainst(claim) })),
  };
}

/** Which cards of the reports the issuer never issued, by IDm in hexadecimal. */
async function readUnissuedCards(
  reader: SqlReader,
  reports: readonly (HitRecord | RefundClaim)[],
): Promise<ReadonlySet<string>> {
  if (reports.length === 0) return new Set();
  // They name no key version and no profile, so most cards surprise: only those without an account count.
  const expected = reports.flatMap(({ idm }) => [
    { idm, keyVersion: 0 },
    { idm, keyVersion: 0, cardProfile: 'lite-s' as const },
  ]);
  const surprises = await readSurprisingCards(reader, expected);
  const issued = expected.filter((card) => surprises.get(cardNameOf(card)) !== undefined);
  const issuedNames = new Set(issued.map(({ idm }) => formatIdm(idm)));
  return new Set(reports.map(({ idm }) => formatIdm(idm)).filter((card) => !issuedNames.has(card)));
}

/** The SAM's MAC that each record must have, in a row. */
function expectedSeals(samKey: Uint8Array, batchBytes: Uint8Array, count: number): Uint8Array {
  return cmacOfEach(samKey, {
    bytes: batchBytes,
    offset: BATCH_HEADER_BYTES,
    stride: RECORD_BYTES,
    messageBytes: UNSEALED_RECORD_BYTES,
    count,
  });
}

/** The batch waits: what a newer generation certified must not be judged by who cannot check it. */
function keysOutdated(keyVersion: number): KeystoreError {
  const message = `cards of key generation ${keyVersion} exist, made after this program was started`;
  return new KeystoreError('KEYSTORE_OUTDATED', `${message}: restart it`);
}

/** What each kind of SAM can make a card do. */
const KINDS_BY_SAM: Readonly<Record<SamKind, readonly RecordKind[]>> = {
  pos: ['debit'],
  'pos-void': ['debit', 'void'],
  load: ['load'],
};

/** Nothing where the SAM is in a terminal of another kind. */
function kindsAllowedBy({ samKind, terminalKind }: UnverifiedBatch): readonly RecordKind[] {
  return samKind !== undefined && samKind === terminalKind ? KINDS_BY_SAM[samKind] : [];
}
