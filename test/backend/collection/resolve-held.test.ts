import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveHeld } from '../../../backend/collection/resolve-held.ts';
import { readCardShadow } from '../../../backend/issuer/card-account.ts';
import { readBalances } from '../../../backend/ledger/books.ts';
import { later, Scenario, type TestCard, type TestTerminal } from '../scenario.ts';

describe('resolveHeld', () => {
  let scenario: Scenario;
  let till: TestTerminal;
  let card: TestCard;
  beforeEach(async () => {
    scenario = await Scenario.open();
    till = await scenario.terminal(42);
    card = await scenario.card(1);
  });
  afterEach(() => scenario.remove());

  const upload = (terminal: TestTerminal): Promise<unknown> =>
    scenario.upload(terminal, terminal.close());
  const resolve = (days: number): Promise<unknown> =>
    resolveHeld(scenario.backend.database, later(scenario.clock, days));
  const suspense = async (): Promise<number> =>
    scenario.count("SELECT coalesce(-sum(amount_yen), 0) FROM entry WHERE account = 'suspense'");
  const NOTHING = { releasedCount: 0, supersededCount: 0 };

  it('never releases a claim for its neighbors, which any terminal reads in the log', async () => {
    till.write(card, 100);
    till.writeUncertified(card, 20);
    till.write(card, 3);
    await upload(till);
    expect(await suspense()).toBe(20);
    expect(await resolve(400)).toEqual(NOTHING);
    expect(await suspense()).toBe(20);
  });

  it('releases a claim for the certificate that the next record of the card brings', async () => {
    const other = await scenario.terminal(43);
    const claim = till.writeUncertified(card, 20);
    other.write(card, 3, { certificateBefore: card.certificateOf(claim) });
    await upload(till);
    expect(await suspense()).toBe(20);
    await upload(other);
    expect(await suspense()).toBe(0);
    expect(
      await scenario.backend.database.all('SELECT outcome, amount_yen FROM resolution'),
    ).toEqual([{ outcome: 'released', amount_yen: 20 }]);
    const balances = await readBalances(scenario.backend.database);
    expect(balances.get('card-liability' as never)).toBe(23);
  });

  it('does so whichever of the two comes first, and without a certificate of its own', async () => {
    const other = await scenario.terminal(43);
    const claim = till.writeUncertified(card, 20);
    const certificateBefore = card.certificateOf(claim);
    other.write(card, 3, { certificate: undefined, certificateBefore });
    await upload(other);
    await upload(till);
    expect(await suspense()).toBe(3);
  });

  it('does not release for the certificate of another write', async () => {
    const thief = await scenario.terminal(66);
    const before = { counter: card.counter, balance: card.balance };
    thief.writeUncertified(card, 20);
    Object.assign(card, before);
    const sold = till.writeUncertified(card, 20);
    till.write(card, 3, { certificateBefore: card.certificateOf(sold) });
    await upload(thief);
    await upload(till);
    expect(await suspense()).toBe(20);
    expect(
      await scenario.backend.database.all(
        'SELECT sam_id, outcome FROM resolution JOIN record ON record.id = record_id',
      ),
    ).toEqual([{ sam_id: 42, outcome: 'released' }]);
  });

  it('pays a released write once, whoever reports it with its certificate after that', async () => {
    const other = await scenario.terminal(43);
    const claim = till.writeUncertified(card, 20);
    const certificate = card.certificateOf(claim);
    other.write(card, 3, { certificateBefore: certificate });
    await upload(till);
    await upload(other);
    Object.assign(card, { counter: 0, balance: 10_000 });
    till.write(card, 20, {
      certificate,
      terminalTransactionNumber: claim.terminalTransactionNumber,
    });
    await upload(till);
    expect(await scenario.findings()).toEqual([
      'held RECORD_CERTIFICATE_MISSING',
      'ignored RECORD_DUPLICATE',
    ]);
    const balances = await readBalances(scenario.backend.database);
    expect(balances.get('card-liability' as never)).toBe(23);
  });

  it('pays the one with the certificate, however long another has claimed the write', async () => {
    const thief = await scenario.terminal(66);
    till.write(card, 100);
    const before = { counter: card.counter, balance: card.balance };
    thief.writeUncertified(card, 20);
    Object.assign(card, before);
    const [first] = till.records;
    till.write(card, 20);
    const last = till.write(card, 3);
    till.records = [first!, till.records[1]!, last];
    await upload(thief);
    await resolve(30);
    await upload(till);
    expect(await suspense()).toBe(0);
    const balances = await readBalances(scenario.backend.database);
    expect(balances.get('card-liability' as never)).toBe(123);
    expect(await scenario.findings()).toEqual(['held RECORD_CERTIFICATE_MISSING']);
  });

  it('does not release without the write before, or without the write after', async () => {
    till.writeUncertified(card, 20);
    till.write(card, 3);
    till.writeUncertified(card, 1);
    await upload(till);
    expect(await resolve(9)).toEqual(NOTHING);
  });

  it('does not release an amount that the neighbors contradict', async () => {
    till.write(card, 100);
    const { balance } = card;
    till.writeUncertified(card, 200);
    card.balance = balance;
    card.counter -= 1;
    till.write(card, 20, { cardCounter: 3 });
    await upload(till);
    expect(await resolve(9)).toEqual(NOTHING);
  });

  it('does not choose between two claims of one write', async () => {
    const other = await scenario.terminal(43);
    till.write(card, 100);
    const { balance, counter } = card;
    till.writeUncertified(card, 20);
    Object.assign(card, { balance, counter });
    other.writeUncertified(card, 20);
    till.write(card, 3);
    await upload(till);
    await upload(other);
    expect(await resolve(9)).toEqual(NOTHING);
    expect(await suspense()).toBe(40);
  });

  it('reverses a claim when somebody reports the write with its certificate', async () => {
    const other = await scenario.terminal(43);
    till.writeUncertified(card, 2_000);
    Object.assign(card, { balance: 10_000, counter: 0 });
    other.write(card, 500);
    await upload(till);
    await scenario.backend.receiver.receiveBatch(43, other.close());
    await scenario.backend.verifier.verifyPending();
    expect(await suspense()).toBe(0);
    expect(await scenario.findings()).toEqual(['held RECORD_CERTIFICATE_MISSING']);
    expect(await readCardShadow(scenario.backend.database, card.idm)).toMatchObject({
      balance: -500,
    });
    const sql = 'SELECT outcome, fee_yen, commission_yen FROM resolution';
    expect(await scenario.backend.database.all(sql)).toEqual([
      { outcome: 'superseded', fee_yen: 0, commission_yen: 0 },
    ]);
  });

  it('reverses a claimed load, so that its cash is not owed', async () => {
    const [kiosk, other] = [
      await scenario.terminal(43, 'load'),
      await scenario.terminal(44, 'load'),
    ];
    kiosk.writeUncertified(card, 700);
    Object.assign(card, { balance: 10_000, counter: 0 });
    other.write(card, 500);
    await upload(kiosk);
    await upload(other);
    const balances = await readBalances(scenario.backend.database);
    expect(Object.fromEntries(balances)).toEqual({
      'load-receivable:1001': 500,
      'card-liability': -500,
      suspense: 0,
    });
    expect(await readCardShadow(scenario.backend.database, card.idm)).toMatchObject({
      balance: 500,
    });
  });

  it('releases a record after a gap when the missing number comes, at once', async () => {
    const lost = till.write(card, 100);
    till.records = [];
    till.write(card, 20);
    await upload(till);
    expect(await scenario.findings()).toEqual(['held RECORD_SAM_NUMBER_GAP']);
    expect(await resolve(30)).toEqual(NOTHING);
    till.samNumber += 1;
    await scenario.upload(till, till.close({ records: [lost] }));
    expect(await suspense()).toBe(0);
    const sql = "SELECT sum(amount_yen) FROM entry WHERE account = 'card-liability'";
    expect(await scenario.count(sql)).toBe(120);
  });

  it('asks for the certificate, too, of a record after a gap', async () => {
    const lost = till.write(card, 100);
    till.records = [];
    till.writeUncertified(card, 20);
    await upload(till);
    await scenario.upload(till, till.close({ records: [lost] }));
    expect(await suspense()).toBe(20);
    expect(await resolve(9)).toEqual(NOTHING);
  });
});
