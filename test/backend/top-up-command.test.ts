import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { yen } from '#units';
import { registerSubscriber } from '../../backend/carrier/subscriber.ts';
import { listTopUps } from '../../backend/top-up-command.ts';
import { cardIdm, NOON } from '../scheme.ts';
import { Scenario } from './scenario.ts';

const PHONE = '+819012345678';

let scenario: Scenario;
beforeEach(async () => {
  scenario = await Scenario.open();
});
afterEach(() => scenario.remove());

describe('the list of top-ups', () => {
  it('tells how far each has come, and who has to load it', async () => {
    const { carrierDatabase, topUps } = scenario.backend;
    expect((await listTopUps(scenario.backend)).lines).toEqual(['No top-ups.']);
    const hanako = { subscriberId: 1, phoneNumber: PHONE, name: 'Hanako', monthlyCap: yen(5_000) };
    await registerSubscriber(carrierDatabase, hanako, NOON);
    const request = { idm: cardIdm(1), source: 'phone-bill', account: PHONE } as const;
    await topUps.request({ ...request, topUpId: '1-a', amount: yen(3_000) });
    await topUps.request({ ...request, topUpId: '1-b', amount: yen(9_000) });
    await scenario.backend.database.transaction((transaction) =>
      transaction.run("INSERT INTO top_up_assignment VALUES ('1-a', 900, 1)"),
    );
    const since = new Date(NOON).toISOString();
    const { lines, json } = await listTopUps(scenario.backend);
    const card = 'card 02fe000000000001  phone-bill';
    expect(lines).toEqual([
      `1-b  9,000 yen  ${card}  declined since ${since}`,
      `1-a  3,000 yen  ${card}  loading since ${since}, terminal 900`,
    ]);
    expect(json).toMatchObject({ topUps: [{ terminalId: null }, { terminalId: 900 }] });
  });
});
