import { createPublicKey, type KeyObject } from 'node:crypto';
import { sameBytes } from '#felica/identifiers';
import type { Yen } from '#units';
import { commissionOf, PARTY_COUNT, type Party, proposalBytes, signProposal } from './proposal.ts';
import {
  readCarrierKey,
  readProposal,
  readProposalBytes,
  readSignatures,
} from './proposal-store.ts';
import type { ProposalDependencies } from './propose-window.ts';
import { readWindow } from './window.ts';

/** In the order in which they are looked for. */
export type SignRefusal =
  | 'SETTLEMENT_WINDOW_UNKNOWN'
  | 'SETTLEMENT_NOT_PROPOSED'
  | 'SETTLEMENT_PROPOSAL_DIFFERS'
  | 'SETTLEMENT_KEY_UNKNOWN'
  | 'SETTLEMENT_ADVICE_REFUSED';

export type SignResult =
  /** `repeated`: this party signed before, and nothing changes. */
  | {
      readonly result: 'signed' | 'repeated';
      readonly signature: Uint8Array;
      /** Both have signed. */
      readonly isComplete: boolean;
    }
  | { readonly result: 'refused'; readonly reason: SignRefusal; readonly detail: string };

export interface Signing {
  readonly windowNumber: number;
  readonly party: Party;
  /** An Ed25519 key. */
  readonly privateKey: KeyObject;
}

/**
 * Signs the proposal of a window for one party. It is computed from the books again first: nobody signs
 * what is only on file. The carrier signs with the key that is registered as its own, and only if its
 * own books say the same commission.
 */
export async function signWindow(
  dependencies: ProposalDependencies,
  signing: Signing,
): Promise<SignResult> {
  const { database, issuerId } = dependencies;
  const { windowNumber, party } = signing;
  const detail = `window ${windowNumber}`;
  const window = await readWindow(database, windowNumber);
  if (window === undefined) return refused('SETTLEMENT_WINDOW_UNKNOWN', detail);
  const bytes = await readProposalBytes(database, windowNumber);
  if (bytes === undefined) return refused('SETTLEMENT_NOT_PROPOSED', detail);
  const proposal = await readProposal(database, issuerId, window);
  if (!sameBytes(proposalBytes(proposal), bytes)) {
    return refused('SETTLEMENT_PROPOSAL_DIFFERS', detail);
  }
  const objection =
    party === 'carrier'
      ? await carrierObjection(dependencies, signing, commissionOf(proposal))
      : undefined;
  if (objection !== undefined) return refused(objection, detail);
  return writeSignature(dependencies, signing, bytes);
}

async function carrierObjection(
  { database, carrier }: ProposalDependencies,
  { windowNumber, privateKey }: Signing,
  amount: Yen,
): Promise<SignRefusal | undefined> {
  const registered = await readCarrierKey(database);
  if (registered === undefined || !sameBytes(registered, publicDerOf(privateKey))) {
    return 'SETTLEMENT_KEY_UNKNOWN';
  }
  if (amount === 0) return undefined;
  const receipt = await carrier.receiveAdvice({ windowNumber, kind: 'earned', amount });
  return receipt.result === 'refused' ? 'SETTLEMENT_ADVICE_REFUSED' : undefined;
}

function writeSignature(
  { database, now }: ProposalDependencies,
  { windowNumber, party, privateKey }: Signing,
  bytes: Uint8Array,
): Promise<SignResult> {
  return database.transaction(async (transaction): Promise<SignResult> => {
    const known = await readSignatures(transaction, windowNumber);
    const own = known.get(party);
    const isComplete = new Set([...known.keys(), party]).size === PARTY_COUNT;
    if (own !== undefined) return { result: 'repeated', signature: own.signature, isComplete };
    const signature = signProposal(privateKey, bytes);
    await transaction.run('INSERT INTO proposal_signature VALUES (?, ?, ?, ?, ?)', [
      windowNumber,
      party,
      publicDerOf(privateKey),
      signature,
      now(),
    ]);
    return { result: 'signed', signature, isComplete };
  });
}

function publicDerOf(privateKey: KeyObject): Uint8Array {
  const publicKey = createPublicKey(privateKey);
  return Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }));
}

function refused(reason: SignRefusal, detail: string): SignResult {
  return { result: 'refused', reason, detail };
}
