import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Database } from '../../../backend/database/database.ts';
import { ISSUER_SCHEMA } from '../../../backend/database/issuer-schema.ts';
import {
  continueOpenTopUps,
  requestTopUp,
  type TopUpAnswer,
} from '../../../backend/top-up/run-top-up.ts';
import type { LineFault } from '../../../backend/top-up/simulated-host.ts';
import { TopUpStore } from '../../../backend/top-up/top-up-store.ts';
import { temporaryFile } from '../database/temporary-file.ts';
import { ACCOUNT, Crash, REQUEST, TopUpWorld } from './top-up-world.ts';

const FAULTS: readonly LineFault[] = ['none', 'request-lost', 'answer-lost'];

async function unlessCrashed<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Crash) return undefined;
    throw error;
  }
}

/** Asks until the top-up was written down, and then starts again after each crash until it is over. */
async function runToTheEnd(world: TopUpWorld): Promise<string | undefined> {
  const { dependencies } = world;
  let answer: TopUpAnswer | undefined;
  while ((await dependencies.store.read(REQUEST.topUpId)) === undefined) {
    answer = await unlessCrashed(() => requestTopUp(dependencies, REQUEST));
  }
  for (let left = world.faultCount + 1; left > 0; left -= 1) {
    await unlessCrashed(() => continueOpenTopUps(dependencies));
  }
  expect(answer?.result).not.toBe('refused');
  expect(await dependencies.store.open()).toEqual([]);
  return (await dependencies.store.read(REQUEST.topUpId))?.state;
}

/** What money and purse must say at the end, whatever happened on the way. */
function expectSettled(world: TopUpWorld, state: string | undefined, funds: number): void {
  const { host, loaded, breaches } = world;
  expect(breaches).toEqual([]);
  expect(world.loadCount).toBe(loaded === undefined ? 0 : 1);
  expect(state === 'captured').toBe(loaded === true);
  expect(host.stateOf(REQUEST.topUpId)).toBe(state);
  expect(host.available(ACCOUNT)).toBe(loaded === true ? funds - REQUEST.amount : funds);
}

describe('a top-up', () => {
  it.each([
    [5_000, true, 'captured'],
    [5_000, false, 'released'],
    [2_999, true, 'declined'],
  ])('with %i yen at the source, card reached %s: %s', async (funds, isCardReached, state) => {
    const world = new TopUpWorld({ funds, isCardReached, faults: [] });
    const answer = await requestTopUp(world.dependencies, REQUEST);
    expect(answer).toMatchObject({ result: 'registered', topUp: { state } });
    expectSettled(world, state, funds);
    const again = await requestTopUp(world.dependencies, REQUEST);
    expect(again).toMatchObject({ result: 'repeated', topUp: { state } });
    expectSettled(world, state, funds);
  });

  it('stays open while nobody knows, and is asked again', async () => {
    const faults: readonly LineFault[] = ['none', 'answer-lost'];
    const world = new TopUpWorld({ funds: 5_000, isCardReached: true, faults });
    const answer = await requestTopUp(world.dependencies, REQUEST);
    expect(answer).toMatchObject({ topUp: { state: 'requested' } });
    expect(world.host.stateOf(REQUEST.topUpId)).toBe('held');
    expect(await continueOpenTopUps(world.dependencies)).toMatchObject([{ state: 'captured' }]);
  });

  it.each([true, false])(
    'comes through one fault at any place (card reached: %s)',
    async (isCardReached) => {
      for (const fault of FAULTS) {
        for (let place = 0; place < 10; place += 1) {
          const faults = [...Array<LineFault>(place).fill('none'), fault];
          const world = new TopUpWorld({ funds: 5_000, isCardReached, faults });
          expectSettled(world, await runToTheEnd(world), 5_000);
        }
      }
    },
  );

  it('is captured if and only if it was loaded, under any faults', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0, 2_999, 3_000, 9_000),
        fc.boolean(),
        fc.array(fc.constantFrom('none', 'none', ...FAULTS), { maxLength: 24 }),
        async (funds, isCardReached, faults) => {
          const world = new TopUpWorld({ funds, isCardReached, faults });
          expectSettled(world, await runToTheEnd(world), funds);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    [true, 'captured'],
    [false, 'released'],
  ])('is moved by two at once as by one (card reached: %s)', async (isCardReached, state) => {
    const world = new TopUpWorld({ funds: 5_000, isCardReached, faults: [] });
    const asked = [1, 2].map(() => requestTopUp(world.dependencies, REQUEST));
    const answers = await Promise.all(asked);
    expect(answers).toMatchObject([{ topUp: { state } }, { topUp: { state } }]);
    expectSettled(world, state, 5_000);
  });

  it('goes on after a crash from what is on disk', async () => {
    const path = temporaryFile();
    const options = { funds: 5_000, isCardReached: true };
    let database = await Database.open(path, ISSUER_SCHEMA);
    const faults: readonly LineFault[] = ['none', 'none', 'none', 'none', 'none', 'request-lost'];
    const world = new TopUpWorld({ ...options, faults }, new TopUpStore(database));
    await expect(requestTopUp(world.dependencies, REQUEST)).rejects.toThrow(Crash);
    await database.close();
    database = await Database.open(path, ISSUER_SCHEMA);
    const store = new TopUpStore(database);
    expect(await store.read(REQUEST.topUpId)).toMatchObject({ state: 'loading' });
    const [topUp] = await continueOpenTopUps({ ...world.dependencies, store });
    expect(topUp).toEqual({ ...REQUEST, state: 'captured' });
    expectSettled(world, topUp?.state, 5_000);
    await database.close();
  });
});
