import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { sameBytes } from '#felica/identifiers';
import type { EpochMs } from '#units';
import type { Database, SqlReader } from '../database/database.ts';
import { bytesIn, textIn } from '../database/row.ts';
import { readMerchantTotals } from './merchant-total.ts';
import {
  isProposalSigned,
  PARTY_COUNT,
  type Party,
  type Proposal,
  proposalBytes,
} from './proposal.ts';
import type { SettlementWindow } from './window.ts';

export interface ProposalSignature {
  /** The key it was made with, as a DER SubjectPublicKeyInfo (RFC 8410). */
  readonly publicKey: Uint8Array;
  readonly signature: Uint8Array;
}

/** What the books say that a closed window means. */
export async function readProposal(
  reader: SqlReader,
  issuerId: number,
  { number: windowNumber, businessDate, closedAt }: SettlementWindow,
): Promise<Proposal> {
  assert(closedAt !== undefined, `window ${windowNumber} is closed`);
  const totals = await readMerchantTotals(reader, windowNumber);
  return { issuerId, windowNumber, businessDate, closedAt, totals };
}

/** What was proposed, or `undefined` if nothing was. */
export async function readProposalBytes(
  reader: SqlReader,
  windowNumber: number,
): Promise<Uint8Array | undefined> {
  const [row] = await reader.all('SELECT bytes FROM settlement_proposal WHERE window_number = ?', [
    windowNumber,
  ]);
  return row && bytesIn(row, 'bytes');
}

export async function readSignatures(
  reader: SqlReader,
  windowNumber: number,
): Promise<ReadonlyMap<Party, ProposalSignature>> {
  const rows = await reader.all('SELECT * FROM proposal_signature WHERE window_number = ?', [
    windowNumber,
  ]);
  return new Map(
    rows.map((row) => [
      textIn(row, 'party') === 'carrier' ? 'carrier' : 'issuer',
      { publicKey: bytesIn(row, 'public_key'), signature: bytesIn(row, 'signature') },
    ]),
  );
}

/** The key the carrier signs with now, or `undefined` if it has told none. */
export async function readCarrierKey(reader: SqlReader): Promise<Uint8Array | undefined> {
  const [row] = await reader.all('SELECT public_key FROM carrier_key ORDER BY id DESC LIMIT 1');
  return row && bytesIn(row, 'public_key');
}

/** From now on the carrier signs with this key. */
export function registerCarrierKey(
  database: Database,
  publicKey: Uint8Array,
  now: EpochMs,
): Promise<{ readonly result: 'registered' | 'repeated' }> {
  return database.transaction(async (transaction) => {
    const known = await readCarrierKey(transaction);
    if (known !== undefined && sameBytes(known, publicKey)) return { result: 'repeated' };
    await transaction.run('INSERT INTO carrier_key (public_key, registered_at_ms) VALUES (?, ?)', [
      publicKey,
      now,
    ]);
    return { result: 'registered' };
  });
}

/** Whether issuer and carrier have both signed what the books still say of that window. */
export async function isSignedByBoth(
  reader: SqlReader,
  issuerId: number,
  window: SettlementWindow,
): Promise<boolean> {
  const bytes = await readProposalBytes(reader, window.number);
  if (bytes === undefined) return false;
  const fromBooks = proposalBytes(await readProposal(reader, issuerId, window));
  const signatures = await readSignatures(reader, window.number);
  return sameBytes(bytes, fromBooks) && isSignedByParties(reader, signatures, bytes);
}

/** Whether both parties have signed these bytes, the carrier with a key of its own. */
export async function isSignedByParties(
  reader: SqlReader,
  signatures: ReadonlyMap<Party, ProposalSignature>,
  bytes: Uint8Array,
): Promise<boolean> {
  const carrier = signatures.get('carrier');
  return (
    signatures.size === PARTY_COUNT &&
    carrier !== undefined &&
    (await isCarrierKey(reader, carrier.publicKey)) &&
    [...signatures.values()].every((one) => isGood(one, bytes))
  );
}

/** One that the carrier has told, now or before. */
async function isCarrierKey(reader: SqlReader, publicKey: Uint8Array): Promise<boolean> {
  const rows = await reader.all('SELECT id FROM carrier_key WHERE public_key = ?', [publicKey]);
  return rows.length > 0;
}

function isGood({ publicKey, signature }: ProposalSignature, bytes: Uint8Array): boolean {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
  return isProposalSigned(key, bytes, signature);
}
