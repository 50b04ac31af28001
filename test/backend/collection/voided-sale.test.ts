import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { yen } from '#units';
import { readCardShadow } from '../../../backend/issuer/card-account.ts';
import { readBalances } from '../../../backend/ledger/books.ts';
import { closeWindow } from '../../../backend/settlement/close-window.ts';
import { Scenario, type TestCard, type TestTerminal } from '../scenario.ts';

const OTHER = 1002;
const VOID = { kind: 'void' } as const;
const INTERRUPTED = { certificate: undefined, resolution: 'interrupted' } as const;

/** A void is posted with the sale that it gives back, and not without it. */
describe('the sale of a void', () => {
  let scenario: Scenario;
  let till: TestTerminal;
  let card: TestCard;
  beforeEach(async () => {
    scenario = await Scenario.open();
    till = await scenario.terminal(42, 'pos-void');
    card = await scenario.card(1);
    await scenario.addMerchant(OTHER);
  });
  // Whatever happened, the books of the day must close.
  afterEach(async () => {
    expect(await closeWindow(scenario.backend.settlement)).toMatchObject({ result: 'closed' });
    await scenario.remove();
  });

  const upload = async (terminal: TestTerminal): Promise<void> => {
    const receipt = await scenario.upload(terminal, terminal.close());
    if (receipt.result !== 'stored') throw new Error(JSON.stringify(receipt));
  };
  const shadowBalance = async (): Promise<number | undefined> =>
    (await readCardShadow(scenario.backend.database, card.idm))?.balance;
  const suspense = async (): Promise<number> =>
    Math.abs((await readBalances(scenario.backend.database)).get('suspense' as never) ?? 0);

  it('is known from an earlier batch, from its own, and where only a part was given back', async () => {
    till.write(card, 1_000);
    await upload(till);
    till.write(card, 1_000, VOID);
    till.write(card, 300);
    till.write(card, 100, VOID);
    await upload(till);
    expect(await scenario.findings()).toEqual([]);
    expect(await shadowBalance()).toBe(-200);
  });

  it('of another merchant does not do: the void waits for a person', async () => {
    const other = await scenario.terminal(43, 'pos-void', { merchantId: OTHER });
    other.write(card, 1_000);
    await upload(other);
    till.write(card, 1_000, VOID);
    await upload(till);
    // Whatever the card does next does not change that.
    other.write(card, 10);
    await upload(other);
    expect(await scenario.findings()).toEqual(['held RECORD_VOID_SALE_OTHER']);
    expect(await suspense()).toBe(1_000);
    expect(await shadowBalance()).toBe(-1_010);
  });

  it.each([
    ['less was sold', 400, {}],
    ['it ended with another balance', 500, { balanceBefore: yen(700), balanceAfter: yen(1_200) }],
  ])('does not do where %s', async (_why, sold, changes) => {
    till.write(card, sold);
    till.write(card, 500, { ...VOID, ...changes });
    await upload(till);
    expect(await scenario.findings()).toEqual(['held RECORD_VOID_SALE_OTHER']);
  });

  it('is no load, and is not given back twice', async () => {
    const loader = await scenario.terminal(9, 'load');
    loader.write(card, 500);
    await upload(loader);
    till.write(card, 500, VOID);
    till.write(card, 300);
    till.write(card, 300, VOID);
    till.write(card, 300, VOID);
    till.write(card, 300, { ...VOID, cardCounter: card.counter - 1 });
    await upload(till);
    expect(await scenario.findings()).toEqual([
      'held RECORD_VOID_SALE_OTHER',
      'held RECORD_VOID_SALE_OTHER',
      'fraud RECORD_COUNTER_REUSED',
    ]);
  });

  it('that comes later releases its void', async () => {
    const other = await scenario.terminal(43, 'pos-void');
    other.write(card, 1_000);
    till.write(card, 1_000, VOID);
    await upload(till);
    expect(await scenario.findings()).toEqual(['held RECORD_VOID_SALE_UNKNOWN']);
    expect(await suspense()).toBe(1_000);
    await upload(other);
    expect(await suspense()).toBe(0);
    expect(await shadowBalance()).toBe(0);
  });

  it('that somebody made up does not stand beside the one that the card certified', async () => {
    const thief = await scenario.terminal(43, 'pos-void', { merchantId: OTHER });
    const { counter, balance } = card;
    thief.write(card, 1_000, { certificate: undefined });
    await upload(thief);
    Object.assign(card, { counter, balance });
    till.write(card, 1_000);
    await upload(till);
    thief.write(card, 1_000, VOID);
    await upload(thief);
    expect(await scenario.findings()).toEqual([
      'held RECORD_CERTIFICATE_MISSING',
      'held RECORD_VOID_SALE_OTHER',
    ]);
  });

  it('must be there, too, for a void that was interrupted and that the card has proved', async () => {
    const other = await scenario.terminal(43, 'pos-void');
    other.write(card, 1_000);
    const back = till.write(card, 1_000, { ...VOID, ...INTERRUPTED });
    till.write(card, 10, { certificateBefore: card.certificateOf(back) });
    await upload(till);
    expect(await shadowBalance()).toBe(-10);
    await upload(other);
    expect(await shadowBalance()).toBe(-10);
    expect(await scenario.count('SELECT count(*) FROM resolution')).toBe(1);
  });
});
