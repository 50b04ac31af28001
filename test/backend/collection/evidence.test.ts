import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashOf } from '#batch/batch';
import { EvidenceStore } from '../../../backend/collection/evidence.ts';
import { NOON } from '../../scheme.ts';
import { later, Scenario } from '../scenario.ts';

const BYTES = Uint8Array.of(1, 2, 3);
const REFUSAL = { terminalId: 42, reason: 'BATCH_TRUNCATED', detail: '3 bytes' };

describe('EvidenceStore', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.open();
  });
  afterEach(() => scenario.remove());

  it('keeps the same bytes once, with the time they first came', async () => {
    const { database } = scenario.backend;
    const store = await EvidenceStore.open(database, 10_000);
    const id = await store.store(BYTES, NOON);
    expect(await store.store(BYTES, later(NOON, 1))).toBe(id);
    expect(await store.store(Uint8Array.of(1, 2), NOON)).not.toBe(id);
    expect(await database.all('SELECT * FROM evidence WHERE id = ?', [id])).toEqual([
      {
        id,
        sha256: Buffer.from(hashOf(BYTES)),
        received_at_ms: NOON,
        bytes: Buffer.from(BYTES),
      },
    ]);
  });

  it('keeps no bytes at all, too', async () => {
    const store = await EvidenceStore.open(scenario.backend.database, 10_000);
    const id = await store.store(new Uint8Array(0), NOON);
    expect(await store.store(new Uint8Array(0), NOON)).toBe(id);
  });

  it('is full for refused uploads when they fill their part of the disk, also after a restart', async () => {
    const { database } = scenario.backend;
    const store = await EvidenceStore.open(database, 3 * 256 + 6);
    const id = await store.store(BYTES, NOON);
    const arrival = { byteCount: 3, refusedAt: NOON };
    await store.noteRefusal(id, REFUSAL, arrival);
    await store.noteRefusal(id, REFUSAL, arrival);
    expect(store.hasRoomForRefused(3)).toBe(true);
    await store.noteRefusal(id, { ...REFUSAL, terminalId: 43 }, arrival);
    expect(store.hasRoomForRefused(0)).toBe(true);
    expect(store.hasRoomForRefused(1)).toBe(false);
    const again = await EvidenceStore.open(database, 3 * 256 + 6);
    expect([again.hasRoomForRefused(0), again.hasRoomForRefused(1)]).toEqual([true, false]);
  });

  it('is append-only', async () => {
    const { database } = scenario.backend;
    const store = await EvidenceStore.open(database, 10_000);
    await store.store(BYTES, NOON);
    for (const sql of ['UPDATE evidence SET bytes = sha256', 'DELETE FROM evidence']) {
      await expect(
        database.transaction((transaction) => transaction.run(sql)),
      ).rejects.toMatchObject({ message: expect.stringContaining('append-only') });
    }
  });
});
