import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signAcknowledgement } from '#batch/acknowledgement';
import { decodeBatch, hashOf } from '#batch/batch';
import { verifyBatchSignature } from '#batch/batch-signature';
import { epochMs } from '#units';
import { closeBatch } from '../../../terminal/batch/close-batch.ts';
import {
  type Uplink,
  type UplinkAnswer,
  UplinkError,
  uploadDelay,
  uploadNextBatch,
} from '../../../terminal/batch/upload-batch.ts';
import type { JournalledBatch } from '../../../terminal/journal/journal.ts';
import { issuedCard, NOON } from '../../scheme.ts';
import { Counter } from '../counter.ts';

const TERMINAL_ID = 9;
const issuer = generateKeyPairSync('ed25519');
const terminal = generateKeyPairSync('ed25519');

let counter: Counter;

beforeEach(async () => {
  counter = new Counter({ kind: 'load', terminalId: TERMINAL_ID });
  await counter.start();
});

afterEach(() => counter.stop());

function close(): Promise<JournalledBatch | undefined> {
  return closeBatch({
    journal: counter.journal,
    terminalId: TERMINAL_ID,
    merchantId: 1001,
    samId: TERMINAL_ID,
    privateKey: terminal.privateKey,
    now: () => NOON,
  });
}

function upload(uplink: Uplink): ReturnType<typeof uploadNextBatch> {
  return uploadNextBatch({
    journal: counter.journal,
    uplink,
    terminalId: TERMINAL_ID,
    issuerKey: issuer.publicKey,
  });
}

/** An issuer that stores what it gets; `change` is what somebody on the way does to its answer. */
function issuerUplink(
  options: {
    readonly key?: KeyObject;
    readonly batchNumber?: number;
    readonly hash?: Uint8Array;
  } = {},
): Uplink & { readonly received: Uint8Array[] } {
  const received: Uint8Array[] = [];
  return {
    received,
    send: (terminalId, bytes) => {
      received.push(bytes);
      const decoded = decodeBatch(bytes);
      if (decoded.result === 'refused') throw new Error(decoded.reason);
      const acknowledgement = signAcknowledgement(options.key ?? issuer.privateKey, {
        terminalId,
        batchNumber: options.batchNumber ?? decoded.batch.header.batchNumber,
        batchHash: options.hash ?? hashOf(bytes),
        receivedAt: epochMs(NOON + 1),
      });
      const body = {
        result: 'stored',
        acknowledgement: Buffer.from(acknowledgement).toString('base64'),
      };
      return Promise.resolve({ status: 201, body });
    },
  };
}

const answering = (answer: UplinkAnswer): Uplink => ({ send: () => Promise.resolve(answer) });

describe('closeBatch', () => {
  it('signs the records since the last close, and chains the batch to the one before', async () => {
    await counter.tap(issuedCard(1), 'load 1', 1_000);
    await counter.tap(issuedCard(2), 'load 2', 2_000);
    const first = await close();
    await counter.tap(issuedCard(3), 'load 3', 3_000);
    const second = await close();
    const decoded = [first, second].map((batch) => decodeBatch(batch!.bytes));
    const [one, two] = decoded.map((each) => {
      if (each.result === 'refused') throw new Error(each.reason);
      return each.batch;
    });
    expect(one!.header).toMatchObject({ batchNumber: 1, recordCount: 2, firstSamNumber: 1 });
    expect(two!.header).toMatchObject({ batchNumber: 2, recordCount: 1, firstSamNumber: 3 });
    expect(two!.header.previousBatchHash).toEqual(one!.hash);
    expect(verifyBatchSignature(terminal.publicKey, two!)).toBe(true);
  });

  it('makes no batch of nothing', async () => {
    expect(await close()).toBeUndefined();
    await counter.tap(issuedCard(1), 'load 1', 1_000);
    expect(await close()).toMatchObject({ number: 1 });
    expect(await close()).toBeUndefined();
  });
});

describe('uploadNextBatch', () => {
  beforeEach(async () => {
    await counter.tap(issuedCard(1), 'load 1', 1_000);
    await close();
  });

  it('counts a batch as delivered once the issuer has signed for it', async () => {
    const uplink = issuerUplink();
    expect(await upload(uplink)).toEqual({
      result: 'acknowledged',
      batchNumber: 1,
      isRepeat: false,
    });
    expect(await upload(uplink)).toEqual({ result: 'nothing-to-upload' });
    expect(uplink.received).toHaveLength(1);
  });

  it.each([
    ['another key', { key: terminal.privateKey }],
    ['another batch number', { batchNumber: 2 }],
    ['another hash', { hash: new Uint8Array(32) }],
  ])('does not forget a batch for an acknowledgement of %s', async (_what, change) => {
    expect(await upload(issuerUplink(change))).toMatchObject({ result: 'unreachable' });
    expect(await upload(issuerUplink())).toMatchObject({ result: 'acknowledged' });
  });

  it.each([
    [200, '<html>captive portal</html>'],
    [201, { result: 'stored' }],
    [500, { code: 'REQUEST_FAILED', detail: 'a mistake of theirs' }],
    [503, undefined],
    [404, 'not found'],
  ])('keeps the batch on status %i with a body that is no answer', async (status, body) => {
    expect(await upload(answering({ status, body }))).toMatchObject({ result: 'unreachable' });
    expect(await counter.journal.nextBatchToUpload()).toMatchObject({ number: 1 });
  });

  it('keeps the batch when the issuer refuses it, and says why', async () => {
    const body = { code: 'BATCH_CHAIN_BROKEN', detail: 'batch 0 has another hash' };
    expect(await upload(answering({ status: 409, body }))).toMatchObject({
      result: 'refused',
      code: 'BATCH_CHAIN_BROKEN',
    });
    expect(await counter.journal.nextBatchToUpload()).toMatchObject({ number: 1 });
  });

  it('keeps every batch of days without an issuer, and then sends them in order', async () => {
    const down: Uplink = {
      send: () => Promise.reject(new UplinkError('UPLINK_UNREACHABLE', 'no route')),
    };
    for (let day = 2; day <= 6; day += 1) {
      await counter.tap(issuedCard(day), `load ${day}`, 100 * day);
      await close();
      expect(await upload(down)).toMatchObject({ result: 'unreachable', batchNumber: 1 });
    }
    const uplink = issuerUplink();
    const numbers: unknown[] = [];
    for (let day = 1; day <= 6; day += 1) {
      const result = await upload(uplink);
      numbers.push('batchNumber' in result && result.batchNumber);
    }
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await upload(uplink)).toEqual({ result: 'nothing-to-upload' });
  });

  it('sends the same bytes again after a crash before the acknowledgement was journalled', async () => {
    const uplink = issuerUplink();
    const crashing: Uplink = {
      send: async (terminalId, bytes) => {
        await uplink.send(terminalId, bytes);
        throw new UplinkError('UPLINK_UNREACHABLE', 'the answer was lost');
      },
    };
    await upload(crashing);
    await counter.journal.close();
    await counter.start();
    expect(await upload(uplink)).toMatchObject({ result: 'acknowledged' });
    expect(uplink.received[0]).toEqual(uplink.received[1]);
  });
});

describe('an issuer that lost batches', () => {
  beforeEach(async () => {
    for (const number of [1, 2, 3]) {
      await counter.tap(issuedCard(number), `load ${number}`, 1_000);
      await close();
      if (number < 3) await upload(issuerUplink());
    }
  });

  /** It asks for what it does not have, as the issuer does that was restored from an old copy. */
  function askingUplink(first: number): Uplink & { readonly numbers: number[] } {
    const storing = issuerUplink();
    const numbers: number[] = [];
    return {
      numbers,
      send: (terminalId, bytes) => {
        const decoded = decodeBatch(bytes);
        if (decoded.result === 'refused') throw new Error(decoded.reason);
        const { batchNumber } = decoded.batch.header;
        numbers.push(batchNumber);
        const next = first + storing.received.length;
        if (batchNumber === next) return storing.send(terminalId, bytes);
        const missingBatches = { first: next, last: batchNumber - 1 };
        const body = { code: 'BATCH_SEQUENCE_GAP', detail: 'a gap', missingBatches };
        return Promise.resolve({ status: 409, body });
      },
    };
  }

  it('gets them from the journal, and then the one that it refused', async () => {
    const uplink = askingUplink(1);
    expect(await upload(uplink)).toMatchObject({ result: 'acknowledged', batchNumber: 3 });
    expect(uplink.numbers).toEqual([3, 1, 2, 3]);
    expect(await upload(uplink)).toEqual({ result: 'nothing-to-upload' });
  });

  it.each([
    ['batches that never were', { first: 0, last: 2 }],
    ['batches after this one', { first: 1, last: 3 }],
    ['none', { first: 2, last: 1 }],
  ])('is refused as before where it asks for %s', async (_what, missingBatches) => {
    const body = { code: 'BATCH_SEQUENCE_GAP', detail: 'a gap', missingBatches };
    expect(await upload(answering({ status: 409, body }))).toMatchObject({ result: 'refused' });
    expect(await counter.journal.nextBatchToUpload()).toMatchObject({ number: 3 });
  });

  it('keeps the batch where the line breaks in between', async () => {
    const asking = askingUplink(1);
    let sent = 0;
    const uplink: Uplink = {
      send: (terminalId, bytes) => {
        sent += 1;
        if (sent === 3) throw new UplinkError('UPLINK_UNREACHABLE', 'no route');
        return asking.send(terminalId, bytes);
      },
    };
    expect(await upload(uplink)).toMatchObject({ result: 'unreachable', batchNumber: 3 });
    expect(await upload(asking)).toMatchObject({ result: 'acknowledged', batchNumber: 3 });
  });
});

describe('uploadDelay', () => {
  it('doubles from one second and stays at five minutes', () => {
    expect([0, 1, 2, 9, 30].map(uploadDelay)).toEqual([1_000, 2_000, 4_000, 300_000, 300_000]);
  });
});
