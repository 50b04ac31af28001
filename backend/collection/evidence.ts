import type { EpochMs } from '#units';
import { hashOf } from '../batch/batch.ts';
import type { Database } from '../database/database.ts';
import { numberIn } from '../database/row.ts';

/** What was refused and why, for the store of evidence. */
export interface RefusedUpload {
  /** The terminal in whose name the bytes came. */
  readonly terminalId: number;
  readonly reason: string;
  readonly detail: string;
}

/** What a refusal takes besides the bytes themselves. */
const REFUSAL_BYTES = 256;

export const EVIDENCE_STATEMENT = 'SELECT id FROM evidence WHERE sha256 = ?';

/**
 * The raw bytes of everything that was uploaded, also of what was refused. Rows are never changed or
 * deleted; the same bytes are kept once.
 */
export class EvidenceStore {
  readonly #database: Database;
  readonly #refusedBytesMax: number;
  #refusedBytes: number;

  private constructor(database: Database, refusedBytesMax: number, refusedBytes: number) {
    this.#database = database;
    this.#refusedBytesMax = refusedBytesMax;
    this.#refusedBytes = refusedBytes;
  }

  static async open(database: Database, refusedBytesMax: number): Promise<EvidenceStore> {
    const [row] = await database.all(
      `SELECT coalesce(sum(length(bytes) + ?), 0) AS bytes
       FROM refusal CROSS JOIN evidence ON evidence.id = evidence_id`,
      [REFUSAL_BYTES],
    );
    return new EvidenceStore(database, refusedBytesMax, numberIn(row, 'bytes'));
  }

  /** Anybody can send rubbish, so what is kept of rubbish is limited: the disk is for batches. */
  hasRoomForRefused(byteCount: number): boolean {
    return this.#refusedBytes + byteCount + REFUSAL_BYTES <= this.#refusedBytesMax;
  }

  /** Resolves with the id of the bytes when they are on disk. */
  store(bytes: Uint8Array, receivedAt: EpochMs): Promise<number> {
    const hash = hashOf(bytes);
    return this.#database.transaction(async (transaction) => {
      const [known] = await transaction.all(EVIDENCE_STATEMENT, [hash]);
      if (known !== undefined) return numberIn(known, 'id');
      const [stored] = await transaction.all(
        'INSERT INTO evidence (sha256, received_at_ms, bytes) VALUES (?, ?, ?) RETURNING id',
        [hash, receivedAt, bytes],
      );
      return numberIn(stored, 'id');
    });
  }

  /** Notes why stored bytes were refused; the same refusal again is noted once. */
  async noteRefusal(
    evidenceId: number,
    { terminalId, reason, detail }: RefusedUpload,
    { byteCount, refusedAt }: { readonly byteCount: number; readonly refusedAt: EpochMs },
  ): Promise<void> {
    const added = await this.#database.transaction((transaction) =>
      transaction.run('INSERT INTO refusal VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING', [
        evidenceId,
        terminalId,
        reason,
        detail,
        refusedAt,
      ]),
    );
    if (added > 0) this.#refusedBytes += byteCount + REFUSAL_BYTES;
  }
}
