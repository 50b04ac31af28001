import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PurseRecord } from '#batch/record';
import { Scenario, type TestCard, type TestTerminal } from '../scenario.ts';

/** Reports of one purse write: the same again, another under its name, with and without certificate. */
describe('earlier report', () => {
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
  afterEach(() => scenario.remove());

  /** Says the same of the card again, with the next SAM number of a terminal. */
  function again(terminal: TestTerminal, record: PurseRecord): void {
    const { samNumber: _old, samId: _sam, ...said } = record;
    const { counter, balance } = card;
    terminal.write(card, record.amount, { ...said, samId: terminal.terminalId });
    Object.assign(card, { counter, balance });
  }
  const upload = async (terminal: TestTerminal): Promise<void> => {
    const receipt = await scenario.upload(terminal, terminal.close());
    if (receipt.result !== 'stored') throw new Error(JSON.stringify(receipt));
  };
  const paid = (): Promise<number> =>
    scenario.count(
      "SELECT coalesce(sum(amount_yen), 0) FROM entry WHERE account = 'card-liability'",
    );

  it('under the same SAM number is ignored: nothing is paid twice', async () => {
    const records = [till.write(card, 100), till.write(card, 20)];
    await upload(till);
    await scenario.upload(till, till.close({ records: [records[1]!, till.write(card, 3)] }));
    expect(await scenario.findings()).toEqual(['ignored RECORD_DUPLICATE']);
    expect(await paid()).toBe(123);
  });

  it('of the same write under another SAM number is ignored', async () => {
    const record = till.write(card, 100);
    again(till, record);
    await upload(till);
    again(till, record);
    await upload(till);
    expect(await scenario.findings()).toEqual([
      'ignored RECORD_DUPLICATE',
      'ignored RECORD_DUPLICATE',
    ]);
    expect(await paid()).toBe(100);
  });

  it('of another write under the same counter is a fraud case, in the same batch or later', async () => {
    till.write(card, 100);
    till.write(card, 500, { cardCounter: 1 });
    await upload(till);
    other.write(card, 700, { cardCounter: 1 });
    await upload(other);
    expect(await scenario.findings()).toEqual([
      'fraud RECORD_COUNTER_REUSED',
      'fraud RECORD_COUNTER_REUSED',
    ]);
    expect(await paid()).toBe(100);
  });

  it('of another write under the same SAM number is a fraud case, and does not take its place', async () => {
    till.write(card, 100);
    const second = till.write(card, 10);
    await upload(till);
    const forged = { ...second, cardCounter: 9, executionId: Uint8Array.of(0, 9, 0, 0) };
    till.samNumber = 1;
    till.write(card, 1, { ...forged, samNumber: 2, certificate: undefined });
    till.samNumber = 2;
    till.write(card, 3);
    await upload(till);
    expect(await scenario.findings()).toEqual(['fraud RECORD_COUNTER_REUSED']);
  });

  it('with the certificate is accepted though a claim without one came first', async () => {
    const claim = till.writeUncertified(card, 100);
    await upload(till);
    expect(await paid()).toBe(100);
    again(other, {
      ...claim,
      terminalId: 43,
      certificate: card.certificateOf({ ...claim, terminalId: 43 }),
    });
    await upload(other);
    expect(await scenario.findings()).toEqual(['held RECORD_CERTIFICATE_MISSING']);
    // The claim was reversed: the card paid once.
    expect(await paid()).toBe(100);
    const sql = "SELECT sum(amount_yen) FROM entry WHERE account = 'suspense'";
    expect(await scenario.count(sql)).toBe(0);
  });

  it('with the certificate takes the place of the same claim without one', async () => {
    const claim = till.writeUncertified(card, 100);
    await upload(till);
    again(till, { ...claim, certificate: card.certificateOf(claim) });
    await upload(till);
    expect(await scenario.findings()).toEqual(['held RECORD_CERTIFICATE_MISSING']);
    expect(await paid()).toBe(100);
    const sql = "SELECT amount_yen FROM entry WHERE account LIKE 'merchant-payable:%'";
    expect(await scenario.count(sql)).toBe(-97);
  });

  it('without a certificate is ignored after the certified one', async () => {
    const record = till.write(card, 100);
    again(till, { ...record, certificate: undefined });
    await upload(till);
    expect(await scenario.findings()).toEqual(['ignored RECORD_DUPLICATE']);
  });

  it('without a certificate is held once, however often it is claimed', async () => {
    const claim = till.writeUncertified(card, 100);
    again(till, claim);
    await upload(till);
    again(till, claim);
    await upload(till);
    expect(await scenario.findings()).toEqual([
      'held RECORD_CERTIFICATE_MISSING',
      'ignored RECORD_DUPLICATE',
      'ignored RECORD_DUPLICATE',
    ]);
  });

  it('costs the same however many claims of one write are made up', async () => {
    for (let amount = 1; amount <= 300; amount += 1) {
      const before = { counter: card.counter, balance: card.balance };
      till.writeUncertified(card, amount);
      Object.assign(card, before);
    }
    await upload(till);
    for (let amount = 301; amount <= 600; amount += 1) {
      const before = { counter: card.counter, balance: card.balance };
      other.writeUncertified(card, amount);
      Object.assign(card, before);
    }
    await upload(other);
    const findings = await scenario.findings();
    expect(findings).toHaveLength(600);
    expect(new Set(findings)).toEqual(new Set(['held RECORD_CERTIFICATE_MISSING']));
  });

  it('is found among batches that are posted together', async () => {
    const record = till.write(card, 100);
    const receive = (terminal: TestTerminal): Promise<unknown> =>
      scenario.backend.receiver.receiveBatch(terminal.terminalId, terminal.close());
    await receive(till);
    again(till, record);
    await receive(till);
    other.write(card, 700, { cardCounter: 1 });
    await receive(other);
    await scenario.backend.verifier.verifyPending();
    expect(await scenario.findings()).toEqual([
      'ignored RECORD_DUPLICATE',
      'fraud RECORD_COUNTER_REUSED',
    ]);
    expect(await paid()).toBe(100);
  });
});
