import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signPendingLoadRequest } from '#batch/pending-load-message';
import { listPendingLoads, releaseLoad } from '../../backend/pending-load-command.ts';
import { NOON } from '../scheme.ts';
import { Scenario } from './scenario.ts';

let scenario: Scenario;

beforeEach(async () => {
  scenario = await Scenario.open();
});

afterEach(() => scenario.remove());

describe('the list of pending loads', () => {
  it('tells what waits, what was loaded, and what is not given', async () => {
    const card = await scenario.card(1);
    const till = await scenario.terminal(42);
    const sale = till.write(card, 100);
    till.claim(sale, 60);
    till.claim(sale, 99);
    till.claim(sale, 1, { cardCounter: 9 });
    await scenario.upload(till, till.close());
    const waiting = await listPendingLoads(scenario.backend);
    expect(waiting.lines).toEqual([
      '1  60 yen  card 02fe000000000001  merchant 1001  waits for its card',
      'claim of 1 yen  card 02fe000000000001  terminal 42  waits for its sale to be accepted',
      'claim of 99 yen  card 02fe000000000001  terminal 42  not given: REFUND_OVER_SALE',
    ]);
    const kiosk = await scenario.terminal(9, 'load');
    const request = { terminalId: 9, idm: card.idm, cardCounter: card.counter, time: NOON };
    const { pendingLoads } = scenario.backend;
    await pendingLoads.answer(9, signPendingLoadRequest(kiosk.privateKey, request));
    kiosk.write(card, 60, { fundedBy: 'pending-load' });
    await scenario.upload(kiosk, kiosk.close());
    const { json, lines } = await listPendingLoads(scenario.backend);
    const loaded = new Date(NOON).toISOString();
    expect(json).toMatchObject({ pendingLoads: [{ number: 1, amount: 60, loaded }] });
    expect(lines[0]).toContain(`loaded ${loaded}`);
  });

  it('is followed by decisions: one that no terminal tells of may be loaded elsewhere', async () => {
    const card = await scenario.card(1);
    const till = await scenario.terminal(42);
    till.claim(till.write(card, 100), 60);
    await scenario.upload(till, till.close());
    const kiosk = await scenario.terminal(9, 'load');
    const request = { terminalId: 9, idm: card.idm, cardCounter: card.counter, time: NOON };
    await scenario.backend.pendingLoads.answer(
      9,
      signPendingLoadRequest(kiosk.privateKey, request),
    );
    const release = { number: 1, decidedBy: 'Hanako' };
    const first = await releaseLoad(scenario.backend, release, scenario.clock);
    expect(first.lines).toEqual(['Pending load 1 may be loaded at any load terminal again.']);
    const again = await releaseLoad(scenario.backend, release, scenario.clock);
    expect(again.json).toEqual({ result: 'repeated', number: 1 });
    const unknown = await releaseLoad(scenario.backend, { ...release, number: 2 }, scenario.clock);
    expect(unknown).toMatchObject({ exitCode: 3, json: { code: 'PENDING_LOAD_UNKNOWN' } });
  });

  it('says so where there is none', async () => {
    const { lines } = await listPendingLoads(scenario.backend);
    expect(lines).toEqual(['Nothing waits for a card.']);
  });
});
