import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  certifiedWriteOf,
  encodeUnsealedRecord,
  type PurseRecord,
  samRecordMac,
} from '#batch/record';
import { deriveCardKey } from '#purse/card-key';
import { transactionCertificate } from '#purse/transaction-certificate';
import { yen } from '#units';
import { readUnverifiedBatches } from '../../../backend/collection/unverified-batch.ts';
import { type JudgedRecord, verifyBatch } from '../../../backend/collection/verify-batch.ts';
import { registerCard } from '../../../backend/issuer/card-account.ts';
import { registerSam } from '../../../backend/issuer/sam-account.ts';
import { Scenario, type TestCard, type TestTerminal } from '../scenario.ts';

describe('verifyBatch', () => {
  let scenario: Scenario;
  let till: TestTerminal;
  let card: TestCard;
  beforeEach(async () => {
    scenario = await Scenario.open();
    till = await scenario.terminal(42);
    card = await scenario.card(1);
  });
  afterEach(() => scenario.remove());

  async function judged(
    terminal: TestTerminal,
    records?: readonly PurseRecord[],
  ): Promise<readonly JudgedRecord[]> {
    const bytes = terminal.close(records && { records });
    await scenario.backend.receiver.receiveBatch(terminal.terminalId, bytes);
    const { database, keystore } = scenario.backend;
    const waiting = await readUnverifiedBatches(database, 0, 100);
    const keys = {
      issuerId: keystore.issuerId,
      certificateMaster: (version: number) => keystore.certificateMaster(version),
      samKey: (samId: number) => keystore.samKey(samId),
      liteMaster: (version: number) => keystore.liteMaster(version),
    };
    const verified = await verifyBatch(database, keys, waiting.at(-1)!);
    return verified.records;
  }
  const verdictsOf = (records: readonly JudgedRecord[]): string[] =>
    records.map(({ verdict }) => ('reason' in verdict ? verdict.reason : verdict.verdict));

  it('accepts the records of a day, as another implementation computes MAC and certificate', async () => {
    for (let count = 0; count < 20; count++) till.write(card, count + 1);
    const records = await judged(till);
    expect(verdictsOf(records)).toEqual(Array.from({ length: 20 }, () => 'accepted'));
    const { keystore } = scenario.backend;
    const context = { label: 'CERT', idm: card.idm, version: 1 } as const;
    const key = deriveCardKey(keystore.masters.CERT, context);
    for (const { record, context: known } of records) {
      const certificate = transactionCertificate(key, certifiedWriteOf(record));
      expect(known.expectedCertificate).toEqual(certificate);
      expect(samRecordMac(keystore.samKey(42), encodeUnsealedRecord(record))).toEqual(
        record.samMac,
      );
    }
  });

  it('judges each record by itself', async () => {
    const stranger = scenario.unknownCard(2);
    const second = await scenario.card(3);
    const records = [
      till.write(card, 1),
      till.write(stranger, 0),
      till.write(card, 2, { certificate: new Uint8Array(8) }),
      till.writeUncertified(card, 3),
      { ...till.write(card, 4), samMac: new Uint8Array(16) },
      till.write(card, 5, { issuerId: 82 }),
      till.write(card, 6, { keyVersion: 2 }),
      till.write(second, 7),
    ];
    expect(verdictsOf(await judged(till, records))).toEqual([
      'accepted',
      'RECORD_CARD_UNKNOWN',
      'RECORD_CERTIFICATE_INVALID',
      'RECORD_CERTIFICATE_MISSING',
      'RECORD_SAM_MAC_INVALID',
      'RECORD_ISSUER_UNKNOWN',
      'RECORD_KEY_VERSION_UNKNOWN',
      'accepted',
    ]);
  });

  it('knows no card whose account has another key version', async () => {
    const other = scenario.unknownCard(4);
    other.balance = card.balance;
    const account = { idm: other.idm, keyVersion: 9 };
    await registerCard(scenario.backend.database, account, scenario.clock);
    till.write(other, 1);
    expect(verdictsOf(await judged(till))).toEqual(['RECORD_KEY_VERSION_UNKNOWN']);
  });

  it('lets no POS SAM load and no load SAM debit', async () => {
    till.write(card, 1, { kind: 'load' });
    till.write(card, 1);
    expect(verdictsOf(await judged(till))).toEqual(['RECORD_KIND_NOT_ALLOWED', 'accepted']);
    const kiosk = await scenario.terminal(43, 'load');
    kiosk.write(card, 1);
    kiosk.write(card, 1, { kind: 'debit' });
    expect(verdictsOf(await judged(kiosk))).toEqual(['accepted', 'RECORD_KIND_NOT_ALLOWED']);
  });

  it('lets no load SAM work in a POS terminal', async () => {
    const disguised = await scenario.terminal(46, 'pos', { isSamIssued: false });
    const sam = { samId: 46, kind: 'load', keyVersion: 1, amountMax: yen(500) } as const;
    await registerSam(scenario.backend.database, sam, scenario.clock);
    disguised.write(card, 1, { kind: 'load' });
    disguised.write(card, 1);
    expect(verdictsOf(await judged(disguised))).toEqual([
      'RECORD_KIND_NOT_ALLOWED',
      'RECORD_KIND_NOT_ALLOWED',
    ]);
  });

  it('refuses an amount one yen above the limit of the terminal', async () => {
    const small = await scenario.terminal(44, 'pos', { amountMax: 500 });
    small.write(card, 500);
    small.write(card, 501);
    expect(verdictsOf(await judged(small))).toEqual(['accepted', 'RECORD_AMOUNT_OVER_LIMIT']);
  });

  it('knows no SAM that was never given out', async () => {
    const forged = await scenario.terminal(45, 'pos', { isSamIssued: false });
    forged.write(card, 1);
    expect(verdictsOf(await judged(forged))).toEqual(['RECORD_SAM_UNKNOWN']);
  });

  it('holds the first record after a gap and no other', async () => {
    till.samNumber = 3;
    till.write(card, 1);
    till.write(card, 2);
    expect(verdictsOf(await judged(till))).toEqual(['RECORD_SAM_NUMBER_GAP', 'accepted']);
  });

  it('writes nothing', async () => {
    till.write(card, 1);
    await judged(till);
    expect(await scenario.count('SELECT count(*) FROM record')).toBe(0);
    expect(await scenario.count('SELECT count(*) FROM unverified_batch')).toBe(1);
  });
});
