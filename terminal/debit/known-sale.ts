import type { PurseRequest } from './purse-intent.ts';
import type { JournalledIntent, PurseIntent } from './purse-journal.ts';

/** What the journal knows of a sale. At most one of its intents is done, and at most one open. */
export interface KnownSale {
  readonly done:
    | { readonly intent: PurseIntent; readonly resolution: 'at-tap' | 'at-re-tap' }
    | undefined;
  /** Nobody knows yet what the card did: without an outcome, or left to the issuer. */
  readonly pending: PurseIntent | undefined;
}

export function knownSaleOf(intents: readonly JournalledIntent[]): KnownSale {
  let done: KnownSale['done'];
  let pending: PurseIntent | undefined;
  for (const { intent, outcome } of intents) {
    if (outcome?.state === 'done') done ??= { intent, resolution: outcome.resolution };
    else if (outcome?.state !== 'not-done') pending ??= intent;
  }
  return { done, pending };
}

/**
 * A sale id stands for one amount of one kind. A void that the card did not do stands for none: more or
 * less of its sale may have been asked back since.
 */
export function isOfRequest({ intent, outcome }: JournalledIntent, request: PurseRequest): boolean {
  if (intent.kind === 'void' && outcome?.state === 'not-done') return request.kind === 'void';
  const isSameAmount = (intent.asked ?? intent.amount) === request.amount;
  return isSameAmount && intent.kind === request.kind && intent.fundedBy === request.fundedBy;
}

const OF_VOID = 'void of ';
const OF_PENDING_LOAD = 'pending load ';

/** The id under which the void of a sale stands in the journal. */
export function voidIdOf(saleId: string): string {
  return `${OF_VOID}${saleId}`;
}

/** The id under which a pending load stands in the journal. */
export function pendingLoadIdOf(number: number): string {
  return `${OF_PENDING_LOAD}${number}`;
}

/** A sale with such an id would count as given back, or as loaded, what never was. */
export function isReservedId({ kind, saleId }: Pick<PurseRequest, 'kind' | 'saleId'>): boolean {
  return kind !== 'void' && (saleId.startsWith(OF_VOID) || saleId.startsWith(OF_PENDING_LOAD));
}
