import { describe, expect, it } from 'vitest';
import { epochMs } from '#units';
import { readBalances } from '../../backend/ledger/books.ts';
import { NOON, seededRandom } from '../scheme.ts';
import { Scenario, type TestTerminal } from './scenario.ts';

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
    'SELECT hex(idm) AS idm, balance_yen, last_counter, record_count, watermark, watermark_balance_yen FROM card_shadow ORDER BY 1',
  gap: `SELECT sequence, iif(typeof(owner) = 'blob', hex(owner), owner) AS owner, first, last,
    first_seen_ms FROM gap ORDER BY 1, 2, 3`,
  resolution: 'SELECT record_id, outcome, amount_yen, fee_yen FROM resolution ORDER BY 1',
  fraud: 'SELECT kind, subject, expected, found, evidence FROM fraud_case ORDER BY 1, 2',
  listing: 'SELECT hex(idm) AS idm, is_listed FROM hot_listing ORDER BY id',
  entry: `SELECT reference, account, amount_yen FROM transfer JOIN entry ON transfer_id = transfer.id
    ORDER BY 1, 2`,
};

/**
 * Every upload that was kept, in the order of its arrival: a batch that came early is in the table of
 * refusals too, and comes once.
 */
const ARRIVALS = `
SELECT evidence.id AS id, evidence.bytes AS bytes, terminal_id, min(at_ms) AS at_ms FROM (
  SELECT evidence_id, terminal_id, refused_at_ms AS at_ms FROM refusal
  UNION ALL SELECT evidence_id, terminal_id, received_at_ms FROM batch)
CROSS JOIN evidence ON evidence.id = evidence_id
GROUP BY evidence.id, terminal_id ORDER BY at_ms, evidence.id`;

/** Sends to `empty`, which has the same parties, what `original` was sent, at the same times. */
async function rebuild(original: Scenario, empty: Scenario): Promise<void> {
  for (const row of await original.backend.database.all(ARRIVALS)) {
    empty.clock = epochMs(Number(row['at_ms']));
    const bytes = new Uint8Array(row['bytes'] as Uint8Array);
    await empty.backend.receiver.receiveBatch(Number(row['terminal_id']), bytes);
    await empty.backend.verifier.verifyPending();
  }
}

async function derived(scenario: Scenario): Promise<Record<string, unknown>> {
  const tables: Record<string, unknown> = {};
  for (const [name, sql] of Object.entries(DERIVED)) {
    tables[name] = await scenario.backend.database.all(sql);
  }
  return { ...tables, balances: await readBalances(scenario.backend.database) };
}

/** Two issuers with the same parties and keys, and a day of trade in batches not sent yet. */
async function openDay(): Promise<{
  readonly first: Scenario;
  readonly second: Scenario;
  readonly uploads: readonly { readonly from: TestTerminal; readonly bytes: Uint8Array }[];
}> {
  const first = await Scenario.open();
  const second = await Scenario.open();
  for (const issuer of [first, second]) {
    await issuer.terminal(1, 'load');
    for (const id of [2, 3]) await issuer.terminal(id);
    for (const number of [1, 2]) await issuer.card(number, 0);
  }
  const kiosk = await first.terminal(1, 'load');
  const [till, other] = [await first.terminal(2), await first.terminal(3)];
  const [card, clone] = [await first.card(1, 0), await first.card(2, 0)];
  const uploads: { readonly from: TestTerminal; readonly bytes: Uint8Array }[] = [];
  const close = (from: TestTerminal): void => {
    uploads.push({ from, bytes: from.close() });
  };
  kiosk.write(card, 5_000);
  kiosk.write(clone, 2_000);
  close(kiosk);
  till.write(card, 100);
  const claim = till.writeUncertified(card, 20);
  close(till);
  other.write(card, 7, { certificateBefore: card.certificateOf(claim) });
  const torn = other.write(card, 9, { certificate: undefined, resolution: 'interrupted' });
  close(other);
  till.write(card, 3, { certificateBefore: card.certificateOf(torn) });
  till.write(card, 3, { certificate: new Uint8Array(8) });
  till.samNumber += 2;
  close(till);
  till.write(clone, 30);
  close(till);
  clone.counter -= 1;
  other.write(clone, 40);
  close(other);
  kiosk.write(clone, 10);
  close(kiosk);
  return { first, second, uploads };
}

describe('the raw bytes', () => {
  it.each(['in order', 'a', 'b', 'c', 'd'])(
    'are enough to build every later table again, uploads %s',
    async (seed) => {
      const { first, second, uploads } = await openDay();
      const random = seededRandom(`rebuild ${seed}`);
      const shuffled = uploads
        .map((upload) => ({ upload, place: Buffer.from(random(4)).readUInt32BE() }))
        .sort((one, next) => one.place - next.place)
        .map(({ upload }) => upload);
      const sent = seed === 'in order' ? uploads : shuffled;
      let hour = 0;
      // Each comes twice, the second time when everything else is here, and one comes cut short.
      for (const { from, bytes } of [...sent, ...sent.toReversed()]) {
        hour += 1;
        first.clock = epochMs(NOON + hour * 3_600_000);
        if (hour === 3) await first.upload(from, bytes.slice(0, -1));
        await first.upload(from, bytes);
      }
      expect(await first.count('SELECT count(*) FROM batch')).toBe(uploads.length);
      await rebuild(first, second);
      const [original, built] = [await derived(first), await derived(second)];
      expect(built).toEqual(original);
      for (const table of ['refusal', 'finding', 'resolution', 'fraud', 'listing', 'gap']) {
        expect(original[table], table).not.toEqual([]);
      }
      await first.remove();
      await second.remove();
    },
  );
});
