import type { SamCeilings } from '#purse/sam-envelope';
import type { Sam, SamAuthentication } from './sam.ts';
import { CARDS_FAILED_MAX, type SamMemory, type SamState } from './sam-state.ts';
import type { Uncollected } from './uncollected.ts';
import { requireUnlocked } from './unlock-guard.ts';

/** A SAM with ceilings and a lock, wherever its keys are. */
export interface GuardedSam extends Sam {
  /** Told once the journal is open, and again after each acknowledged upload. */
  countUncollected(uncollected: Uncollected): void;
}

export interface SamGuard {
  readonly ceilings: SamCeilings | undefined;
  readonly memory: SamMemory;
}

/**
 * Adds to a SAM what a SAM does besides keys: it counts what it seals against its ceilings, and locks
 * after too many cards in a row that answer and do not know its keys.
 *
 * Sealing itself is never refused: a debit that a card has done must reach the issuer.
 */
export function guardedSam(sam: Sam, { ceilings, memory }: SamGuard): GuardedSam {
  let uncollected: Uncollected = { count: 0, amount: 0, lastSamNumber: 0 };
  const probing = probeCounter(memory);
  const startLite = sam.startLiteAuthentication;
  return {
    kind: sam.kind,
    samId: sam.samId,
    issuerId: sam.issuerId,
    keyVersions: sam.keyVersions,
    get isLocked() {
      return probing.isLocked();
    },
    get room() {
      return (
        ceilings && {
          count: ceilings.count - uncollected.count,
          amount: ceilings.amount - uncollected.amount,
        }
      );
    },
    countUncollected: (known) => {
      uncollected = known;
    },
    startAuthentication: async (idm, keyVersion) => {
      if (probing.isLocked()) requireUnlocked(memory);
      const authentication = await sam.startAuthentication(idm, keyVersion);
      // A card of an older generation does not know the newer keys: only the oldest tells.
      const isLast = keyVersion === sam.keyVersions.at(-1);
      return watched(authentication, probing, isLast);
    },
    startLiteAuthentication:
      startLite &&
      (async (idm) => {
        if (probing.isLocked()) requireUnlocked(memory);
        const authentication = await startLite(idm);
        return {
          challenge: authentication.challenge,
          answer: (blocks) => {
            const channel = authentication.answer(blocks);
            if (channel === undefined) probing.failed();
            else probing.passed();
            return channel;
          },
        };
      }),
    seal: async (record) => {
      const sealed = await sam.seal(record);
      // A record that could not be written is sealed again with the same number.
      if (record.samNumber > uncollected.lastSamNumber) {
        uncollected = {
          count: uncollected.count + 1,
          amount: uncollected.amount + record.amount,
          lastSamNumber: record.samNumber,
        };
      }
      return sealed;
    },
    // Neither takes anything from a card, so they count against no ceiling.
    sealHit: (hit) => sam.sealHit(hit),
    sealRefundClaim: (claim) => sam.sealRefundClaim(claim),
    close: () => sam.close(),
  };
}

interface ProbeCounter {
  isLocked(): boolean;
  failed(): void;
  passed(): void;
}

function probeCounter(memory: SamMemory): ProbeCounter {
  let state = memory.read();
  const write = (changes: Partial<SamState>): void => {
    state = { ...memory.read(), ...changes };
    memory.write(state);
  };
  return {
    isLocked: () => {
      // Read again while it is locked: an operator may have unlocked it in another process.
      if (state.lockedBy !== undefined) state = memory.read();
      return state.lockedBy !== undefined;
    },
    failed: () => {
      const failedCards = state.failedCards + 1;
      write(failedCards < CARDS_FAILED_MAX ? { failedCards } : { failedCards, lockedBy: 'cards' });
    },
    // The disk is touched only where there is something to forget.
    passed: () => {
      if (state.failedCards > 0) write({ failedCards: 0 });
    },
  };
}

function watched(
  authentication: SamAuthentication,
  probing: ProbeCounter,
  isLast: boolean,
): SamAuthentication {
  return {
    services: authentication.services,
    request: authentication.request,
    answer: async (response) => {
      const request = await authentication.answer(response);
      if (request === undefined && isLast) probing.failed();
      return request;
    },
    complete: async (response) => {
      const channel = await authentication.complete(response);
      if (channel === undefined) probing.failed();
      else probing.passed();
      return channel;
    },
  };
}
