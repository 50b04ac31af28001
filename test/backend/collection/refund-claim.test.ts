import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../scenario.ts';

const OTHER = 2002;

let scenario: Scenario;

beforeEach(async () => {
  scenario = await Scenario.open();
  await scenario.addMerchant(OTHER);
});

afterEach(() => scenario.remove());

const waiting = (): Promise<number> =>
  scenario.count('SELECT coalesce(sum(amount_yen), 0) FROM pending_load');

describe('a refund claim', () => {
  it('waits for a void that is open, and is not refused for what that had not given', async () => {
    const till = await scenario.terminal(50, 'pos-void');
    const known = await scenario.card(5);
    const sale = till.write(known, 100);
    // A void that the card never did, as the same terminal says.
    const stood = { counter: known.counter, balance: known.balance };
    till.write(known, 70, { kind: 'void', certificate: undefined, resolution: 'interrupted' });
    till.claim(sale, 100);
    await scenario.upload(till, till.close());
    expect(await waiting()).toBe(0);
    Object.assign(known, stood);
    till.write(known, 5);
    await scenario.upload(till, till.close());
    expect(await waiting()).toBe(100);
  });

  it('is not kept from its card by a void that another terminal made up', async () => {
    const till = await scenario.terminal(50, 'pos-void');
    const liar = await scenario.terminal(51, 'pos-void', { merchantId: OTHER });
    const known = await scenario.card(5);
    const sale = till.write(known, 100);
    liar.write(known, 100, { kind: 'void', certificate: undefined });
    await scenario.upload(till, till.close());
    await scenario.upload(liar, liar.close());
    till.claim(sale, 100);
    await scenario.upload(till, till.close());
    expect(await waiting()).toBe(100);
  });

  it('of what a void of another terminal gave is refused once its card has proved it', async () => {
    const till = await scenario.terminal(50, 'pos-void');
    const stolen = await scenario.terminal(51, 'pos-void');
    const known = await scenario.card(5);
    const sale = till.write(known, 100);
    stolen.write(known, 100, { kind: 'void' });
    await scenario.upload(till, till.close());
    await scenario.upload(stolen, stolen.close());
    till.claim(sale, 100);
    await scenario.upload(till, till.close());
    expect(await waiting()).toBe(0);
    expect(await scenario.count('SELECT count(*) FROM refund_claim_refusal')).toBe(1);
  });
});
