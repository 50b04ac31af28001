import assert from 'node:assert/strict';
import { formatIdm, idm } from '#felica/identifiers';
import { type EpochMs, yen } from '#units';
import type { SqlRow } from '../database/connection.ts';
import type { Database, SqlReader, Transaction } from '../database/database.ts';
import { bytesIn, numberIn, textIn } from '../database/row.ts';
import {
  actionIn,
  FUNDING_KINDS,
  mayFollow,
  TOP_UP_STATES,
  type TopUp,
  type TopUpRequest,
  type TopUpState,
} from './top-up.ts';

export type TopUpRefusal = 'TOPUP_ID_REUSED';

/** `TOPUP_ID_REUSED`: the id stands for another top-up; `field` names what differs. */
export type TopUpRegistration =
  | { readonly result: 'registered' | 'repeated' }
  | {
      readonly result: 'refused';
      readonly reason: TopUpRefusal;
      readonly field: 'idm' | 'source' | 'account' | 'amount';
      readonly detail: string;
    };

const STEP_STATEMENT =
  'SELECT number, state FROM top_up_step WHERE top_up_id = ? ORDER BY number DESC LIMIT 1';

export const OPEN_TOP_UPS_STATEMENT =
  'SELECT top_up_id FROM open_top_up ORDER BY asked_at_ms, top_up_id';

/** Top-ups on disk. What a call resolves with is durable. */
export class TopUpStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  register(request: TopUpRequest, now: EpochMs): Promise<TopUpRegistration> {
    assert(request.amount > 0, 'a top-up of nothing');
    return this.#database.transaction(async (transaction) => {
      const known = await readTopUp(transaction, request.topUpId);
      if (known !== undefined) return repeated(known, request);
      const { topUpId, source, account, amount } = request;
      const values = [topUpId, request.idm, source, account, amount];
      await transaction.run('INSERT INTO top_up VALUES (?, ?, ?, ?, ?)', values);
      await insertStep(transaction, { topUpId, number: 1, state: 'requested' }, now);
      await transaction.run('INSERT INTO open_top_up VALUES (?, ?)', [topUpId, now]);
      return { result: 'registered' };
    });
  }

  read(topUpId: string): Promise<TopUp | undefined> {
    return readTopUp(this.#database, topUpId);
  }

  /** Appends `next`, unless another has moved the top-up from `state` in the meantime. */
  append(topUpId: string, state: TopUpState, next: TopUpState, now: EpochMs): Promise<void> {
    assert(mayFollow(state, next), `a top-up goes from ${state} to ${next}`);
    return this.#database.transaction(async (transaction) => {
      const [last] = await transaction.all(STEP_STATEMENT, [topUpId]);
      if (textIn(last, 'state') !== state) return;
      const number = numberIn(last, 'number') + 1;
      await insertStep(transaction, { topUpId, number, state: next }, now);
      if (next === 'loading') {
        await transaction.run('INSERT INTO open_top_up_load VALUES (?, NULL, ?)', [topUpId, now]);
      }
      if (actionIn(next) === 'none') {
        await transaction.run('DELETE FROM open_top_up WHERE top_up_id = ?', [topUpId]);
      }
    });
  }

  /** The ids of those that are not over, oldest first. */
  async open(): Promise<readonly string[]> {
    const rows = await this.#database.all(OPEN_TOP_UPS_STATEMENT);
    return rows.map((row) => textIn(row, 'top_up_id'));
  }
}

async function readTopUp(reader: SqlReader, topUpId: string): Promise<TopUp | undefined> {
  const [row] = await reader.all('SELECT * FROM top_up WHERE top_up_id = ?', [topUpId]);
  if (row === undefined) return undefined;
  const [last] = await reader.all(STEP_STATEMENT, [topUpId]);
  return {
    topUpId,
    idm: idm(bytesIn(row, 'idm')),
    source: memberIn(row, 'source', FUNDING_KINDS),
    account: textIn(row, 'account'),
    amount: yen(numberIn(row, 'amount_yen')),
    state: memberIn(last, 'state', TOP_UP_STATES),
  };
}

async function insertStep(
  transaction: Transaction,
  step: { readonly topUpId: string; readonly number: number; readonly state: TopUpState },
  now: EpochMs,
): Promise<void> {
  const values = [step.topUpId, step.number, step.state, now];
  await transaction.run('INSERT INTO top_up_step VALUES (?, ?, ?, ?)', values);
}

function repeated(known: TopUp, request: TopUpRequest): TopUpRegistration {
  const fields = ['idm', 'source', 'account', 'amount'] as const;
  const field = fields.find((name) => textOf(known, name) !== textOf(request, name));
  if (field === undefined) return { result: 'repeated' };
  const detail = `the top-up of this id has another ${field}`;
  return { result: 'refused', reason: 'TOPUP_ID_REUSED', field, detail };
}

function textOf(request: TopUpRequest, field: 'idm' | 'source' | 'account' | 'amount'): string {
  return field === 'idm' ? formatIdm(request.idm) : String(request[field]);
}

function memberIn<Member extends string>(
  row: SqlRow | undefined,
  column: string,
  members: readonly Member[],
): Member {
  const text = textIn(row, column);
  const member = members.find((each) => each === text);
  assert(member !== undefined, `${column}: unknown ${text}`);
  return member;
}
