import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRecord } from '#batch/record';
import type { CardLink } from '#emulated-card';
import { milliseconds, yen } from '#units';
import type { EmulatedCard } from '../../../card-emulator/card/open-card.ts';
import type { PurseJournal } from '../../../terminal/debit/purse-journal.ts';
import { Journal } from '../../../terminal/journal/journal.ts';
import { JournalError } from '../../../terminal/journal/journal-error.ts';
import { PurseTerminal, type SaleOutcome } from '../../../terminal/purse-terminal.ts';
import { EmulatedReader } from '../../../terminal/reader/emulated-reader.ts';
import type { Sam } from '../../../terminal/sam/sam.ts';
import { ISSUER_ID, issuedCard, issuedLiteS, liteSam, NOON, testSam } from '../../scheme.ts';
import { SimulatedDisk } from '../../simulation/simulated-disk.ts';
import { balanceOf } from '../counter.ts';

const SEED = 20_261_123;
const LOADED = 50_000;
const SALES = 6;

/** One touch of the card: which sale it is for, and what goes wrong in it. */
const touchOf = (exchanges: number) =>
  fc.record({
    sale: fc.nat(SALES - 1),
    /** The exchange that gets no answer; the last ones are of a sale that is resolved. */
    silentExchange: fc.option(fc.integer({ min: 1, max: exchanges })),
    isExecuted: fc.boolean(),
    /** Whether the card is still there afterwards, so that the cashier asks again at once. */
    staysInField: fc.boolean(),
    diskFault: fc.constantFrom('none', 'none', 'none', 'intent', 'outcome', 'power cut'),
  });

type Touch = ReturnType<typeof touchOf> extends fc.Arbitrary<infer Value> ? Value : never;

/** What is the same story with another card. */
interface Kind {
  readonly card: () => EmulatedCard;
  readonly sam: (kind: 'pos' | 'load', samId: number) => Sam;
  /** Of a tap, and some more. */
  readonly exchanges: number;
}

const STANDARD: Kind = { card: () => issuedCard(1), sam: testSam, exchanges: 9 };
const LITE_S: Kind = { card: () => issuedLiteS(1), sam: liteSam, exchanges: 17 };

/** A terminal whose disk fails when it is told to. */
class Shop {
  readonly reader: EmulatedReader = new EmulatedReader();
  readonly journal: Journal;
  diskFault: Touch['diskFault'] = 'none';
  readonly #terminalId: number;
  readonly #kind: 'pos' | 'load';
  readonly #samOf: Kind['sam'];
  #terminal: PurseTerminal;

  private constructor(
    terminalId: number,
    kind: 'pos' | 'load',
    { journal, samOf }: { readonly journal: Journal; readonly samOf: Kind['sam'] },
  ) {
    this.#terminalId = terminalId;
    this.#kind = kind;
    this.#samOf = samOf;
    this.journal = journal;
    this.#terminal = this.#start();
  }

  static async open(
    samOf: Kind['sam'],
    terminalId: number,
    kind: 'pos' | 'load' = 'pos',
  ): Promise<Shop> {
    const sam = samOf(kind, terminalId);
    const journal = await Journal.open({
      file: new SimulatedDisk(),
      terminalId,
      sam,
      now: () => NOON,
    });
    return new Shop(terminalId, kind, { journal, samOf });
  }

  /** The program starts again: it knows what is in its journal and nothing else. */
  restart(): void {
    this.#terminal = this.#start();
  }

  async tap(saleId: string, amount: number): Promise<SaleOutcome | undefined> {
    const kind = this.#kind === 'load' ? 'load' : 'debit';
    try {
      return await this.#terminal.tap({ saleId, kind, amount: yen(amount) }, milliseconds(0));
    } catch (error) {
      if (error instanceof JournalError) return undefined;
      throw error;
    }
  }

  async recordedAmounts(): Promise<readonly number[]> {
    const encoded = await this.journal.openRecords(1_000);
    return encoded.map((bytes) => {
      const decoded = decodeRecord(bytes);
      if (decoded.result === 'refused') throw new Error(decoded.field);
      return decoded.record.amount;
    });
  }

  #start(): PurseTerminal {
    return new PurseTerminal({
      terminalId: this.#terminalId,
      reader: this.reader,
      sam: this.#samOf(this.#kind, this.#terminalId),
      journal: this.#failingJournal(),
      limits: { issuerId: ISSUER_ID, amountMax: yen(LOADED) },
      now: () => NOON,
    });
  }

  #failingJournal(): PurseJournal {
    const { journal } = this;
    const full = (): Promise<never> =>
      Promise.reject(new JournalError('JOURNAL_FULL', 'journal: the disk is full'));
    return {
      nextTransactionNumber: () => journal.nextTransactionNumber(),
      intentsOfSale: (saleId) => journal.intentsOfSale(saleId),
      intentOfNumber: (number) => journal.intentOfNumber(number),
      unresolvedIntentsOf: (idm) => journal.unresolvedIntentsOf(idm),
      recordHotListHit: (hit) => journal.recordHotListHit(hit),
      recordRefund: (refund) => journal.recordRefund(refund),
      recordMissedRefund: (saleId) => journal.recordMissedRefund(saleId),
      refundOfId: (refundId) => journal.refundOfId(refundId),
      refundsOfSale: (saleId) => journal.refundsOfSale(saleId),
      refundedSalesOf: (idm) => journal.refundedSalesOf(idm),
      recordIntent: async (intent) => {
        if (this.diskFault === 'intent') return full();
        await journal.recordIntent(intent);
        // On disk, and the power is gone before the write leaves.
        return this.diskFault === 'power cut' ? full() : undefined;
      },
      recordOutcome: (intent, outcome) =>
        this.diskFault === 'outcome' ? full() : journal.recordOutcome(intent, outcome),
    };
  }
}

/** A card that is touched once: one of its answers does not come through. */
function touchedCard(card: EmulatedCard, touch: Touch): CardLink {
  let exchanges = 0;
  let isGone = false;
  return {
    powerOn: () => card.powerOn(),
    powerOff: () => card.powerOff(),
    exchange: (frame) => {
      if (isGone) return undefined;
      exchanges += 1;
      if (exchanges !== touch.silentExchange) return card.exchange(frame);
      if (touch.isExecuted) card.exchange(frame);
      isGone = !touch.staysInField;
      return undefined;
    },
  };
}

const saleIdOf = (sale: number): string => `sale ${sale}`;
const amountOf = (sale: number): number => 100 + 2 ** sale;

async function touchAt(shop: Shop, card: EmulatedCard, touch: Touch): Promise<boolean> {
  const { sale } = touch;
  shop.diskFault = touch.diskFault;
  shop.reader.present(touchedCard(card, touch));
  let outcome = await shop.tap(saleIdOf(sale), amountOf(sale));
  if (touch.staysInField && outcome?.outcome === 'unresolved') {
    outcome = await shop.tap(saleIdOf(sale), amountOf(sale));
  }
  shop.reader.remove();
  shop.diskFault = 'none';
  if (outcome === undefined) shop.restart();
  return outcome?.outcome === 'approved';
}

const FAULTLESS = {
  silentExchange: null,
  isExecuted: true,
  staysInField: false,
  diskFault: 'none',
} as const;

/** Two terminals share the sales: the even ones are at the first, the odd ones at the second. */
async function story(kind: Kind, touches: readonly Touch[]): Promise<void> {
  const card = kind.card();
  const loader = await Shop.open(kind.sam, 9, 'load');
  loader.reader.present(card);
  await loader.tap('load', LOADED);
  const shops = [await Shop.open(kind.sam, 42), await Shop.open(kind.sam, 43)] as const;
  const approved = new Set<number>();
  for (const touch of touches) {
    const isApproved = await touchAt(shops[touch.sale % 2 === 0 ? 0 : 1], card, touch);
    // What was approved once stays approved, whatever fails later.
    if (approved.has(touch.sale)) expect(isApproved).toBe(true);
    if (isApproved) approved.add(touch.sale);
  }
  const begun = new Set(touches.map(({ sale }) => sale));
  for (const sale of begun) {
    const shop = shops[sale % 2 === 0 ? 0 : 1];
    expect(await touchAt(shop, card, { ...FAULTLESS, sale })).toBe(true);
  }
  const due = [...begun].map(amountOf);
  expect(LOADED - (balanceOf(card) ?? 0)).toBe(due.reduce((sum, amount) => sum + amount, 0));
  const recorded = await Promise.all(shops.map((shop) => shop.recordedAmounts()));
  const ascending = (amounts: readonly number[]): number[] => amounts.toSorted((a, b) => a - b);
  expect(ascending(recorded.flat())).toEqual(ascending(due));
  for (const { journal } of shops) expect(await journal.unresolvedIntents()).toEqual([]);
  for (const { journal } of [loader, ...shops]) await journal.close();
}

describe('any sequence of lost answers, full disks and power cuts at two terminals', () => {
  it.each([
    ['a Standard card', STANDARD],
    ['a Lite-S', LITE_S],
  ])(
    `takes the amount of each sale from %s exactly once (seed ${SEED})`,
    async (_, kind) => {
      const touches = fc.array(touchOf(kind.exchanges), { minLength: 1, maxLength: 30 });
      const told = fc.asyncProperty(touches, (list) => story(kind, list));
      await fc.assert(told, { seed: SEED, numRuns: 60 });
    },
    30_000,
  );
});
