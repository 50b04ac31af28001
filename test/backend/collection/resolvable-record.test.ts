import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PurseRecord, UnsealedRecord } from '#batch/record';
import { readCardShadow } from '../../../backend/issuer/card-account.ts';
import { readBalances } from '../../../backend/ledger/books.ts';
import { closeWindow } from '../../../backend/settlement/close-window.ts';
import { merchantStatement } from '../../../backend/settlement/statement.ts';
import { MERCHANT_ID, Scenario, type TestCard, type TestTerminal } from '../scenario.ts';

const INTERRUPTED = { certificate: undefined, resolution: 'interrupted' } as const;

/** What becomes of taps of which their own terminal does not know whether the card was written. */
describe('an interrupted record', () => {
  let scenario: Scenario;
  let till: TestTerminal;
  let other: TestTerminal;
  let card: TestCard;
  beforeEach(async () => {
    scenario = await Scenario.open();
    till = await scenario.terminal(42);
    other = await scenario.terminal(43);
    card = await scenario.card(1);
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
  /** The card did it. */
  const interrupted = (amount: number, changes: Partial<UnsealedRecord> = {}): PurseRecord =>
    till.write(card, amount, { ...INTERRUPTED, ...changes });
  /** The card did not do it. */
  function torn(terminal: TestTerminal, amount: number): PurseRecord {
    const { counter, balance } = card;
    const record = terminal.write(card, amount, INTERRUPTED);
    Object.assign(card, { counter, balance });
    return record;
  }
  const liability = async (): Promise<number> =>
    (await readBalances(scenario.backend.database)).get('card-liability' as never) ?? 0;
  const outcomes = async (): Promise<readonly unknown[]> => {
    const rows = await scenario.backend.database.all(
      'SELECT outcome FROM resolution ORDER BY record_id',
    );
    return rows.map(({ outcome }) => outcome);
  };
  const shadowBalance = async (): Promise<number | undefined> =>
    (await readCardShadow(scenario.backend.database, card.idm))?.balance;
  const statement = (): Promise<unknown> =>
    merchantStatement(scenario.backend.database, 1, MERCHANT_ID);

  it('moves no money while nobody knows', async () => {
    interrupted(400);
    await upload(till);
    expect(await scenario.findings()).toEqual(['interrupted RECORD_INTERRUPTED']);
    expect(await scenario.count('SELECT count(*) FROM entry')).toBe(0);
    expect(await shadowBalance()).toBe(0);
    expect(await statement()).toMatchObject({
      statement: {
        saleCount: 0,
        heldCount: 0,
        unpaidCount: 0,
        net: 0,
        findings: [{ verdict: 'interrupted', reason: 'RECORD_INTERRUPTED', amount: 400 }],
      },
    });
  });

  it.each(['first', 'last'])(
    'is a sale when another terminal brings its certificate, uploaded %s',
    async (order) => {
      const claim = interrupted(2_000);
      other.write(card, 20, { certificateBefore: card.certificateOf(claim) });
      for (const terminal of order === 'first' ? [till, other] : [other, till]) {
        await upload(terminal);
      }
      expect(await outcomes()).toEqual(['released']);
      expect(await liability()).toBe(2_020);
      expect(await shadowBalance()).toBe(-2_020);
      expect(await statement()).toMatchObject({
        statement: { saleCount: 2, grossSales: 2_020, fee: 65, heldCount: 0 },
      });
    },
  );

  it('of a load is owed by its merchant, once the card proves it', async () => {
    const kiosk = await scenario.terminal(9, 'load');
    const claim = kiosk.write(card, 700, INTERRUPTED);
    till.write(card, 20, { certificateBefore: card.certificateOf(claim) });
    await upload(kiosk);
    await upload(till);
    expect(await shadowBalance()).toBe(680);
    expect(await statement()).toMatchObject({ statement: { loadCount: 1, loadsCollected: 700 } });
  });

  it('is nothing when its terminal finds out and reports the write, certified', async () => {
    const claim = interrupted(400);
    await upload(till);
    Object.assign(card, { counter: 0, balance: 10_000 });
    const { terminalTransactionNumber } = claim;
    till.write(card, 400, { terminalTransactionNumber, resolution: 'at-re-tap' });
    await upload(till);
    expect(await outcomes()).toEqual(['superseded']);
    expect(await liability()).toBe(400);
  });

  it('gives way to a report without a certificate, which the same proof releases', async () => {
    const claim = interrupted(400);
    const certificate = card.certificateOf(claim);
    await upload(till);
    Object.assign(card, { counter: 0, balance: 10_000 });
    till.write(card, 400, {
      terminalTransactionNumber: claim.terminalTransactionNumber,
      certificate: undefined,
      resolution: 'at-re-tap',
    });
    await upload(till);
    expect(await outcomes()).toEqual(['superseded']);
    other.write(card, 20, { certificateBefore: certificate });
    await upload(other);
    expect(await outcomes()).toEqual(['superseded', 'released']);
    expect(await liability()).toBe(420);
  });

  it.each([false, true])(
    'that was paid is not paid again when its terminal finds out, certified: %s',
    async (isCertified) => {
      const claim = interrupted(400);
      const certificate = card.certificateOf(claim);
      other.write(card, 20, { certificateBefore: certificate });
      await upload(till);
      await upload(other);
      Object.assign(card, { counter: 0, balance: 10_000 });
      till.write(card, 400, {
        terminalTransactionNumber: claim.terminalTransactionNumber,
        certificate: isCertified ? certificate : undefined,
        resolution: 'at-re-tap',
      });
      await upload(till);
      expect(await scenario.findings()).toEqual([
        'interrupted RECORD_INTERRUPTED',
        'ignored RECORD_DUPLICATE',
      ]);
      expect(await liability()).toBe(420);
    },
  );

  it('that is reported twice is paid once', async () => {
    const claim = interrupted(400);
    Object.assign(card, { counter: 0, balance: 10_000 });
    const { terminalTransactionNumber } = claim;
    interrupted(400, { terminalTransactionNumber });
    other.write(card, 20, { certificateBefore: card.certificateOf(claim) });
    await upload(till);
    await upload(other);
    expect(await scenario.findings()).toEqual([
      'interrupted RECORD_INTERRUPTED',
      'ignored RECORD_DUPLICATE',
    ]);
    expect(await liability()).toBe(420);
  });

  it.each(['first', 'last'])(
    'was not done when the card took its counter for another write, uploaded %s',
    async (order) => {
      torn(till, 400);
      other.write(card, 20);
      for (const terminal of order === 'first' ? [till, other] : [other, till]) {
        await upload(terminal);
      }
      expect(await liability()).toBe(20);
      expect(await scenario.count("SELECT count(*) FROM finding WHERE verdict = 'fraud'")).toBe(0);
      if (order === 'first') expect(await outcomes()).toEqual(['superseded']);
      else expect(await scenario.findings()).toEqual(['ignored RECORD_NOT_DONE']);
    },
  );

  it('was not done when the next write of the card had another balance before it', async () => {
    torn(till, 400);
    // What took the counter was never reported.
    card.counter += 1;
    other.write(card, 20);
    await upload(till);
    await upload(other);
    expect(await outcomes()).toEqual(['contradicted']);
    expect(await liability()).toBe(20);
  });

  it('proves nothing by fitting between its neighbors: the card must name its terminal', async () => {
    const thief = await scenario.terminal(66);
    till.write(card, 100);
    torn(thief, 400);
    const sold = interrupted(400);
    other.write(card, 20, { certificateBefore: card.certificateOf(sold) });
    for (const terminal of [thief, till, other]) await upload(terminal);
    expect(
      await scenario.backend.database.all(
        'SELECT sam_id FROM resolution JOIN record ON record.id = record_id',
      ),
    ).toEqual([{ sam_id: 42 }]);
    expect(await liability()).toBe(520);
  });
});
