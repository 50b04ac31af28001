import type { EpochMs } from '#units';
import type { Database } from '../database/database.ts';
import type { CarrierPort } from './commission-advice.ts';
import { proposalBytes } from './proposal.ts';
import { readProposal, readProposalBytes } from './proposal-store.ts';
import { readWindow } from './window.ts';

/** In the order in which they are looked for. */
export type ProposeRefusal =
  | 'SETTLEMENT_WINDOW_UNKNOWN'
  | 'SETTLEMENT_WINDOW_OPEN'
  | 'SETTLEMENT_WINDOW_SETTLED';

export type ProposeResult =
  /** `repeated`: it was proposed before, in these words. */
  | { readonly result: 'proposed' | 'repeated'; readonly bytes: Uint8Array }
  | { readonly result: 'refused'; readonly reason: ProposeRefusal; readonly detail: string };

export interface ProposalDependencies {
  readonly database: Database;
  readonly issuerId: number;
  readonly carrier: CarrierPort;
  readonly now: () => EpochMs;
}

/** Writes down what a closed window means for each party. It is written once. */
export function proposeWindow(
  { database, issuerId, now }: ProposalDependencies,
  windowNumber: number,
): Promise<ProposeResult> {
  return database.transaction(async (transaction): Promise<ProposeResult> => {
    const window = await readWindow(transaction, windowNumber);
    const detail = `window ${windowNumber}`;
    if (window === undefined) return refused('SETTLEMENT_WINDOW_UNKNOWN', detail);
    if (window.state === 'open') return refused('SETTLEMENT_WINDOW_OPEN', detail);
    const known = await readProposalBytes(transaction, windowNumber);
    if (known !== undefined) return { result: 'repeated', bytes: known };
    if (window.settledAt !== undefined) return refused('SETTLEMENT_WINDOW_SETTLED', detail);
    const bytes = proposalBytes(await readProposal(transaction, issuerId, window));
    await transaction.run('INSERT INTO settlement_proposal VALUES (?, ?, ?)', [
      windowNumber,
      bytes,
      now(),
    ]);
    return { result: 'proposed', bytes };
  });
}

function refused(reason: ProposeRefusal, detail: string): ProposeResult {
  return { result: 'refused', reason, detail };
}
