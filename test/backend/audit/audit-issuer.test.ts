import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { businessDateOf } from '#units';
import { type AuditResult, auditIssuer } from '../../../backend/audit/audit-issuer.ts';
import { figuresOf, inclusionOf } from '../../../backend/audit/daily-proof.ts';
import { registerOwner, replaceCard } from '../../../backend/replacement/card-end.ts';
import { moveValue } from '../../../backend/replacement/move-value.ts';
import { closeWindow } from '../../../backend/settlement/close-window.ts';
import { settleWindow } from '../../../backend/settlement/settle-window.ts';
import { NOON } from '../../scheme.ts';
import { openToChanges } from '../database/editor.ts';
import { later, Scenario } from '../scenario.ts';

let scenario: Scenario;
beforeEach(async () => {
  scenario = await Scenario.open();
});
afterEach(() => scenario.remove());

function audit(withKeys = true): Promise<AuditResult> {
  const { database, keystore } = scenario.backend;
  const masterOf = (version: number): Uint8Array | undefined => keystore.certificateMaster(version);
  return auditIssuer(database, { masterOf: withKeys ? masterOf : undefined });
}

async function codes(): Promise<readonly string[]> {
  const { findings } = await audit();
  return findings.map(({ code }) => code);
}

/** Loads, sales, a void, held and interrupted records, and refused ones: two terminals and a kiosk. */
async function day(): Promise<void> {
  const kiosk = await scenario.terminal(1, 'load');
  const pos = await scenario.terminal(2, 'pos-void');
  const other = await scenario.terminal(3);
  const [hanako, taro] = [await scenario.card(1, 0), await scenario.card(2, 0)];
  kiosk.write(hanako, 10_000);
  const torn = kiosk.writeUncertified(taro, 5_000);
  await scenario.upload(kiosk, kiosk.close());
  pos.write(hanako, 333);
  pos.write(hanako, 333, { kind: 'void' });
  pos.write(taro, 1_001, { certificateBefore: taro.certificateOf(torn) });
  pos.writeUncertified(hanako, 77);
  await scenario.upload(pos, pos.close());
  other.write(hanako, 55);
  other.write(taro, 0);
  await scenario.upload(other, other.close());
}

async function tamper(table: string, sql: string): Promise<void> {
  const { database } = scenario.backend;
  await database.transaction(async (transaction) => {
    await openToChanges(transaction, table);
    await transaction.run(sql);
  });
}

describe('the audit of an issuer', () => {
  it('finds nothing where nothing was changed', async () => {
    await day();
    const result = await audit();
    expect(result.findings).toEqual([]);
    expect(result).toMatchObject({ batchCount: 3, recordCount: 8, certificatesChecked: true });
    const held = await scenario.count('SELECT count(*) FROM record WHERE is_held = 1');
    expect(held).toBeGreaterThan(0);
    expect(await scenario.count('SELECT count(*) FROM resolution')).toBeGreaterThan(0);
  });

  it('finds nothing in a settled window either', async () => {
    await day();
    scenario.clock = (NOON + 24 * 60 * 60 * 1_000) as typeof NOON;
    expect(await closeWindow(scenario.backend.settlement)).toMatchObject({ result: 'closed' });
    await settleWindow(scenario.backend.settlement, 1);
    expect((await audit()).findings).toEqual([]);
  });

  it('counts what a decision took from a lost card, and finds it if nobody took it', async () => {
    await day();
    const { database } = scenario.backend;
    const kiosk = await scenario.terminal(4, 'load');
    const card = await scenario.card(3, 0);
    const lost = card.idm;
    kiosk.write(card, 800);
    await scenario.upload(kiosk, kiosk.close());
    await registerOwner(database, { idm: lost, owner: 'Hanako' }, NOON);
    await replaceCard(
      database,
      { idm: lost, newIdm: scenario.unknownCard(2).idm, note: 'x' },
      NOON,
    );
    expect(await moveValue(database, lost, later(NOON, 7))).toMatchObject({ result: 'moved' });
    expect((await audit()).findings).toEqual([]);
    await tamper('moved_value', 'UPDATE moved_value SET amount_yen = amount_yen + 1');
    expect(await codes()).toContain('AUDIT_CARD_SHADOW');
  });

  it.each([
    ['AUDIT_BATCH_BYTES', 'evidence', "UPDATE evidence SET sha256 = unhex('00') WHERE id = 1"],
    ['AUDIT_BATCH_ROW', 'batch', 'UPDATE batch SET last_sam_number = 9 WHERE id = 1'],
    ['AUDIT_RECORD_ROW', 'record', 'UPDATE record SET amount_yen = 9999 WHERE id = 1'],
    ['AUDIT_RECORD_ROW', 'record', 'UPDATE record SET balance_after_yen = 1 WHERE id = 1'],
    ['AUDIT_CARD_SHADOW', 'card_shadow', 'UPDATE card_shadow SET balance_yen = balance_yen + 1'],
    ['AUDIT_POSTED_ROW', 'posted_batch', 'UPDATE posted_batch SET fee_yen = fee_yen + 1'],
    [
      'AUDIT_TRANSFER',
      'entry',
      `UPDATE entry SET amount_yen = amount_yen + iif(account = 'fee-income', 100, -100)
      WHERE account IN ('fee-income', 'commission-payable')`,
    ],
    [
      'AUDIT_BOOKS_UNBALANCED',
      'entry',
      "UPDATE entry SET amount_yen = amount_yen - 1 WHERE account = 'fee-income'",
    ],
    [
      'AUDIT_BOOKS_UNBALANCED',
      'transfer',
      "INSERT INTO transfer VALUES (99, 'gift', 'adjustment', 1, 1)",
    ],
    [
      'AUDIT_TRANSFER_CAUSELESS',
      'transfer',
      "INSERT INTO transfer VALUES (99, 'batch:2:9:load', 'load', 1, 1)",
    ],
    [
      'AUDIT_RECORD_FATE',
      'finding',
      "UPDATE finding SET verdict = 'refused' WHERE verdict = 'held'",
    ],
    ['AUDIT_RECORD_UNFIT', 'sam', "UPDATE sam SET kind = 'pos' WHERE sam_id = 1"],
    [
      'AUDIT_BATCH_SIGNATURE',
      'terminal',
      'UPDATE terminal SET public_key = (SELECT public_key FROM terminal WHERE terminal_id = 2) WHERE terminal_id = 1',
    ],
  ])('finds %s in %s: %s', async (code, table, sql) => {
    await day();
    await tamper(table, sql);
    expect(await codes()).toContain(code);
  });

  it('finds a record without a fate, and one that nobody reported', async () => {
    await day();
    await tamper('finding', "DELETE FROM finding WHERE verdict = 'refused'");
    const { findings } = await audit();
    expect(findings).toMatchObject([
      { code: 'AUDIT_RECORD_FATE', found: 'neither' },
      { code: 'AUDIT_POSTED_ROW' },
    ]);
    await scenario.backend.database.transaction((transaction) =>
      transaction.run(
        `INSERT INTO record SELECT 99, batch_id, sam_id, sam_number + 1, idm, card_counter + 9, kind,
        amount_yen, balance_before_yen, balance_after_yen, 0, 1, purse_write, certificate_before
        FROM record WHERE id = (SELECT min(id) FROM record WHERE sam_id = 3)`,
      ),
    );
    expect(await codes()).toContain('AUDIT_RECORD_ROW');
  });

  it('finds a write of a card that was paid twice', async () => {
    await day();
    await tamper('record', 'DROP INDEX record_certified');
    await tamper('record', 'UPDATE record SET card_counter = 2 WHERE sam_id = 2');
    expect(await codes()).toContain('AUDIT_RECORD_TWICE');
  });

  it('computes the certificates of cards where it has the keys', async () => {
    await day();
    const certificates = await auditIssuer(scenario.backend.database, {
      masterOf: () => new Uint8Array(16),
    });
    expect(new Set(certificates.findings.map(({ code }) => code))).toEqual(
      new Set(['AUDIT_CERTIFICATE']),
    );
    expect(await audit(false)).toMatchObject({ certificatesChecked: false, findings: [] });
  });

  it('tells what it only sums', async () => {
    await day();
    await scenario.backend.database.transaction(async (transaction) => {
      await transaction.run("INSERT INTO transfer VALUES (99, 'adjustment:A', 'adjustment', 1, 1)");
      await transaction.run(
        "INSERT INTO entry VALUES (901, 99, 'fee-income', 5), (902, 99, 'merchant-payable:1', -5)",
      );
    });
    expect(await audit()).toMatchObject({ findings: [], otherTransfers: { adjustment: 1 } });
  });

  it('knows which batches came on a day, and what the books said at its end', async () => {
    await day();
    const { database } = scenario.backend;
    const today = businessDateOf(NOON);
    const figures = await figuresOf(database, today);
    expect(figures.batchCount).toBe(3);
    expect(Object.values(figures.balances).reduce((sum, each) => sum + each, 0)).toBe(0);
    const yesterday = businessDateOf((NOON - 24 * 60 * 60 * 1_000) as typeof NOON);
    expect(await figuresOf(database, yesterday)).toMatchObject({ batchCount: 0, balances: {} });
    expect(await inclusionOf(database, new Uint8Array(32))).toBeUndefined();
  });
});
