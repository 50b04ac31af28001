import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type ReadBatch, type ReadRecord, readBatch, readRecord } from './batch-reading.ts';
import { hex, type WriteKind } from './card-reading.ts';
import { type ReadRefundClaim, readRefundClaim } from './claim-reading.ts';
import type { TerminalEvidence } from './evidence.ts';
import { bytesIn, type Entry, objectIn } from './journal-field.ts';
import { type JournalledHit, JournalledHits } from './journal-hit.ts';

/*
 * Reads a terminal's journal, from terminal/journal/journal-format.md alone.
 */

export interface ReadIntent {
  readonly saleId: string;
  readonly kind: WriteKind;
  readonly card: string;
  readonly number: number;
  readonly amount: number;
  readonly balanceBefore: number;
  readonly balanceAfter: number;
  readonly counter: number;
  readonly executionId: string;
  /** The newest outcome's state; `undefined` while there is none. */
  state: string | undefined;
  resolution: string | undefined;
  record: ReadRecord | undefined;
  /** By which it was reported while it was open. */
  claim: ReadRecord | undefined;
}

export interface ReadJournal {
  readonly terminalId: number;
  readonly intents: ReadonlyMap<number, ReadIntent>;
  readonly batches: readonly ReadBatch[];
  readonly acknowledged: ReadonlySet<number>;
  readonly hits: readonly JournalledHit[];
  /** What was asked back of a sale in all, and the card that is to have it. */
  readonly refunds: ReadonlyMap<string, ReadRefund>;
  /** What the issuer was asked to give, in the order of the entries. */
  readonly refundClaims: readonly JournalledRefundClaim[];
  readonly violations: readonly string[];
}

export interface JournalledRefundClaim {
  readonly saleId: string;
  readonly amount: number;
  readonly record: ReadRefundClaim | undefined;
}

export interface ReadRefund {
  readonly card: string;
  readonly amount: number;
}

const OPEN_STATES: ReadonlySet<string | undefined> = new Set([
  undefined,
  'centre-match',
  'expired',
]);

/** Whether nobody at the terminal knows what the card did. */
export function isOpen({ state }: ReadIntent): boolean {
  return OPEN_STATES.has(state);
}

export function readJournal({ terminalId, journal }: TerminalEvidence): ReadJournal {
  const intents = new Map<number, ReadIntent>();
  const batches: ReadBatch[] = [];
  const acknowledged = new Set<number>();
  const refunds = new Map<string, ReadRefund>();
  const refundClaims: JournalledRefundClaim[] = [];
  const violations: string[] = [];
  const complain = (text: string): unknown => violations.push(`terminal ${terminalId}: ${text}`);
  let samNumber = 0;
  const noteSamNumber = (taken: number | undefined): void => {
    if (taken === undefined) return;
    samNumber += 1;
    if (taken !== samNumber) complain(`SAM number ${taken}, where ${samNumber} was next`);
  };
  const hits = new JournalledHits(complain);
  let lastNumber = 0;
  for (const entry of entriesOf(journal, complain)) {
    switch (entry['type']) {
      case 'intent': {
        const intent = intentOf(objectIn(entry, 'intent'));
        if (intent.number <= lastNumber) {
          complain(`intent ${intent.number} comes after a higher one`);
        }
        lastNumber = intent.number;
        intents.set(intent.number, intent);
        break;
      }
      case 'outcome': {
        noteSamNumber(noteOutcome(intents, entry, complain)?.samNumber);
        break;
      }
      case 'interrupted':
        noteSamNumber(noteClaim(intents, entry, complain)?.samNumber);
        break;
      case 'hot-list-hit':
        hits.note(entry);
        break;
      case 'hit-report':
        noteSamNumber(hits.noteReport(entry));
        break;
      case 'batch':
        batches.push(readBatch(bytesIn(entry, 'bytes')));
        break;
      case 'refund':
        noteRefund(refunds, objectIn(entry, 'refund'));
        break;
      case 'refund-claim': {
        const claim = refundClaimOf(entry);
        refundClaims.push(claim);
        noteSamNumber(claim.record?.samNumber);
        break;
      }
      case 'acknowledgement':
        acknowledged.add(Number(entry['batchNumber']));
        break;
      default:
    }
  }
  return {
    terminalId,
    intents,
    batches,
    acknowledged,
    hits: hits.all,
    refunds,
    refundClaims,
    violations,
  };
}

function refundClaimOf(entry: Entry): JournalledRefundClaim {
  return {
    saleId: String(entry['saleId']),
    amount: Number(entry['amount']),
    record: readRefundClaim(bytesIn(objectIn(entry, 'sealed'), 'record')),
  };
}

function noteRefund(refunds: Map<string, ReadRefund>, fields: Entry): void {
  const saleId = String(fields['saleId']);
  const card = hex(bytesIn(fields, 'idm'));
  const amount = (refunds.get(saleId)?.amount ?? 0) + Number(fields['amount']);
  refunds.set(saleId, { card, amount });
}

function noteOutcome(
  intents: ReadonlyMap<number, ReadIntent>,
  entry: Entry,
  complain: (text: string) => unknown,
): ReadRecord | undefined {
  const number = Number(entry['terminalTransactionNumber']);
  const intent = intents.get(number);
  if (intent === undefined) {
    complain(`the outcome of ${number} has no intent before it`);
    return undefined;
  }
  const outcome = objectIn(entry, 'outcome');
  if (!isOpen(intent)) complain(`intent ${number} has an outcome after it was ${intent.state}`);
  intent.state = String(outcome['state']);
  intent.resolution = String(outcome['resolution']);
  const sealed = entry['sealed'];
  if (typeof sealed !== 'object' || sealed === null) {
    if (intent.state === 'done') complain(`intent ${number} is done and has no record`);
    return undefined;
  }
  const record = readRecord(bytesIn(objectIn(entry, 'sealed'), 'record'));
  if (record === undefined || !isRecordOf(record, intent)) {
    complain(`the record of intent ${number} says something else`);
  }
  intent.record = record;
  return record;
}

function noteClaim(
  intents: ReadonlyMap<number, ReadIntent>,
  entry: Entry,
  complain: (text: string) => unknown,
): ReadRecord | undefined {
  const number = Number(entry['terminalTransactionNumber']);
  const intent = intents.get(number);
  const record = readRecord(bytesIn(objectIn(entry, 'sealed'), 'record'));
  if (intent === undefined || record === undefined) {
    complain(`interrupted ${number} has no intent before it, or no record`);
    return record;
  }
  if (!isOpen(intent)) complain(`intent ${number} is reported open after it was ${intent.state}`);
  if (intent.claim !== undefined) complain(`intent ${number} is reported open twice`);
  if (!record.isInterrupted || !isRecordOf(record, intent)) {
    complain(`the claim of intent ${number} says something else`);
  }
  intent.claim = record;
  return record;
}

function isRecordOf(record: ReadRecord, intent: ReadIntent): boolean {
  return (
    record.kind === intent.kind &&
    record.card === intent.card &&
    record.counter === intent.counter &&
    record.transactionNumber === intent.number &&
    record.amount === intent.amount &&
    record.balanceBefore === intent.balanceBefore &&
    record.balanceAfter === intent.balanceAfter &&
    record.executionId === intent.executionId
  );
}

function intentOf(fields: Entry): ReadIntent {
  return {
    saleId: String(fields['saleId']),
    kind: kindOf(fields['kind']),
    card: hex(bytesIn(fields, 'idm')),
    number: Number(fields['terminalTransactionNumber']),
    amount: Number(fields['amount']),
    balanceBefore: Number(fields['balanceBefore']),
    balanceAfter: Number(fields['balanceAfter']),
    counter: Number(fields['cardCounter']),
    executionId: hex(bytesIn(fields, 'executionId')),
    state: undefined,
    resolution: undefined,
    record: undefined,
    claim: undefined,
  };
}

function kindOf(word: unknown): WriteKind {
  if (word === 'load' || word === 'debit' || word === 'void') return word;
  throw new TypeError(`journal: a kind ${String(word)} that stands in no page`);
}

/** The entries in their order; each line must be whole and follow. Half a line may end the file. */
function* entriesOf(journal: Uint8Array, complain: (text: string) => unknown): Generator<Entry> {
  const lines = Buffer.from(journal).toString('utf8').split('\n');
  lines.pop();
  let link = '0'.repeat(64);
  for (const [index, line] of lines.entries()) {
    const [checksum, ownLink, json] = [line.slice(0, 8), line.slice(9, 73), line.slice(74)];
    const expected = crc32(line.slice(9)).toString(16).padStart(8, '0');
    if (checksum !== expected) complain(`line ${index + 1} of its journal is damaged`);
    const linked = createHash('sha256').update(link).update(json).digest('hex');
    if (ownLink !== linked) complain(`line ${index + 1} of its journal does not follow`);
    link = ownLink;
    if (checksum === expected) yield JSON.parse(json) as Entry;
  }
}
