import assert from 'node:assert/strict';
import { BareTable } from './bare-insert.ts';
import { CollectionOffice, type ReadyBatch } from './collection-office.ts';
import { median } from './quantile.ts';

/** So many upload at once, as at closing time; each waits for the answer to its last batch. */
const TERMINALS = 20;
export const COLLECTION_TARGET_PER_SECOND = 30_000;
const TARGET_RECORDS_OF_BATCH = 1_000;

export interface CollectionSize {
  readonly recordsOfBatch: number;
  /** In each round, in each of the two ways. */
  readonly batchCount: number;
}

export interface CollectionPlan {
  readonly cardCount: number;
  readonly rounds: number;
  readonly sizes: readonly CollectionSize[];
  /** Of PostgreSQL; SQLite files if absent. */
  readonly databaseAddress?: string | undefined;
}

/** Records per second, medians of the rounds. */
export interface CollectionRates extends CollectionSize {
  /** Received, verified and posted: batches of several terminals at once, as the server works. */
  readonly asServer: number;
  /** Received, verified and posted: all received first. */
  readonly backlog: number;
  readonly backlogReceive: number;
  readonly backlogVerifyAndPost: number;
  readonly bareInsertByRow: number;
  readonly bareInsertByBlob: number;
  readonly asServerToBareByRow: number;
  readonly asServerToBareByBlob: number;
  readonly backlogToBareByRow: number;
  readonly backlogToBareByBlob: number;
}

export interface CollectionFigures {
  readonly engine: 'SQLite' | 'PostgreSQL';
  readonly cardCount: number;
  readonly rounds: number;
  readonly rates: readonly CollectionRates[];
  readonly acceptedCount: number;
  readonly booksTotal: number;
  readonly terminalCount: number;
  readonly targetPerSecond: number;
  /** The rate at 1,000 records a batch as a share of the target; from 1 on it is met. */
  readonly asServerToTarget: number;
  readonly backlogToTarget: number;
}

/** The ways in turn in every round, so that a busy machine slows all of them. */
export async function measureCollection(
  plan: CollectionPlan,
  report: (line: string) => void,
): Promise<CollectionFigures> {
  const office = await CollectionOffice.open(plan.cardCount, TERMINALS, plan.databaseAddress);
  const bare = await BareTable.open();
  try {
    const rates: CollectionRates[] = [];
    for (const size of plan.sizes) {
      report(`collection, ${size.recordsOfBatch} records a batch`);
      rates.push(await measureSize(office, bare, { ...plan, size }));
    }
    const proof = await office.prove();
    const judged = rates.find(({ recordsOfBatch }) => recordsOfBatch === TARGET_RECORDS_OF_BATCH);
    assert(judged !== undefined, 'every plan has the size of the target');
    return {
      engine: plan.databaseAddress === undefined ? 'SQLite' : 'PostgreSQL',
      cardCount: plan.cardCount,
      rounds: plan.rounds,
      rates,
      ...proof,
      terminalCount: TERMINALS,
      targetPerSecond: COLLECTION_TARGET_PER_SECOND,
      asServerToTarget: judged.asServer / COLLECTION_TARGET_PER_SECOND,
      backlogToTarget: judged.backlog / COLLECTION_TARGET_PER_SECOND,
    };
  } finally {
    await bare.close();
    await office.remove();
  }
}

async function measureSize(
  office: CollectionOffice,
  bare: BareTable,
  { rounds, size }: { readonly rounds: number; readonly size: CollectionSize },
): Promise<CollectionRates> {
  const asServer: number[] = [];
  const backlog: number[] = [];
  const receive: number[] = [];
  const post: number[] = [];
  const byRow: number[] = [];
  const byBlob: number[] = [];
  const prepare = (): readonly ReadyBatch[] => office.prepare(size.batchCount, size.recordsOfBatch);
  const rate = (elapsedMs: number): number =>
    (size.batchCount * size.recordsOfBatch * 1_000) / elapsedMs;
  for (let round = 0; round <= rounds; round += 1) {
    const first = prepare();
    const serverMs = await office.collectAsServer(first);
    const second = prepare();
    const { receiveMs, postMs } = await office.collectBacklog(second);
    const records = first.map((batch) => batch.records);
    const rowMs = await bare.insertByRow(records);
    const blobMs = await bare.insertByBlob(records);
    // The first round warms code and caches up.
    if (round === 0) continue;
    asServer.push(rate(serverMs));
    backlog.push(rate(receiveMs + postMs));
    receive.push(rate(receiveMs));
    post.push(rate(postMs));
    byRow.push(rate(rowMs));
    byBlob.push(rate(blobMs));
  }
  return {
    ...size,
    asServer: median(asServer),
    backlog: median(backlog),
    backlogReceive: median(receive),
    backlogVerifyAndPost: median(post),
    bareInsertByRow: median(byRow),
    bareInsertByBlob: median(byBlob),
    asServerToBareByRow: median(asServer) / median(byRow),
    asServerToBareByBlob: median(asServer) / median(byBlob),
    backlogToBareByRow: median(backlog) / median(byRow),
    backlogToBareByBlob: median(backlog) / median(byBlob),
  };
}
