import { type CrowdFigures, measureCrowd } from './card-crowd.ts';
import { type CardKindRate, measureCardKinds } from './card-kind-rate.ts';
import { type CardRateFigures, measureCardRates } from './card-rate.ts';
import {
  type CollectionFigures,
  type CollectionPlan,
  measureCollection,
} from './collection-rate.ts';
import { countSyncs, type SyncCount, type SyncPlan } from './commit-count.ts';
import { countDebitExchanges, type DebitExchangeFigures } from './debit-exchange.ts';
import { type DebitTimeFigures, measureDebits } from './debit-time.ts';
import { type DecodeTime, measureDecoding } from './decode-time.ts';
import { type HotListFigures, measureHotList } from './hotlist-time.ts';
import { describeMachine, type Machine } from './machine.ts';
import { measureTaps, type TapFigures, type TapPlan } from './tap-time.ts';

/** Everything in it was measured or counted in one run. */
export interface BenchFigures {
  readonly machine: Machine;
  readonly debit: {
    readonly exchanges: DebitExchangeFigures;
    readonly syncs: SyncCount;
    readonly time: DebitTimeFigures;
  };
  readonly taps: TapFigures;
  readonly card: CardRateFigures;
  readonly cardKinds: readonly CardKindRate[];
  readonly crowds: readonly CrowdFigures[];
  readonly decoding: readonly DecodeTime[];
  readonly hotList: HotListFigures;
  readonly collection: CollectionFigures;
}

interface BenchPlan {
  readonly debitCount: number;
  readonly syncs: SyncPlan;
  readonly taps: TapPlan;
  readonly cardCommandCount: number;
  readonly crowdCardCount: number;
  readonly hotListCardCount: number;
  readonly collection: CollectionPlan;
}

const FULL: BenchPlan = {
  debitCount: 1_000,
  syncs: { shortRun: 100, longRun: 600 },
  taps: { tapCount: 1_000, exchangeCount: 2_000, simulatedTaps: 4_000 },
  cardCommandCount: 5_000,
  crowdCardCount: 100_000,
  hotListCardCount: 1_500_000,
  collection: {
    cardCount: 2_000,
    rounds: 5,
    sizes: [
      { recordsOfBatch: 1_000, batchCount: 20 },
      { recordsOfBatch: 100, batchCount: 60 },
    ],
  },
};

/** Enough to show that everything runs; the times of it mean little. */
const QUICK: BenchPlan = {
  debitCount: 50,
  syncs: { shortRun: 10, longRun: 60 },
  taps: { tapCount: 20, exchangeCount: 20, simulatedTaps: 50 },
  cardCommandCount: 100,
  crowdCardCount: 1_000,
  hotListCardCount: 10_000,
  collection: {
    cardCount: 100,
    rounds: 1,
    sizes: [
      { recordsOfBatch: 1_000, batchCount: 4 },
      { recordsOfBatch: 100, batchCount: 4 },
    ],
  },
};

export interface BenchChoice {
  readonly isQuick: boolean;
  /** Where the collection is measured over PostgreSQL; over SQLite files if absent. */
  readonly databaseAddress?: string | undefined;
}

/** `report` hears what is being measured now. */
export async function runBench(
  { isQuick, databaseAddress }: BenchChoice,
  report: (line: string) => void,
): Promise<BenchFigures> {
  const plan = isQuick ? QUICK : FULL;
  report('machine');
  const machine = describeMachine();
  report('packets of a debit');
  const exchanges = await countDebitExchanges();
  report(`${plan.debitCount} debits with the journal on disk, and as many without`);
  const time = await measureDebits(plan.debitCount);
  report('syncs of a debit, under strace');
  const syncs = countSyncs(plan.syncs);
  report(`${plan.taps.tapCount} taps over each reader, then a simulation`);
  const taps = await measureTaps(plan.taps);
  report('commands of the emulated card');
  const card = await measureCardRates(plan.cardCommandCount);
  report('commands of each kind of card');
  const cardKinds = await measureCardKinds(plan.cardCommandCount);
  const decoding = measureDecoding(plan.cardCommandCount * 10);
  report(`${plan.crowdCardCount} cards in one process`);
  const crowds = (['purse', 'lite-s'] as const).map((kind) =>
    measureCrowd(kind, plan.crowdCardCount),
  );
  report(`hot list of ${plan.hotListCardCount} cards`);
  const hotList = measureHotList(plan.hotListCardCount);
  report(`collection, ${plan.collection.cardCount} cards are issued and loaded`);
  const collection = await measureCollection({ ...plan.collection, databaseAddress }, report);
  return {
    machine,
    debit: { exchanges, syncs, time },
    taps,
    card,
    cardKinds,
    crowds,
    decoding,
    hotList,
    collection,
  };
}
