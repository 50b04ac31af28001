import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { decodeRecord } from '#batch/record';
import { milliseconds, yen } from '#units';
import type { PurseIntent } from '../../../terminal/debit/purse-journal.ts';
import { Journal, RESERVE_BYTES } from '../../../terminal/journal/journal.ts';
import { JournalStore } from '../../../terminal/journal/journal-store.ts';
import { PurseTerminal } from '../../../terminal/purse-terminal.ts';
import { EmulatedReader } from '../../../terminal/reader/emulated-reader.ts';
import { cardIdm, ISSUER_ID, issuedCard, KEY_VERSION, NOON, testSam } from '../../scheme.ts';
import { type DiskFault, SimulatedDisk } from '../../simulation/simulated-disk.ts';

const TERMINAL = 42;
const SEED = 20_261_123;
const now = (): typeof NOON => NOON;

let disk: SimulatedDisk;

beforeEach(() => {
  disk = new SimulatedDisk();
});

function open(file = disk): Promise<Journal> {
  return Journal.open({ file, terminalId: TERMINAL, sam: testSam('pos', TERMINAL), now });
}

function intentNumber(number: number): PurseIntent {
  return {
    saleId: `sale ${number}`,
    kind: 'debit',
    idm: cardIdm(number),
    keyVersion: 1,
    terminalTransactionNumber: number,
    amount: yen(100),
    balanceBefore: yen(1_000),
    balanceAfter: yen(900),
    cardCounter: 2,
    executionId: Uint8Array.of(0, 2, 0, 1),
    purseBlock: new Uint8Array(16),
    historyBlock: new Uint8Array(16),
    time: NOON,
  };
}

async function write(journal: Journal, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await journal.recordIntent(intentNumber(await journal.nextTransactionNumber()));
  }
}

async function saleCount(journal: Journal): Promise<number> {
  return (await journal.unresolvedIntents()).length;
}

const TEXT = new TextDecoder();
const linesOf = (file: SimulatedDisk): string[] => TEXT.decode(file.content()).split('\n');

describe('the file of a journal', () => {
  it('gives back what was written, after it was opened again', async () => {
    const journal = await open();
    await write(journal, 3);
    const [intent] = await journal.unresolvedIntents();
    await journal.recordOutcome(intent!, { state: 'not-done', detail: 'FF 01' });
    const again = await open();
    expect(await again.intentsOfSale('sale 1')).toEqual([
      { intent: intentNumber(1), outcome: { state: 'not-done', detail: 'FF 01' } },
    ]);
    expect(await again.intentsOfSale('sale 2')).toEqual([
      { intent: intentNumber(2), outcome: undefined },
    ]);
    expect(await again.unresolvedIntentsOf(cardIdm(3))).toEqual([intentNumber(3)]);
    expect(await again.unresolvedIntentsOf(cardIdm(1))).toEqual([]);
  });

  it('cuts a torn end off, whatever stands there, keeps it as evidence, and loses nothing else', async () => {
    await write(await open(), 3);
    const whole = disk.content();
    const tail = fc
      .uint8Array({ minLength: 1, maxLength: 600 })
      .filter((bytes) => !bytes.includes(0x0a));
    await fc.assert(
      fc.asyncProperty(tail, async (rubbish) => {
        const torn = new SimulatedDisk();
        await torn.append(whole);
        await torn.append(rubbish);
        expect(await saleCount(await open(torn))).toBe(3);
        expect(TEXT.decode(torn.content())).toContain(Buffer.from(rubbish).toString('base64'));
        expect(linesOf(torn)).toHaveLength(6);
        expect(await saleCount(await open(torn))).toBe(3);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it('does not take a damaged line for a torn one because half a line follows it', async () => {
    await write(await open(), 3);
    disk.damage(disk.size - 20, 0x58);
    await disk.append(new TextEncoder().encode('0123'));
    await expect(open()).rejects.toMatchObject({ code: 'JOURNAL_DAMAGED' });
    expect(await Journal.acceptDamage(disk, now)).toMatchObject([{ kind: 'unreadable' }]);
    expect(await saleCount(await open())).toBe(2);
  });

  it('accepts no damage of a file that is none of its own', async () => {
    await disk.append(new TextEncoder().encode('a letter\n'));
    await expect(Journal.acceptDamage(disk, now)).rejects.toMatchObject({
      code: 'JOURNAL_FOREIGN',
    });
    expect(linesOf(disk)).toEqual(['a letter', '']);
  });

  it('is a journal again after a power cut at any byte of any entry', async () => {
    const seen: number[] = [];
    for (let bytesWritten = 0; bytesWritten < 700; bytesWritten += 7) {
      for (const entry of [0, 1, 2]) {
        const torn = new SimulatedDisk();
        const journal = entry === 0 ? undefined : await open(torn);
        if (journal !== undefined) await write(journal, entry - 1);
        torn.failNext({ fault: 'crash', bytesWritten });
        const failed = journal === undefined ? open(torn) : write(journal, 1);
        await expect(failed).rejects.toMatchObject({ code: 'JOURNAL_WRITE_FAILED' });
        torn.restart();
        const count = await saleCount(await open(torn));
        expect([entry - 1, entry]).toContain(Math.max(count, entry - 1));
        seen.push(count);
      }
    }
    expect(new Set(seen)).toEqual(new Set([0, 1, 2]));
  });

  it.each<DiskFault>([
    { fault: 'full' },
    { fault: 'failed', bytesWritten: 0 },
    { fault: 'failed', bytesWritten: 100 },
    { fault: 'failed', bytesWritten: 10_000 },
  ])('takes an entry back that it reported as failed: %j', async (fault) => {
    const journal = await open();
    await write(journal, 1);
    const before = disk.content();
    disk.failNext(fault);
    const code = fault.fault === 'full' ? 'JOURNAL_FULL' : 'JOURNAL_WRITE_FAILED';
    await expect(write(journal, 1)).rejects.toMatchObject({ code });
    expect(disk.content()).toEqual(before);
    await write(journal, 1);
    expect(await saleCount(await open())).toBe(2);
  });

  it('is not written to any more when it may end in half an entry', async () => {
    const journal = await open();
    disk.failNext({ fault: 'crash', bytesWritten: 50 });
    await expect(write(journal, 1)).rejects.toMatchObject({ code: 'JOURNAL_WRITE_FAILED' });
    disk.restart();
    await expect(write(journal, 1)).rejects.toThrow(/restart/);
    await write(await open(), 1);
  });

  it('begins no sale in the last of the room, and finishes what was begun', async () => {
    const journal = await open();
    await write(journal, 1);
    const [intent] = await journal.unresolvedIntents();
    disk.limitRoom(RESERVE_BYTES - 1);
    await expect(write(journal, 1)).rejects.toMatchObject({ code: 'JOURNAL_FULL' });
    await journal.recordOutcome(intent!, { state: 'not-done', detail: '' });
    disk.limitRoom(RESERVE_BYTES);
    await write(journal, 1);
  });

  it('says so when any byte of an entry was changed, and keeps the rest', async () => {
    await write(await open(), 4);
    const whole = disk.content();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 2),
        fc.integer({ min: 1, max: 255 }),
        async (at, bits) => {
          const damaged = new SimulatedDisk();
          await damaged.append(whole);
          damaged.damage(at, whole[at]! ^ bits);
          const store = await JournalStore.open(damaged, now);
          expect(store.damages).toMatchObject([{ kind: 'unreadable' }]);
          expect(store.index.unresolved().length).toBeGreaterThanOrEqual(2);
          await expect(open(damaged)).rejects.toMatchObject({ code: 'JOURNAL_DAMAGED' });
        },
      ),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('gives no SAM number again that a batch holds, when damage took the record', async () => {
    const journal = await open();
    await write(journal, 2);
    const [first, second] = await journal.unresolvedIntents();
    const done = { state: 'done', resolution: 'at-tap', certificate: undefined } as const;
    await journal.recordOutcome(first!, done);
    const place = disk.size - 20;
    await journal.recordBatch({
      number: 1,
      lastSamNumber: 1,
      hash: new Uint8Array(32),
      bytes: new Uint8Array(9),
    });
    disk.damage(place, 0x0b);
    await Journal.acceptDamage(disk, now);
    const again = await open();
    expect(again.uncollected().lastSamNumber).toBe(1);
    await again.recordOutcome(second!, done);
    const [record] = await again.openRecords(9);
    expect(decodeRecord(record!)).toMatchObject({ record: { samNumber: 2 } });
  });

  it('says so when a line was taken out, put in again, or exchanged for another', async () => {
    await write(await open(), 4);
    const [first, second, third, fourth, ...rest] = linesOf(disk);
    for (const lines of [
      [first, second, fourth, ...rest],
      [first, second, third, third, fourth, ...rest],
      [first, third, second, fourth, ...rest],
    ]) {
      const changed = new SimulatedDisk();
      await changed.append(new TextEncoder().encode(lines.join('\n')));
      const store = await JournalStore.open(changed, now);
      expect(store.damages[0]).toMatchObject({ kind: 'unlinked' });
    }
  });

  it('goes on once a person has accepted the damage, and then only reports a new one', async () => {
    await write(await open(), 4);
    const offset = linesOf(disk)[0]!.length + 200;
    disk.damage(offset, 0x58);
    await Journal.acceptDamage(disk, now);
    const journal = await open();
    expect(await saleCount(journal)).toBe(3);
    await write(journal, 1);
    disk.damage(disk.size - 1_500, 0x58);
    await expect(open()).rejects.toMatchObject({ code: 'JOURNAL_DAMAGED' });
  });
});

describe('a terminal whose disk fails', () => {
  it('books a sale once, wherever the machine stopped', async () => {
    for (let failing = 1; failing <= 3; failing += 1) {
      for (const fault of ['crash', 'failed'] as const) {
        for (const bytesWritten of [0, 10, 10_000]) {
          const card = issuedCard(1, { debitMax: yen(50_000) });
          await load(card);
          const file = new SimulatedDisk();
          await open(file);
          const outcomes: unknown[] = [];
          for (let tap = 1; tap <= 4; tap += 1) {
            if (tap === failing) file.failNext({ fault, bytesWritten });
            outcomes.push(await payOnce(file, card).catch(() => 'crashed'));
            file.restart();
          }
          expect(outcomes.at(-1)).toBe('approved');
          const records = await (await open(file)).openRecords(10);
          expect(records).toHaveLength(1);
        }
      }
    }
  });
});

async function payOnce(file: SimulatedDisk, card: ReturnType<typeof issuedCard>): Promise<string> {
  const reader = new EmulatedReader();
  const limits = { issuerId: ISSUER_ID, keyVersion: KEY_VERSION, amountMax: yen(30_000) };
  const sam = testSam('pos', TERMINAL);
  const journal = await open(file);
  const terminal = new PurseTerminal({
    terminalId: TERMINAL,
    reader,
    sam,
    journal,
    limits,
    now,
  });
  reader.present(card);
  const request = { saleId: 'the sale', kind: 'debit', amount: yen(300) } as const;
  try {
    return (await terminal.tap(request, milliseconds(0))).outcome;
  } finally {
    reader.remove();
  }
}

async function load(card: ReturnType<typeof issuedCard>): Promise<void> {
  const reader = new EmulatedReader();
  const sam = testSam('load', 9);
  const limits = { issuerId: ISSUER_ID, keyVersion: KEY_VERSION, amountMax: yen(30_000) };
  const file = new SimulatedDisk();
  const journal = await Journal.open({ file, terminalId: 9, sam, now });
  reader.present(card);
  const terminal = new PurseTerminal({ terminalId: 9, reader, sam, journal, limits, now });
  const request = { saleId: 'load', kind: 'load', amount: yen(1_000) } as const;
  const { outcome } = await terminal.tap(request, milliseconds(0));
  expect(outcome).toBe('approved');
  reader.remove();
}
