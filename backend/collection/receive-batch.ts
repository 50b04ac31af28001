import type { KeyObject } from 'node:crypto';
import type { EpochMs } from '#units';
import { signAcknowledgement } from '../batch/acknowledgement.ts';
import { type Batch, type BatchFault, decodeBatch } from '../batch/batch.ts';
import { verifyBatchSignature } from '../batch/batch-signature.ts';
import type { Database } from '../database/database.ts';
import { readTerminal, type Terminal, terminalKeyOf } from '../issuer/terminal.ts';
import { judgeSequence, type SequenceRefusal, storeBatch } from './batch-sequence.ts';
import { type Arrival, keepEarly, takeEarly } from './early-batch.ts';
import type { EvidenceStore } from './evidence.ts';
import { openCases, type Suspicion } from './fraud-case.ts';
import type { NumberRange } from './number-range.ts';

/** Who sent it, in the order in which it is looked for, between the structure and the sequence. */
export type SenderRefusal =
  | 'BATCH_TERMINAL_MISMATCH'
  | 'TERMINAL_UNKNOWN'
  | 'BATCH_SIGNATURE_INVALID';

/** In the order in which they are looked for (api.md). */
export type BatchRefusal = BatchFault | SenderRefusal | SequenceRefusal;

export type BatchReceipt =
  | {
      /** `stored`: the raw bytes are on disk. `repeated`: they were before, and nothing changes. */
      readonly result: 'stored' | 'repeated';
      readonly batchNumber: number;
      readonly batchHash: Uint8Array;
      /** The issuer's signed word for it, the same each time (batch-format.md). */
      readonly acknowledgement: Uint8Array;
    }
  | {
      readonly result: 'refused';
      readonly reason: BatchRefusal;
      readonly detail: string;
      /** With `BATCH_SEQUENCE_GAP`: the batches that its terminal is asked for. */
      readonly missing?: NumberRange;
    };

export interface BatchReceiverOptions {
  readonly database: Database;
  readonly evidence: EvidenceStore;
  /** The issuer's Ed25519 key. */
  readonly signingKey: KeyObject;
  readonly now: () => EpochMs;
}

type Sender =
  | { readonly result: 'known'; readonly batch: Batch; readonly terminal: Terminal }
  | { readonly result: 'refused'; readonly reason: BatchRefusal; readonly detail: string };

/** Takes what terminals upload: evidence first, then judgement, then the answer. */
export class BatchReceiver {
  readonly #options: BatchReceiverOptions;

  constructor(options: BatchReceiverOptions) {
    this.#options = options;
  }

  /** `terminalId` is the one in whose name the bytes came. The records are judged later. */
  async receiveBatch(terminalId: number, bytes: Uint8Array): Promise<BatchReceipt> {
    const { evidence, now } = this.#options;
    const receivedAt = now();
    if (!evidence.hasRoomForRefused(bytes.length)) {
      const sender = await this.#judgeSender(terminalId, bytes);
      if (sender.result === 'refused') return sender;
    }
    const evidenceId = await evidence.store(bytes, receivedAt);
    const sender = await this.#judgeSender(terminalId, bytes);
    const receipt =
      sender.result === 'refused' ? sender : await this.#take(sender, { evidenceId, receivedAt });
    if (receipt.result === 'refused') {
      const { reason, detail } = receipt;
      const upload = { terminalId, reason, detail };
      const size = { byteCount: bytes.length, refusedAt: receivedAt };
      await evidence.noteRefusal(evidenceId, upload, size);
    }
    return receipt;
  }

  async #judgeSender(terminalId: number, bytes: Uint8Array): Promise<Sender> {
    const decoded = decodeBatch(bytes);
    if (decoded.result === 'refused') return decoded;
    const { batch } = decoded;
    if (batch.header.terminalId !== terminalId) {
      return refused('BATCH_TERMINAL_MISMATCH', `the batch is of ${batch.header.terminalId}`);
    }
    const terminal = await readTerminal(this.#options.database, terminalId);
    if (terminal === undefined) return refused('TERMINAL_UNKNOWN', `terminal ${terminalId}`);
    if (!verifyBatchSignature(terminalKeyOf(terminal), batch)) {
      return refused('BATCH_SIGNATURE_INVALID', `not signed by terminal ${terminalId}`);
    }
    return { result: 'known', batch, terminal };
  }

  /** Judges and stores in one database transaction: two uploads at once must not both be next. */
  #take(
    { batch, terminal }: Sender & { readonly result: 'known' },
    arrival: Arrival,
  ): Promise<BatchReceipt> {
    return this.#options.database.transaction(async (transaction): Promise<BatchReceipt> => {
      const verdict = await judgeSequence(transaction, terminal, batch);
      switch (verdict.result) {
        case 'refused': {
          if (verdict.reason !== 'BATCH_SEQUENCE_GAP') {
            const suspicions = suspicionsOfRefusal(batch.header, verdict, arrival);
            await openCases(transaction, suspicions, arrival.receivedAt);
            return verdict;
          }
          const missing = await keepEarly(transaction, batch.header, arrival);
          return missing === undefined ? verdict : { ...verdict, missing };
        }
        case 'repeated':
          return this.#receipt('repeated', batch, verdict.receivedAt);
        case 'next':
          if (await storeBatch(transaction, batch, arrival)) {
            const storedNumber = batch.header.batchNumber;
            const now = arrival.receivedAt;
            await takeEarly(transaction, terminal, { storedNumber, now });
          }
          return this.#receipt('stored', batch, arrival.receivedAt);
      }
    });
  }

  #receipt(result: 'stored' | 'repeated', batch: Batch, receivedAt: EpochMs): BatchReceipt {
    const { terminalId, batchNumber } = batch.header;
    const word = { terminalId, batchNumber, batchHash: batch.hash, receivedAt };
    return {
      result,
      batchNumber,
      batchHash: batch.hash,
      acknowledgement: signAcknowledgement(this.#options.signingKey, word),
    };
  }
}

/** A batch that its terminal signed and that speaks of another's SAM, or anew of used numbers. */
function suspicionsOfRefusal(
  { terminalId, samId, batchNumber }: Batch['header'],
  { reason, detail }: { readonly reason: SequenceRefusal; readonly detail: string },
  { evidenceId }: Arrival,
): readonly Suspicion[] {
  const expected = EXPECTED_BY_REFUSAL[reason];
  if (expected === undefined) return [];
  const isMismatch = reason === 'BATCH_SAM_MISMATCH';
  return [
    {
      kind: 'sam-anomaly',
      subject: `${reason} ${samId}:${terminalId}${isMismatch ? '' : `:${batchNumber}`}`,
      samId,
      isProof: false,
      expected,
      found: `terminal ${terminalId}, batch ${batchNumber}: ${detail}`,
      evidence: { uploads: [evidenceId] },
    },
  ];
}

const EXPECTED_BY_REFUSAL: Readonly<Partial<Record<SequenceRefusal, string>>> = {
  BATCH_SAM_MISMATCH: 'a SAM in one terminal',
  BATCH_NUMBER_REUSED: 'one batch of each number',
  BATCH_REPLAYED: 'one record of each SAM number',
};

function refused(
  reason: SenderRefusal,
  detail: string,
): { readonly result: 'refused'; readonly reason: SenderRefusal; readonly detail: string } {
  return { result: 'refused', reason, detail };
}
