import { describe, expect, it } from 'vitest';
import { epochMs } from '#units';
import { Scenario } from './scenario.ts';

/** Everything that is derived from what was uploaded, without row ids and times of posting. */
const DERIVED: Readonly<Record<string, string>> = {
  refusal:
    'SELECT hex(sha256) AS hash, terminal_id, reason FROM refusal JOIN evidence ON id = evidence_id ORDER BY 1, 2',
  batch:
    'SELECT terminal_id, batch_number, hex(hash) AS hash, received_at_ms FROM batch ORDER BY 1, 2',
  record: `SELECT sam_id, sam_number, hex(idm) AS idm, card_counter, kind, amount_yen, is_held,
    hex(purse_write) AS write FROM record ORDER BY 1, 2`,
  finding: 'SELECT batch_id, sam_number, verdict, reason, amount_yen FROM finding ORDER BY 1, 2',
  shadow:
    'SELECT hex(idm) AS idm, balance_yen, last_counter, record_count FROM card_shadow ORDER BY 1',
  entry: `SELECT reference, account, amount_yen FROM transfer JOIN entry ON transfer_id = transfer.id
    ORDER BY 1, 2`,
};

describe('the raw bytes', () => {
  it('are enough to build every later table again', async () => {
    const first = await Scenario.open();
    const second = await Scenario.open();
    for (const issuer of [first, second]) {
      await issuer.terminal(1, 'load');
      await issuer.terminal(2);
      await issuer.card(1, 0);
    }
    const kiosk = await first.terminal(1, 'load');
    const till = await first.terminal(2);
    const card = await first.card(1, 0);
    kiosk.write(card, 5_000);
    await first.upload(kiosk, kiosk.close());
    till.write(card, 100);
    till.writeUncertified(card, 20);
    till.write(card, 3);
    till.write(card, 3, { certificate: new Uint8Array(8) });
    const bytes = till.close();
    first.clock = epochMs(first.clock + 1_000);
    await first.upload(till, bytes.slice(0, -1));
    await first.upload(till, bytes);
    const raw = await first.backend.database.all(
      `SELECT evidence.bytes, received_at_ms, coalesce(
         (SELECT terminal_id FROM refusal WHERE evidence_id = evidence.id),
         (SELECT terminal_id FROM batch WHERE evidence_id = evidence.id)) AS terminal_id
       FROM evidence ORDER BY id`,
    );
    for (const row of raw) {
      second.clock = epochMs(Number(row['received_at_ms']));
      const uploaded = new Uint8Array(row['bytes'] as Uint8Array);
      await second.backend.receiver.receiveBatch(Number(row['terminal_id']), uploaded);
    }
    await second.backend.verifier.verifyPending();
    for (const sql of Object.values(DERIVED)) {
      const [expected, built] = [
        await first.backend.database.all(sql),
        await second.backend.database.all(sql),
      ];
      expect(expected.length).toBeGreaterThan(0);
      expect(built).toEqual(expected);
    }
    await first.remove();
    await second.remove();
  });
});
