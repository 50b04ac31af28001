import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signedYen } from '#units';
import {
  figureFault,
  parseFigures,
  readFigures,
  type WindowFigures,
} from '../../../backend/settlement/window-figure.ts';
import { openToChanges } from '../database/editor.ts';
import { Scenario } from '../scenario.ts';

const amount = (value: number): ReturnType<typeof signedYen> => signedYen(value);

const FIGURES: WindowFigures = {
  float: amount(3_010),
  loadReceivable: amount(1_900),
  voidReceivable: amount(100),
  cardLiability: amount(3_500),
  merchantPayable: amount(1_400),
  commissionPayable: amount(20),
  feeIncome: amount(40),
  suspense: amount(40),
  pendingLoadPayable: amount(10),
  paymentsInTransit: amount(0),
  commissionInTransit: amount(0),
  collectionsDue: amount(0),
  bankSuspense: amount(0),
  customerPayable: amount(0),
  issuerTotal: amount(0),
  carrierTotal: amount(0),
  carrierReceivable: amount(15),
  commissionOfWindow: amount(5),
  cardShadow: amount(3_500),
  heldRecords: amount(40),
  pendingLoads: amount(10),
  statementMismatchCount: 0,
};

/** In the documented order. */
const FAULTS: Readonly<Record<string, Partial<WindowFigures>>> = {
  SETTLEMENT_BOOKS_UNBALANCED: { issuerTotal: amount(1) },
  SETTLEMENT_CARRIER_UNBALANCED: { carrierTotal: amount(-1) },
  SETTLEMENT_SHADOW_MISMATCH: { cardShadow: amount(3_501) },
  SETTLEMENT_SUSPENSE_MISMATCH: { heldRecords: amount(39) },
  SETTLEMENT_PENDING_LOAD_MISMATCH: { pendingLoads: amount(9) },
  SETTLEMENT_FLOAT_BROKEN: { float: amount(2_999) },
  SETTLEMENT_STATEMENT_MISMATCH: { statementMismatchCount: 1 },
  SETTLEMENT_CARRIER_MISMATCH: { carrierReceivable: amount(16) },
};

describe('figureFault', () => {
  it('finds nothing where everything adds up', () => {
    expect(figureFault(FIGURES)).toBeUndefined();
  });

  it('finds one yen too much or too little, first things first', () => {
    const codes = Object.keys(FAULTS);
    for (const [index, code] of codes.entries()) {
      expect(figureFault({ ...FIGURES, ...FAULTS[code] })).toBe(code);
      const later = codes.slice(index).map((other) => FAULTS[other]);
      expect(figureFault(Object.assign({}, FIGURES, ...later))).toBe(code);
    }
  });
});

describe('readFigures', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.open();
  });
  afterEach(() => scenario.remove());

  it('counts cards and held records from the records, and the rest from the books', async () => {
    const kiosk = await scenario.terminal(1, 'load');
    const till = await scenario.terminal(2);
    const card = await scenario.card(1, 0);
    kiosk.write(card, 5_000);
    kiosk.writeUncertified(card, 300);
    till.write(card, 2_000);
    till.writeUncertified(card, 40);
    await scenario.upload(kiosk, kiosk.close());
    await scenario.upload(till, till.close());
    const carrier = { total: amount(0), receivable: amount(0) };
    expect(await readFigures(scenario.backend.database, 1, carrier)).toEqual({
      float: 0,
      loadReceivable: 5_300,
      voidReceivable: 0,
      cardLiability: 2_960,
      merchantPayable: 1_935,
      commissionPayable: 10,
      feeIncome: 55,
      suspense: 340,
      pendingLoadPayable: 0,
      paymentsInTransit: 0,
      commissionInTransit: 0,
      collectionsDue: 0,
      bankSuspense: 0,
      customerPayable: 0,
      pendingLoads: 0,
      issuerTotal: 0,
      carrierTotal: 0,
      carrierReceivable: 0,
      commissionOfWindow: 10,
      cardShadow: 2_960,
      heldRecords: 340,
      statementMismatchCount: 0,
    });
  });

  it('counts a merchant whose statement is not what the books say', async () => {
    const till = await scenario.terminal(2);
    till.write(await scenario.card(1), 100);
    await scenario.upload(till, till.close());
    const { database } = scenario.backend;
    await database.transaction(async (transaction) => {
      await openToChanges(transaction, 'posted_batch');
      await transaction.run('UPDATE posted_batch SET debit_yen = 101');
    });
    const carrier = { total: amount(0), receivable: amount(0) };
    const figures = await readFigures(database, 1, carrier);
    expect(figures.statementMismatchCount).toBe(1);
    expect(figureFault(figures)).toBe('SETTLEMENT_STATEMENT_MISMATCH');
  });
});

describe('parseFigures', () => {
  it('gives back what a close has written', () => {
    expect(parseFigures(JSON.stringify(FIGURES))).toEqual(FIGURES);
    expect(() => parseFigures('{}')).toThrow();
  });
});
