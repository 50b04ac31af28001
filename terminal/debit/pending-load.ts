import { cardCounterOf } from '#purse/purse-block';
import type { Yen } from '#units';
import { type DebitDependencies, debit, settleFromCard, type TapRefusal } from './debit.ts';
import { knownSaleOf, pendingLoadIdOf } from './known-sale.ts';
import type { PurseIntent, PurseJournal } from './purse-journal.ts';

/** Value that waits at the issuer for a card: this terminal may load it, as the card stands now. */
export interface PendingLoadOffer {
  /** The issuer's, one for each pending load. */
  readonly number: number;
  readonly amount: Yen;
}

export type PendingLoadAnswer =
  | { readonly result: 'offered'; readonly offer: PendingLoadOffer }
  | { readonly result: 'none' }
  /** A terminal that was offered it may have loaded it: the issuer waits for that terminal's batch. */
  | { readonly result: 'in-doubt'; readonly number: number };

/** The issuer, asked by a load terminal with a card in its field. */
export interface PendingLoadSource {
  /** Rejects with `UplinkError` where the issuer does not answer, or answers what nobody signed. */
  ask(card: { readonly idm: Uint8Array; readonly cardCounter: number }): Promise<PendingLoadAnswer>;
}

export interface GivenPendingLoads {
  /** Loads without cash that are on the card now, oldest first, those of an earlier touch too. */
  readonly given: readonly PurseIntent[];
  /** Why there is no more: nothing else waits, or it could not be loaded now. */
  readonly end: 'none' | 'in-doubt' | 'unresolved' | TapRefusal;
}

/** Nobody has so many; an issuer that goes on and on must not hold the card for ever. */
const LOADS_MAX = 16;

/**
 * Loads what waits for the card in the field. Each offer holds for the card as it stands, so that no two
 * terminals can load the same value: whoever writes first makes the card's counter another one.
 */
export async function givePendingLoads(
  source: PendingLoadSource,
  // Each load leaves less of what the SAM may still seal.
  dependenciesNow: () => DebitDependencies,
): Promise<GivenPendingLoads> {
  const given: PurseIntent[] = [];
  for (let count = 0; count < LOADS_MAX; count++) {
    const dependencies = dependenciesNow();
    const { card, journal } = dependencies;
    const snapshot = await card.read();
    if (snapshot === undefined) return { given, end: 'card-left' };
    const settled = await settleFromCard(snapshot, dependencies);
    if (settled === 'card-left') return { given, end: 'card-left' };
    given.push(...settled.filter(isPendingLoadDone).map(({ intent }) => intent));
    const cardCounter = cardCounterOf(snapshot.purse.executionId);
    const answer = await source.ask({ idm: card.idm, cardCounter });
    if (answer.result === 'none') return { given, end: 'none' };
    if (answer.result === 'in-doubt') {
      // What this terminal has loaded is in doubt until its next upload, and not here.
      return { given, end: (await isLoaded(answer.number, journal)) ? 'none' : 'in-doubt' };
    }
    const { number, amount } = answer.offer;
    const saleId = pendingLoadIdOf(number);
    // The issuer was told less than this journal knows, or knows less than it did.
    if (await isLoaded(number, journal)) return { given, end: 'in-doubt' };
    const request = { saleId, kind: 'load', amount, fundedBy: 'pending-load' } as const;
    const outcome = await debit(request, dependencies);
    if (outcome.outcome === 'refused') return { given, end: outcome.reason };
    if (outcome.outcome === 'unresolved') return { given, end: 'unresolved' };
    given.push(outcome.intent);
  }
  return { given, end: 'none' };
}

async function isLoaded(number: number, journal: PurseJournal): Promise<boolean> {
  return knownSaleOf(await journal.intentsOfSale(pendingLoadIdOf(number))).done !== undefined;
}

function isPendingLoadDone({
  intent,
  fate,
}: {
  readonly intent: PurseIntent;
  readonly fate: string;
}): boolean {
  return intent.fundedBy === 'pending-load' && fate === 'done';
}
