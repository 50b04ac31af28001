import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBatch } from '#batch/batch';
import type { BatchRecord } from '#batch/batch-record';
import type { CardLink } from '#emulated-card';
import { formatIdm, idm } from '#felica/identifiers';
import { type EpochMs, epochMs, milliseconds, type Yen, yen } from '#units';
import type { EmulatedCard } from '../../../card-emulator/card/open-card.ts';
import { reportOfBatch } from '../../../terminal/batch/batch-report.ts';
import { closeBatch } from '../../../terminal/batch/close-batch.ts';
import { outstandingOf, refundedSaleOf } from '../../../terminal/debit/refund.ts';
import { Journal } from '../../../terminal/journal/journal.ts';
import { PurseTerminal } from '../../../terminal/purse-terminal.ts';
import { EmulatedReader } from '../../../terminal/reader/emulated-reader.ts';
import type { Sam } from '../../../terminal/sam/sam.ts';
import {
  cardIdm,
  ISSUER_ID,
  issuedCard,
  issuedLiteS,
  liteSam,
  NOON,
  testSam,
} from '../../scheme.ts';
import { SimulatedDisk } from '../../simulation/simulated-disk.ts';
import { balanceOf } from '../counter.ts';

const SEED = 20_261_124;
const LOADED = 20_000;
const SALES = 8;
const SALES_OF_SESSION = 3;
const CARDS = [1, 2] as const;
const NO_WAIT = milliseconds(0);
const HOUR_MS = 60 * 60 * 1000;
const LONG_MS = 100 * 24 * HOUR_MS;
const { privateKey } = generateKeyPairSync('ed25519');

const amountOf = (sale: number): Yen => yen(100 + sale);
const saleIdOf = (sale: number): string => `sale ${sale}`;

/** What is the same story with other cards. */
interface Kind {
  readonly card: (number: number) => EmulatedCard;
  readonly sam: (kind: 'pos' | 'pos-void' | 'load', samId: number) => Sam;
  /** Of a touch that gives something back and then pays. */
  readonly exchanges: number;
}

const STANDARD: Kind = { card: issuedCard, sam: testSam, exchanges: 16 };
const LITE_S: Kind = { card: issuedLiteS, sam: liteSam, exchanges: 24 };

const stepOf = (exchanges: number) =>
  fc.record({
    deed: fc.constantFrom(
      ...(['pay', 'pay', 'void', 'refund', 'refund', 'elsewhere'] as const),
      ...(['session', 'late', 'late', 'restart', 'clock'] as const),
    ),
    sale: fc.nat(SALES - 1),
    /** What is voided or asked back is the newest sale, not this one. */
    isNewest: fc.constantFrom(true, true, true, false),
    card: fc.constantFrom(0, 0, 0, 1, undefined, undefined),
    /** The exchange from which on nothing is heard of the card. */
    tornAt: fc.oneof(
      { weight: 2, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: exchanges }) },
    ),
    isExecuted: fc.boolean(),
    part: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
    hours: fc.constantFrom(-30, 0, 80),
  });

type Step = ReturnType<typeof stepOf> extends fc.Arbitrary<infer Value> ? Value : never;

/** A terminal whose program can start again with what is on its disk. */
class Till {
  readonly reader: EmulatedReader = new EmulatedReader();
  readonly #disk: SimulatedDisk = new SimulatedDisk();
  readonly #sam: Sam;
  #open: { readonly journal: Journal; readonly terminal: PurseTerminal } | undefined;
  clock: EpochMs = NOON;

  private constructor(sam: Sam) {
    this.#sam = sam;
  }

  static async open(sam: Sam): Promise<Till> {
    const till = new Till(sam);
    await till.restart();
    return till;
  }

  get journal(): Journal {
    return this.#opened().journal;
  }

  get terminal(): PurseTerminal {
    return this.#opened().terminal;
  }

  async restart(): Promise<void> {
    const sam = this.#sam;
    const terminalId = sam.samId;
    const now = (): EpochMs => this.clock;
    const journal = await Journal.open({ file: this.#disk, terminalId, sam, now });
    const limits = { issuerId: ISSUER_ID, amountMax: yen(LOADED) };
    const { reader } = this;
    const terminal = new PurseTerminal({ terminalId, reader, sam, journal, limits, now });
    this.#open = { journal, terminal };
  }

  async close(): Promise<void> {
    const { journal, clock } = this;
    const terminalId = this.#sam.samId;
    const own = { terminalId, merchantId: 1001, samId: terminalId, privateKey };
    await closeBatch({ journal, ...own, now: () => clock });
  }

  #opened(): { readonly journal: Journal; readonly terminal: PurseTerminal } {
    if (this.#open === undefined) throw new Error('till: not open');
    return this.#open;
  }
}

function torn(card: EmulatedCard, { tornAt, isExecuted }: Step): CardLink {
  let exchanges = 0;
  return {
    powerOn: () => card.powerOn(),
    powerOff: () => card.powerOff(),
    exchange: (frame) => {
      exchanges += 1;
      if (tornAt === undefined || exchanges < tornAt) return card.exchange(frame);
      if (exchanges === tornAt && isExecuted) card.exchange(frame);
      return undefined;
    },
  };
}

interface Turn {
  readonly till: Till;
  readonly stepNumber: number;
  readonly newestSale: number;
}

async function act(step: Step, { till, stepNumber, newestSale }: Turn): Promise<void> {
  const { terminal } = till;
  const isBack = step.deed === 'void' || step.deed === 'refund';
  const sale = isBack && step.isNewest ? newestSale : step.sale;
  const saleId = saleIdOf(sale);
  const amount = amountOf(sale);
  switch (step.deed) {
    case 'pay':
      await terminal.tap({ saleId, kind: 'debit', amount }, NO_WAIT);
      return;
    case 'void':
      await terminal.void(saleId, NO_WAIT);
      return;
    case 'refund': {
      const part = step.part === undefined ? {} : { amount: yen(step.part) };
      await terminal.refund({ refundId: `${stepNumber}`, saleId, ...part }, NO_WAIT);
      return;
    }
    case 'session': {
      const start = await terminal.openSession(NO_WAIT);
      if (start.outcome !== 'open') return;
      for (let next = sale; next < sale + SALES_OF_SESSION; next++) {
        await start.session.debit({ saleId: saleIdOf(next), amount: amountOf(next) });
      }
      return;
    }
    case 'late':
      // After a weekend a refund is claimed whose card did not come.
      till.clock = epochMs(till.clock + step.hours * HOUR_MS);
      await till.close();
      return;
    case 'restart':
      await till.restart();
      return;
    case 'clock':
      till.clock = epochMs(till.clock + step.hours * HOUR_MS);
      return;
    case 'elsewhere':
      await terminal.tap({ saleId: `step ${stepNumber}`, kind: 'debit', amount: yen(7) }, NO_WAIT);
  }
}

/** `sale`: the purse write that it is, or that it gives back. */
interface BookedRow {
  readonly card: string;
  readonly sale: string;
  readonly kind: string;
  readonly amount: number;
}

function rowOf(
  { idm: card, kind, amount }: Pick<BatchRecord, 'idm' | 'kind'> & { readonly amount: number },
  saleCounter: number,
): BookedRow {
  return { card: formatIdm(card), sale: `${formatIdm(card)} ${saleCounter}`, kind, amount };
}

/** What the closed batches say was done, and what is claimed. */
async function booked(till: Till): Promise<readonly BookedRow[]> {
  const rows: BookedRow[] = [];
  for await (const { bytes } of till.journal.batches(Number.MAX_SAFE_INTEGER)) {
    const decoded = decodeBatch(bytes);
    if (decoded.result !== 'decoded') throw new Error('a batch of the journal');
    const { records, claims } = decoded.batch;
    for (const record of records) {
      if (record.resolution === 'interrupted') continue;
      const saleCounter = record.cardCounter - (record.kind === 'void' ? 1 : 0);
      rows.push(rowOf(record, saleCounter));
    }
    rows.push(...claims.map((claim) => rowOf(claim, claim.cardCounter)));
  }
  return rows;
}

const totalOf = (rows: readonly { readonly amount: number }[]): number =>
  rows.reduce((sum, { amount }) => sum + amount, 0);

async function story(kind: Kind, steps: readonly Step[]): Promise<void> {
  const cards = CARDS.map(kind.card);
  const loader = await Till.open(kind.sam('load', 9));
  for (const [index, card] of cards.entries()) {
    loader.reader.present(card);
    const load = { saleId: `load ${index}`, kind: 'load', amount: yen(LOADED) } as const;
    await loader.terminal.tap(load, NO_WAIT);
    loader.reader.remove();
  }
  const shop = await Till.open(kind.sam('pos-void', 42));
  const other = await Till.open(kind.sam('pos', 43));
  let newestSale = 0;
  for (const [stepNumber, step] of steps.entries()) {
    if (step.deed === 'pay' || step.deed === 'session') newestSale = step.sale;
    const till = step.deed === 'elsewhere' ? other : shop;
    const card = step.card === undefined ? undefined : cards[step.card];
    if (card !== undefined) till.reader.present(torn(card, step));
    await act(step, { till, stepNumber, newestSale });
    till.reader.remove();
  }
  // No card is waited for any more: what was asked back is given, or claimed at the last close.
  shop.clock = epochMs(shop.clock + LONG_MS);
  for (const till of [shop, other]) {
    for (const card of cards) {
      till.reader.present(card);
      expect(await till.terminal.readCard(NO_WAIT)).toMatchObject({ outcome: 'read' });
      till.reader.remove();
    }
    await till.close();
    expect(await till.journal.unresolvedIntents()).toEqual([]);
  }
  for (const saleId of shop.journal.refundedSales()) {
    const refunded = await refundedSaleOf(saleId, shop.journal);
    expect(refunded && outstandingOf(refunded)).toBe(0);
  }
  const rows = [...(await booked(shop)), ...(await booked(other))];
  const ofKind = (word: string) => rows.filter((row) => row.kind === word);
  for (const [index, card] of cards.entries()) {
    const name = formatIdm(idm(cardIdm(CARDS[index] ?? 0)));
    const spent = totalOf(ofKind('debit').filter((row) => row.card === name));
    const back = totalOf(ofKind('void').filter((row) => row.card === name));
    expect(balanceOf(card)).toBe(LOADED - spent + back);
  }
  for (const { sale, amount } of ofKind('debit')) {
    const voids = ofKind('void').filter((row) => row.sale === sale);
    const claims = ofKind('refund-claim').filter((row) => row.sale === sale);
    expect(voids.length).toBeLessThanOrEqual(1);
    expect(totalOf(voids) + totalOf(claims)).toBeLessThanOrEqual(amount);
  }
  const last = await shop.journal.lastBatch();
  const report = last && (await reportOfBatch(shop.journal, last.number, 'Kissa'));
  if (report === undefined) return;
  const { debitTotal, voidTotal, refundTotal } = report.grandTotals;
  const atShop = await booked(shop);
  expect(debitTotal).toBe(totalOf(atShop.filter((row) => row.kind === 'debit')));
  expect(voidTotal + refundTotal).toBe(totalOf(atShop.filter((row) => row.kind === 'void')));
}

describe('any sequence of sales, voids, refunds, closes and restarts, torn anywhere', () => {
  it.each([
    ['Standard cards', STANDARD],
    ['Lite-S cards', LITE_S],
  ])(
    `leaves on %s what the books say, and gives no sale back twice (seed ${SEED})`,
    async (_, kind) => {
      const steps = fc.array(stepOf(kind.exchanges), { minLength: 8, maxLength: 30, size: 'max' });
      const told = fc.asyncProperty(steps, (list) => story(kind, list));
      await fc.assert(told, { seed: SEED, numRuns: 30 });
    },
    30_000,
  );
});
