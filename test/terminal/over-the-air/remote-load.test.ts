import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { yen } from '#units';
import { parseBillMonth } from '../../../backend/carrier/bill-month.ts';
import type { PurseIntent } from '../../../terminal/debit/purse-journal.ts';
import { resultOf } from '../../../terminal/over-the-air/remote-load.ts';
import { bytesFrom, issuedCard } from '../../scheme.ts';
import { balanceOf } from '../counter.ts';
import { type AirFault, AirWorld } from './air-world.ts';

const MONTH = parseBillMonth('2026-11') ?? expect.unreachable();
const DAY_MS = 24 * 60 * 60 * 1_000;
/** Polling, two authentications, reads and the write of one load. */
const PACKETS = 7;
const FAULTS: readonly AirFault[] = [
  'packet-lost',
  'answer-lost',
  'packet-altered',
  'answer-altered',
  'packet-repeated',
];

let world: AirWorld;
beforeEach(async () => {
  world = await AirWorld.open();
});
afterEach(() => world.close());

async function bill(): Promise<number | undefined> {
  return (await world.phoneBill.bill(1, MONTH))?.total;
}

describe('a top-up over the air', () => {
  it('is loaded once, and is on the phone bill', async () => {
    expect(await world.ask()).toMatchObject({ topUp: { state: 'loading' } });
    expect(await world.serve()).toBe(1);
    expect(await world.state()).toBe('captured');
    expect(balanceOf(world.card)).toBe(3_000);
    expect(await bill()).toBe(3_000);
    const [record] = await world.counter.records();
    expect(record).toMatchObject({ kind: 'load', amount: 3_000 });
    expect(await world.serve()).toBe(0);
    expect(await world.ask()).toMatchObject({ result: 'repeated', topUp: { state: 'captured' } });
    expect(balanceOf(world.card)).toBe(3_000);
  });

  it.each(
    FAULTS.flatMap((fault) =>
      Array.from({ length: PACKETS }, (_, place) => [fault, place] as const),
    ),
  )('is on the card once and paid once, with %s at packet %i', async (fault, place) => {
    await world.ask();
    const before = Array.from({ length: place }, (): AirFault => 'none');
    await world.serve([...before, fault]);
    const isLoaded = balanceOf(world.card) === 3_000;
    const state = await world.state();
    // Never paid for what is not on the card, whatever the terminal heard.
    if (state === 'captured') expect(isLoaded).toBe(true);
    expect(['loading', 'captured']).toContain(state);
    // The phone comes back by itself, at one of the next rounds.
    for (let round = 0; round < 20; round += 1) await world.serve();
    expect(await world.state()).toBe('captured');
    expect(balanceOf(world.card)).toBe(3_000);
    expect(await bill()).toBe(3_000);
  });

  it('shows the carrier neither keys nor what is written', async () => {
    await world.ask();
    await world.serve();
    const seen = Buffer.concat(world.seen).toString('hex');
    const balance = Buffer.from(Uint32Array.of(3_000).buffer).toString('hex');
    expect(seen).not.toContain(balance);
    for (const label of ['LOAD', 'HIST', 'INDV']) {
      expect(seen).not.toContain(Buffer.from(bytesFrom(`master ${label}`)).toString('hex'));
    }
  });

  it('is for its card alone, whatever card is in the phone', async () => {
    const other = await AirWorld.open(issuedCard(2));
    await other.ask();
    expect(await other.serve()).toBe(0);
    expect(balanceOf(other.card)).toBe(0);
    expect(await other.state()).toBe('loading');
    await other.close();
  });

  it('is given up where the card cannot hold it, and nothing is on the bill', async () => {
    const poor = await AirWorld.open(issuedCard(1, { balanceMax: yen(2_000) }));
    await poor.ask();
    expect(await poor.serve()).toBe(0);
    expect(await poor.state()).toBe('released');
    expect(balanceOf(poor.card)).toBe(0);
    expect((await poor.phoneBill.bill(1, MONTH))?.total).toBe(0);
    await poor.close();
  });

  it('is declined above the cap of the month, and never loaded', async () => {
    await world.ask({ amount: yen(9_000) });
    expect(await world.ask({ topUpId: '1-b' })).toMatchObject({ topUp: { state: 'declined' } });
    expect(await world.serve()).toBe(1);
    expect(balanceOf(world.card)).toBe(9_000);
  });

  it('waits for a phone that is away, and not for ever', async () => {
    await world.ask();
    await world.switchOff();
    expect(await world.serve()).toBe(0);
    expect(await world.state()).toBe('loading');
    const outcome = { outcome: 'no-tap', reason: 'no-card', fault: undefined } as const;
    expect(resultOf(outcome, DAY_MS)).toBeUndefined();
    expect(resultOf(outcome, DAY_MS + 1)).toBe('not-loaded');
  });

  it('is never called not loaded while nobody knows', () => {
    const unresolved = { outcome: 'unresolved', intent: {} as PurseIntent } as const;
    expect(resultOf(unresolved, 100 * DAY_MS)).toBeUndefined();
    const refused = { outcome: 'refused', balance: undefined } as const;
    const twoDays = 2 * DAY_MS;
    expect(resultOf({ ...refused, reason: 'other-card-expected' }, twoDays)).toBeUndefined();
    expect(resultOf({ ...refused, reason: 'journal-set-back' }, twoDays)).toBeUndefined();
    expect(resultOf({ ...refused, reason: 'card-left' }, 0)).toBeUndefined();
    expect(resultOf({ ...refused, reason: 'sam-ceiling-reached' }, 0)).toBeUndefined();
    expect(resultOf({ ...refused, reason: 'over-balance-limit' }, 0)).toBe('not-loaded');
  });
});
