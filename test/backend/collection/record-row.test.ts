import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KIND_CODES } from '#batch/record';
import { encodeRecordRows, isPosted } from '../../../backend/collection/record-row.ts';
import type { JudgedRecord } from '../../../backend/collection/verify-batch.ts';
import { readCardShadow } from '../../../backend/issuer/card-account.ts';
import { Scenario } from '../scenario.ts';

describe('record row', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.open();
  });
  afterEach(() => scenario.remove());

  it('holds what the record says, in the columns of the table', async () => {
    const till = await scenario.terminal(42);
    const card = await scenario.card(1);
    const record = till.write(card, 1_200);
    till.writeUncertified(card, 5);
    await scenario.upload(till, till.close());
    expect(await scenario.backend.database.all('SELECT * FROM record')).toEqual([
      {
        id: 1,
        batch_id: 1,
        sam_id: 42,
        sam_number: 1,
        idm: Buffer.from(card.idm),
        card_counter: 1,
        kind: KIND_CODES.debit,
        amount_yen: 1_200,
        balance_before_yen: 10_000,
        balance_after_yen: 8_800,
        is_held: 0,
        has_certificate: 1,
        purse_write: Buffer.from(record.certificate!),
        certificate_before: Buffer.alloc(8),
      },
      expect.objectContaining({ sam_number: 2, amount_yen: 5, is_held: 1, has_certificate: 0 }),
    ]);
  });

  it('moves the shadow by accepted records and held debits, and not by held loads', async () => {
    const kiosk = await scenario.terminal(1, 'load');
    const till = await scenario.terminal(2);
    const card = await scenario.card(1, 0);
    kiosk.write(card, 5_000);
    kiosk.writeUncertified(card, 700);
    till.write(card, 30);
    till.writeUncertified(card, 4);
    await scenario.upload(kiosk, kiosk.close());
    await scenario.upload(till, till.close());
    expect(await readCardShadow(scenario.backend.database, card.idm)).toEqual({
      balance: 5_000 - 30 - 4,
      lastCounter: 4,
      recordCount: 4,
      watermark: 1,
      watermarkBalance: 5_000,
    });
  });

  it('is made of accepted and held records only', () => {
    const verdicts = ['accepted', 'held', 'ignored', 'refused', 'fraud'];
    const posted = verdicts.filter((verdict) =>
      isPosted({ verdict: { verdict } } as unknown as JudgedRecord),
    );
    expect(posted).toEqual(['accepted', 'held']);
    expect(encodeRecordRows([])).toHaveLength(0);
  });
});
