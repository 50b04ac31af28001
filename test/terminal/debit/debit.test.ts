import { afterAll, describe, expect, it } from 'vitest';
import { CommandCode } from '#felica/command-code';
import type { CardFault } from '../../../card-emulator/card/card-fault.ts';
import { issuedCard } from '../../scheme.ts';
import { balanceOf, Counter } from '../counter.ts';

const SEEDS = Array.from({ length: 40 }, (_, seed) => seed + 1);
const COMMANDS = [
  CommandCode.polling,
  CommandCode.authentication1V2,
  CommandCode.authentication2V2,
  CommandCode.readV2,
  CommandCode.writeV2,
  CommandCode.writeV2,
  CommandCode.writeV2,
];
const TAPS = 60;
const LOADED = 20_000;

/** A pseudo-random number from 0 up to `below`, the same for the same seed (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

describe('many taps with faults at every command, two terminals, crashes and retries', () => {
  const counters: Counter[] = [];
  afterAll(async () => {
    for (const counter of counters) await counter.stop();
  });

  it.each(SEEDS)('take each sale once and lose none (seed %i)', async (seed) => {
    const random = randomFrom(seed);
    const card = issuedCard(seed);
    const loader = new Counter({ kind: 'load', terminalId: 9 });
    const shops = [new Counter({ terminalId: 42 }), new Counter({ terminalId: 43 })];
    counters.push(loader, ...shops);
    for (const counter of [loader, ...shops]) await counter.start();
    await loader.tap(card, 'load', LOADED);
    const approved = new Map<string, number>();
    let sale = 0;
    for (let tap = 0; tap < TAPS; tap += 1) {
      // A cashier goes on with the sale at hand, or gives it up and begins the next.
      if (random(3) === 0) sale += 1;
      const shop = shops[random(2)]!;
      const saleId = `sale ${sale} at ${shops.indexOf(shop)}`;
      const amount = 1 + ((sale * 37) % 400);
      const outcome = await shop.tap(card, saleId, amount, faultsFrom(random));
      if (outcome.outcome === 'approved') approved.set(saleId, amount);
      if (random(10) === 0) {
        await shop.journal.close();
        await shop.start();
      }
    }
    // One more sale at each terminal, without a fault, settles whatever is unresolved there.
    for (const shop of shops) {
      expect(await shop.tap(card, 'last', 1)).toMatchObject({ outcome: 'approved' });
      expect(await shop.journal.unresolvedIntents()).toEqual([]);
    }
    const records = (await Promise.all(shops.map((shop) => shop.records()))).flat();
    const reported = records.reduce((sum, { amount }) => sum + amount, 0);
    expect(balanceOf(card)).toBe(LOADED - reported);
    const sales = await salesDone(shops);
    expect(sales).toHaveLength(new Set(sales).size);
    for (const saleId of approved.keys()) expect(sales).toContain(saleId);
  });
});

function faultsFrom(random: (below: number) => number): readonly CardFault[] {
  if (random(2) === 0) return [];
  const commandCode = COMMANDS[random(COMMANDS.length)]!;
  return [{ commandCode, moment: random(2) === 0 ? 'before-commit' : 'after-commit' }];
}

/** The sales that the journals know as done, one entry for each record. */
async function salesDone(shops: readonly Counter[]): Promise<readonly string[]> {
  const done: string[] = [];
  for (const [index, shop] of shops.entries()) {
    for (let sale = 0; sale <= TAPS; sale += 1) {
      const known = await shop.journal.intentsOfSale(`sale ${sale} at ${index}`);
      for (const { intent, outcome } of known) {
        if (outcome?.state === 'done') done.push(intent.saleId);
      }
    }
  }
  return done;
}
