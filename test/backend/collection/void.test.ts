import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeWindow } from '../../../backend/settlement/close-window.ts';
import { netOf, readMerchantTotals } from '../../../backend/settlement/merchant-total.ts';
import { Scenario, type TestCard } from '../scenario.ts';
import { settleSigned } from '../settlement/signed-window.ts';

let scenario: Scenario;
let card: TestCard;

beforeEach(async () => {
  scenario = await Scenario.open();
  card = await scenario.card(1);
});

afterEach(() => scenario.remove());

describe('a void at the issuer', () => {
  it('costs the merchant nothing if it comes in the batch of its sale', async () => {
    const till = await scenario.terminal(1, 'pos-void');
    till.write(card, 1_000);
    till.write(card, 1_000, { kind: 'void' });
    till.write(card, 200);
    await scenario.upload(till, till.close());
    expect(await scenario.findings()).toEqual([]);
    const [total] = await readMerchantTotals(scenario.backend.database, 1);
    expect(total).toMatchObject({ grossSales: 1_200, voidCount: 1, voids: 1_000, fee: 6 });
    expect(netOf(total!)).toBe(194);
    expect(await closeWindow(scenario.backend.settlement)).toMatchObject({ result: 'closed' });
    expect(await settleSigned(scenario.backend, 1)).toMatchObject({
      payments: [{ amount: 194 }],
    });
  });

  it('is collected from the merchant if its sale was paid in a window before', async () => {
    const till = await scenario.terminal(1, 'pos-void');
    till.write(card, 1_000);
    await scenario.upload(till, till.close());
    const { settlement } = scenario.backend;
    await closeWindow(settlement);
    await settleSigned(scenario.backend, 1);
    till.write(card, 1_000, { kind: 'void' });
    await scenario.upload(till, till.close());
    await closeWindow(settlement);
    expect(await settleSigned(scenario.backend, 2)).toMatchObject({
      payments: [{ amount: -1_000 }],
    });
  });

  it('is not taken from a SAM that may not void', async () => {
    const till = await scenario.terminal(1);
    till.write(card, 1_000);
    till.write(card, 1_000, { kind: 'void' });
    await scenario.upload(till, till.close());
    expect(await scenario.findings()).toEqual(['refused RECORD_KIND_NOT_ALLOWED']);
  });

  it('without a certificate waits in suspense, and on no card', async () => {
    const till = await scenario.terminal(1, 'pos-void');
    till.write(card, 1_000);
    till.write(card, 1_000, { kind: 'void', certificate: undefined });
    await scenario.upload(till, till.close());
    expect(await scenario.findings()).toEqual(['held RECORD_CERTIFICATE_MISSING']);
    expect(await scenario.count('SELECT balance_yen FROM card_shadow')).toBe(-1_000);
    const closed = await closeWindow(scenario.backend.settlement);
    expect(closed).toMatchObject({ figures: { suspense: 1_000, voidReceivable: 1_000 } });
  });
});
