import { type EpochMs, epochMs } from '#units';
import type { Database } from '../database/database.ts';
import { numberIn, textIn } from '../database/row.ts';
import type { RemoteLoad } from './remote-load.ts';
import type { TopUp } from './top-up.ts';
import type { TopUpStore } from './top-up-store.ts';

export type LoadResult = 'loaded' | 'not-loaded';

/** What a remote load terminal has to load. */
export interface WaitingLoad extends Pick<TopUp, 'topUpId' | 'idm' | 'amount'> {
  readonly assignedAt: EpochMs;
}

/** In the order in which they are looked for (api.md). */
export type LoadResultRefusal = 'TOPUP_UNKNOWN' | 'TOPUP_RESULT_DIFFERS';

export type LoadResultReceipt =
  | { readonly result: 'taken' | 'repeated' }
  | { readonly result: 'refused'; readonly reason: LoadResultRefusal; readonly detail: string };

/** The oldest first; a terminal comes back for more. */
const LOADS_MAX = 100;

/** Loads that no terminal has been given. */
export const UNASSIGNED_LOADS_STATEMENT: string = `
SELECT top_up_id FROM open_top_up_load WHERE terminal_id IS NULL
ORDER BY since_ms, top_up_id LIMIT ${LOADS_MAX}`;

export const ASSIGNED_LOADS_STATEMENT: string = `
SELECT assigned.top_up_id AS top_up_id, assigned_at_ms FROM open_top_up_load
CROSS JOIN top_up_assignment AS assigned ON assigned.top_up_id = open_top_up_load.top_up_id
WHERE open_top_up_load.terminal_id = ?1
ORDER BY since_ms, assigned.top_up_id LIMIT ${LOADS_MAX}`;

/**
 * Where remote load terminals get their work and tell what came of it. One terminal has to load a
 * top-up, and stays the one: its journal alone knows whether the card has it.
 */
export class LoadDesk implements RemoteLoad {
  readonly #database: Database;
  readonly #store: Pick<TopUpStore, 'read'>;
  readonly #now: () => EpochMs;

  constructor(options: {
    readonly database: Database;
    readonly store: Pick<TopUpStore, 'read'>;
    readonly now: () => EpochMs;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#now = options.now;
  }

  /** What this terminal has to load, with what no terminal had to yet. */
  async waiting(terminalId: number): Promise<readonly WaitingLoad[]> {
    await this.#assign(terminalId);
    const loads: WaitingLoad[] = [];
    for (const row of await this.#database.all(ASSIGNED_LOADS_STATEMENT, [terminalId])) {
      const topUp = await this.#store.read(textIn(row, 'top_up_id'));
      if (topUp === undefined) continue;
      const { topUpId, idm, amount } = topUp;
      const assignedAt = epochMs(numberIn(row, 'assigned_at_ms'));
      loads.push({ topUpId, idm, amount, assignedAt });
    }
    return loads;
  }

  /** A terminal says once and for all what came of a load. */
  tell(terminalId: number, topUpId: string, result: LoadResult): Promise<LoadResultReceipt> {
    return this.#database.transaction(async (transaction): Promise<LoadResultReceipt> => {
      const [assigned] = await transaction.all(
        'SELECT 1 AS one FROM top_up_assignment WHERE top_up_id = ? AND terminal_id = ?',
        [topUpId, terminalId],
      );
      if (assigned === undefined) {
        const detail = `terminal ${terminalId} has no such top-up to load`;
        return { result: 'refused', reason: 'TOPUP_UNKNOWN', detail };
      }
      const [told] = await transaction.all(RESULT_STATEMENT, [topUpId]);
      if (told !== undefined) {
        if (textIn(told, 'result') === result) return { result: 'repeated' };
        const detail = `the terminal said ${textIn(told, 'result')} before`;
        return { result: 'refused', reason: 'TOPUP_RESULT_DIFFERS', detail };
      }
      const values = [topUpId, result, this.#now()];
      await transaction.run('INSERT INTO top_up_load_result VALUES (?, ?, ?)', values);
      await transaction.run('DELETE FROM open_top_up_load WHERE top_up_id = ?', [topUpId]);
      return { result: 'taken' };
    });
  }

  /** What a terminal has told; `unknown` until then. */
  async load({ correlator }: { readonly correlator: string }): Promise<LoadResult | 'unknown'> {
    const [told] = await this.#database.all(RESULT_STATEMENT, [correlator]);
    if (told === undefined) return 'unknown';
    return textIn(told, 'result') === 'loaded' ? 'loaded' : 'not-loaded';
  }

  #assign(terminalId: number): Promise<void> {
    return this.#database.transaction(async (transaction) => {
      for (const row of await transaction.all(UNASSIGNED_LOADS_STATEMENT)) {
        const topUpId = textIn(row, 'top_up_id');
        const values = [topUpId, terminalId, this.#now()];
        await transaction.run('INSERT INTO top_up_assignment VALUES (?, ?, ?)', values);
        const sql = 'UPDATE open_top_up_load SET terminal_id = ? WHERE top_up_id = ?';
        await transaction.run(sql, [terminalId, topUpId]);
      }
    });
  }
}

const RESULT_STATEMENT = 'SELECT result FROM top_up_load_result WHERE top_up_id = ?';
