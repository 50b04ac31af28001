import { beforeEach, describe, expect, it } from 'vitest';
import { decodeHistoryEntry } from '#purse/history-block';
import { executionIdOf } from '#purse/purse-block';
import { businessDate, yen } from '#units';
import { debit, type TapOutcome } from '../../../terminal/debit/debit.ts';
import type { PurseCard, PurseWriteResult } from '../../../terminal/debit/purse-card.ts';
import type {
  JournalledIntent,
  PurseIntent,
  PurseIntentOutcome,
  PurseJournal,
} from '../../../terminal/debit/purse-journal.ts';
import { cardIdm, NOON, VALIDITY } from '../../scheme.ts';

const CERTIFICATE = new Uint8Array(8).fill(7);
const FULL = new Error('journal: the disk is full');

/** What happened at the card and on disk, in its order. */
let events: string[];
let intents: JournalledIntent[];

beforeEach(() => {
  events = [];
  intents = [];
});

/** A journal in memory. `failing` names the entry that never becomes durable. */
function journalFailingAt(failing: string | undefined): PurseJournal {
  const record = (event: string): Promise<void> => {
    events.push(event);
    return event === failing ? Promise.reject(FULL) : Promise.resolve();
  };
  const openOnes = (): PurseIntent[] =>
    intents.filter(({ outcome }) => outcome === undefined).map(({ intent }) => intent);
  return {
    nextTransactionNumber: () => Promise.resolve(intents.length + 1),
    recordIntent: async (intent) => {
      await record('intent');
      intents.push({ intent, outcome: undefined });
    },
    recordOutcome: async (intent, outcome: PurseIntentOutcome) => {
      await record(outcome.state);
      intents = intents.map((known) => (known.intent === intent ? { intent, outcome } : known));
    },
    recordHotListHit: async ({ isBlockedOnCard }) => {
      await record(`hit, ${isBlockedOnCard ? 'blocked' : 'not blocked'}`);
    },
    intentsOfSale: (saleId) =>
      Promise.resolve(intents.filter(({ intent }) => intent.saleId === saleId)),
    intentOfNumber: () => Promise.resolve(undefined),
    unresolvedIntentsOf: () => Promise.resolve(openOnes()),
    recordRefund: () => Promise.resolve(),
    recordMissedRefund: () => Promise.resolve(),
    refundOfId: () => Promise.resolve(undefined),
    refundsOfSale: () => Promise.resolve({ refunds: [], isMissed: false, claimed: yen(0) }),
    refundedSalesOf: () => Promise.resolve([]),
  };
}

/** A card with 1,000 yen that gives the answers of the script to its writes, one after the other. */
function cardAnswering(...script: readonly PurseWriteResult['result'][]): PurseCard {
  const answers = [...script];
  let held = { balance: yen(1_000), executionId: executionIdOf(4, 0) };
  return {
    idm: cardIdm(1),
    profile: undefined,
    read: () => {
      events.push('read');
      const purse = { ...held, cashback: yen(0), userData: new Uint8Array(4) };
      const cardData = {
        keyVersion: 1,
        issuerId: 81,
        expiry: businessDate('2031-11-23'),
        isBlocked: false,
        balanceMax: yen(50_000),
        debitMax: yen(20_000),
      };
      return Promise.resolve({ purse, validity: VALIDITY, newestEntry: undefined, cardData });
    },
    readHistory: () => {
      events.push('read log');
      const entries = intents.map(({ intent }) => decodeHistoryEntry(intent.historyBlock)!);
      return Promise.resolve(entries);
    },
    write: (write) => {
      events.push('write');
      const result = answers.shift() ?? 'written';
      if (result === 'written') {
        const executionId = write.purseBlock.slice(12);
        held = { balance: yen(700), executionId };
      }
      return Promise.resolve(result === 'refused' ? { result, detail: 'FF 01' } : { result });
    },
    readCertificate: () => {
      events.push('read certificate');
      return Promise.resolve(CERTIFICATE);
    },
    block: () => {
      events.push('block');
      return Promise.resolve({ result: 'written' });
    },
  };
}

function pay(card: PurseCard, failing?: string, saleId = 'sale 1'): Promise<TapOutcome> {
  return debit(
    { saleId, kind: 'debit', amount: yen(300) },
    {
      card,
      journal: journalFailingAt(failing),
      limits: { issuerId: 81, keyVersion: 1, amountMax: yen(30_000) },
      terminalId: 42,
      now: () => NOON,
      executionTagOf: (number) => number,
    },
  );
}

describe('a debit', () => {
  it('has its intent on disk before the write, and its outcome before anybody is told', async () => {
    expect(await pay(cardAnswering('written'))).toMatchObject({ outcome: 'approved' });
    expect(events).toEqual(['read', 'intent', 'write', 'read certificate', 'done']);
    expect(intents[0]?.outcome).toMatchObject({ resolution: 'at-tap', certificate: CERTIFICATE });
  });

  it('writes nothing to the card when its intent cannot be made durable', async () => {
    await expect(pay(cardAnswering('written'), 'intent')).rejects.toBe(FULL);
    expect(events).toEqual(['read', 'intent']);
  });

  it('whose outcome cannot be made durable stays open, and the next touch takes nothing', async () => {
    const card = cardAnswering('written');
    await expect(pay(card, 'done')).rejects.toBe(FULL);
    expect(intents).toMatchObject([{ outcome: undefined }]);
    events = [];
    expect(await pay(card)).toMatchObject({ outcome: 'approved', resolution: 'at-re-tap' });
    expect(events).toEqual(['read', 'read log', 'read certificate', 'done']);
  });

  it('whose answer is lost is not written again in the same session', async () => {
    expect(await pay(cardAnswering('lost'))).toMatchObject({ outcome: 'unresolved' });
    expect(events).toEqual(['read', 'intent', 'write']);
  });

  it('that the card did not do is written again, byte for byte, without a second intent', async () => {
    const card = cardAnswering('lost', 'written');
    const torn = await pay(card);
    events = [];
    const paid = await pay(card);
    expect(events).toEqual(['read', 'read log', 'write', 'read certificate', 'done']);
    expect('intent' in paid && paid.intent).toBe('intent' in torn && torn.intent);
  });

  it('that the card refuses is over, and the same sale may begin anew', async () => {
    const card = cardAnswering('refused', 'written');
    expect(await pay(card)).toEqual({ outcome: 'refused', reason: 'card-refused', balance: 1_000 });
    expect(events).toEqual(['read', 'intent', 'write', 'not-done']);
    expect(intents[0]?.outcome).toEqual({ state: 'not-done', detail: 'FF 01' });
    expect(await pay(card)).toMatchObject({ outcome: 'approved' });
    expect(intents).toHaveLength(2);
  });

  it('is not begun while an older one of the card cannot be put on disk as given up', async () => {
    const card = cardAnswering('lost', 'written');
    await pay(card);
    events = [];
    await expect(pay(card, 'not-done', 'sale 2')).rejects.toBe(FULL);
    expect(events).toEqual(['read', 'read log', 'not-done']);
    expect(intents).toHaveLength(1);
  });

  it('that is approved is answered from the journal, without a word to the card', async () => {
    const card = cardAnswering('written');
    await pay(card);
    events = [];
    expect(await pay(card)).toMatchObject({ outcome: 'approved', resolution: 'at-tap' });
    expect(events).toEqual([]);
  });

  it('of no yen, or of another amount under the same id, is a mistake of the caller', async () => {
    const card = cardAnswering('written');
    await pay(card);
    const dependencies = {
      card,
      journal: journalFailingAt(undefined),
      limits: { issuerId: 81, keyVersion: 1, amountMax: yen(30_000) },
      terminalId: 42,
      now: () => NOON,
      executionTagOf: (number: number) => number,
    };
    for (const amount of [yen(0), yen(301)]) {
      const request = { saleId: 'sale 1', kind: 'debit', amount } as const;
      await expect(debit(request, dependencies)).rejects.toThrow(/amount/);
    }
  });
});
