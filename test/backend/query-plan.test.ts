import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BATCH_STATEMENT, REPLAY_STATEMENT } from '../../backend/collection/batch-sequence.ts';
import { EARLIER_STATEMENT } from '../../backend/collection/earlier-report.ts';
import { EARLY_STATEMENT, LAST_BATCH_STATEMENT } from '../../backend/collection/early-batch.ts';
import { EVIDENCE_STATEMENT } from '../../backend/collection/evidence.ts';
import {
  CARD_GAPS_STATEMENT,
  NEGATIVE_SHADOWS_STATEMENT,
  PROVEN_WRITES_STATEMENT,
} from '../../backend/collection/examine-cards.ts';
import { CEILINGS_STATEMENT, TRAVEL_STATEMENT } from '../../backend/collection/find-suspicion.ts';
import { SAM_PLACE_STATEMENT } from '../../backend/collection/gap.ts';
import { HITS_STATEMENT, INSERT_HITS_STATEMENT } from '../../backend/collection/hit-row.ts';
import {
  CLAIMED_SALE_STATEMENT,
  DECIDABLE_CLAIMS_STATEMENT,
  GIVEN_BACK_STATEMENT,
  OFFERED_STATEMENT,
  OPEN_REPORTS_STATEMENT,
} from '../../backend/collection/pending-load.ts';
import {
  NEXT_WRITE_STATEMENT,
  WAITING_STATEMENT,
} from '../../backend/collection/pending-load-desk.ts';
import {
  EXAMINE_STATEMENT,
  INSERT_RECORDS_STATEMENT,
  SHADOW_STATEMENT,
} from '../../backend/collection/record-row.ts';
import { INSERT_CLAIMS_STATEMENT } from '../../backend/collection/refund-claim-row.ts';
import {
  INTERRUPTED_STATEMENT,
  RESOLVABLE_STATEMENT,
} from '../../backend/collection/resolvable-record.ts';
import { UNVERIFIED_STATEMENT } from '../../backend/collection/unverified-batch.ts';
import { VOIDED_SALE_STATEMENT } from '../../backend/collection/voided-sale.ts';
import { SURPRISES_STATEMENT } from '../../backend/issuer/card-account.ts';
import { MERCHANT_STATEMENT } from '../../backend/issuer/merchant.ts';
import { SAM_STATEMENT } from '../../backend/issuer/sam-account.ts';
import { TERMINAL_STATEMENT } from '../../backend/issuer/terminal.ts';
import { BALANCES_STATEMENT, WINDOW_BALANCES_STATEMENT } from '../../backend/ledger/books.ts';
import {
  FREE_MOVEMENTS_STATEMENT,
  TOLD_BEFORE_STATEMENT,
} from '../../backend/settlement/bank/movement-row.ts';
import { MERCHANT_TOTAL_STATEMENT } from '../../backend/settlement/merchant-total.ts';
import { BANK_ACCOUNT_STATEMENT } from '../../backend/settlement/payment/bank-account-register.ts';
import {
  FILE_STATEMENT,
  REJECTIONS_STATEMENT,
  STATEMENT_STATEMENT,
} from '../../backend/settlement/payment/bank-file-store.ts';
import {
  FIRST_PAID_STATEMENT,
  OUTCOMES_STATEMENT,
} from '../../backend/settlement/payment/payment-outcome.ts';
import { ORDERS_OF_WINDOW_STATEMENT } from '../../backend/settlement/payment/payment-store.ts';
import { NAMED_ORDERS_STATEMENT } from '../../backend/settlement/payment/reconcile-payments.ts';
import { BATCHES_STATEMENT, FINDINGS_STATEMENT } from '../../backend/settlement/statement-list.ts';
import {
  HELD_TOTAL_STATEMENT,
  PENDING_LOAD_TOTAL_STATEMENT,
  SHADOW_TOTAL_STATEMENT,
} from '../../backend/settlement/window-figure.ts';
import {
  ASSIGNED_LOADS_STATEMENT,
  UNASSIGNED_LOADS_STATEMENT,
} from '../../backend/top-up/load-desk.ts';
import { OPEN_TOP_UPS_STATEMENT } from '../../backend/top-up/top-up-store.ts';
import { TOP_UPS_STATEMENT } from '../../backend/top-up-command.ts';
import { planOf, walksOf } from './query-plan.ts';
import { Scenario } from './scenario.ts';

/** Statements that run for each upload, batch, group or statement, however much is stored. */
const STATEMENTS = {
  BATCH_STATEMENT,
  REPLAY_STATEMENT,
  EARLIER_STATEMENT,
  VOIDED_SALE_STATEMENT,
  EVIDENCE_STATEMENT,
  INSERT_RECORDS_STATEMENT,
  INSERT_HITS_STATEMENT,
  HITS_STATEMENT,
  INSERT_CLAIMS_STATEMENT,
  CLAIMED_SALE_STATEMENT,
  GIVEN_BACK_STATEMENT,
  OFFERED_STATEMENT,
  WAITING_STATEMENT,
  NEXT_WRITE_STATEMENT,
  SHADOW_STATEMENT,
  EXAMINE_STATEMENT,
  PROVEN_WRITES_STATEMENT,
  CARD_GAPS_STATEMENT,
  SAM_PLACE_STATEMENT,
  NEGATIVE_SHADOWS_STATEMENT,
  CEILINGS_STATEMENT,
  TRAVEL_STATEMENT,
  EARLY_STATEMENT,
  LAST_BATCH_STATEMENT,
  RESOLVABLE_STATEMENT,
  INTERRUPTED_STATEMENT,
  UNVERIFIED_STATEMENT,
  SURPRISES_STATEMENT,
  MERCHANT_STATEMENT,
  SAM_STATEMENT,
  TERMINAL_STATEMENT,
  WINDOW_BALANCES_STATEMENT,
  MERCHANT_TOTAL_STATEMENT,
  BATCHES_STATEMENT,
  FINDINGS_STATEMENT,
  HELD_TOTAL_STATEMENT,
  BANK_ACCOUNT_STATEMENT,
  NAMED_ORDERS_STATEMENT,
  FREE_MOVEMENTS_STATEMENT,
  TOLD_BEFORE_STATEMENT,
  REJECTIONS_STATEMENT,
  STATEMENT_STATEMENT,
  FILE_STATEMENT,
  OUTCOMES_STATEMENT,
  FIRST_PAID_STATEMENT,
  ORDERS_OF_WINDOW_STATEMENT,
  ASSIGNED_LOADS_STATEMENT,
  UNASSIGNED_LOADS_STATEMENT,
};

describe('query plan', () => {
  let scenario: Scenario;
  beforeAll(async () => {
    scenario = await Scenario.open();
  });
  afterAll(() => scenario.remove());

  it.each(Object.entries(STATEMENTS))('%s walks no table that grows', async (_name, sql) => {
    expect(await walksOf(scenario, sql)).toEqual([]);
  });

  it('the shadow of new records begins after the last old one', async () => {
    expect(await planOf(scenario, SHADOW_STATEMENT)).toContain(
      'SEARCH record USING INTEGER PRIMARY KEY (rowid>?)',
    );
  });

  it('earlier reports are four searches a row', async () => {
    const plan = await planOf(scenario, EARLIER_STATEMENT);
    expect(plan.filter((step) => step.startsWith('SEARCH record'))).toEqual([
      'SEARCH record USING INDEX sqlite_autoindex_record_1 (sam_id=? AND sam_number=?)',
      'SEARCH record USING INDEX record_certified (idm=? AND card_counter=?)',
      'SEARCH record USING INDEX record_uncertified (idm=? AND card_counter=?)',
      'SEARCH record USING INDEX record_uncertified (idm=? AND card_counter=? AND purse_write=?)',
    ]);
  });

  it('hits are found by their SAM number, and listed from the newest back', async () => {
    expect(await planOf(scenario, INSERT_HITS_STATEMENT)).toContain(
      'SEARCH earlier USING INDEX hot_list_hit_by_number (sam_id=? AND sam_number=?)',
    );
    expect(await planOf(scenario, HITS_STATEMENT)).not.toContainEqual(
      expect.stringContaining('TEMP B-TREE'),
    );
  });

  it('each card that is asked for is one search', async () => {
    expect(await planOf(scenario, SURPRISES_STATEMENT)).toContain(
      'SEARCH card_account USING PRIMARY KEY (idm=?) LEFT-JOIN',
    );
  });

  it('held records are found among themselves', async () => {
    for (const sql of [RESOLVABLE_STATEMENT, HELD_TOTAL_STATEMENT]) {
      expect(await planOf(scenario, sql)).toContainEqual(
        expect.stringMatching(/^SEARCH record USING INDEX record_held \(is_held=\?\)/),
      );
    }
  });

  it('claims and reports that are open are found among themselves', async () => {
    for (const sql of [DECIDABLE_CLAIMS_STATEMENT, OPEN_REPORTS_STATEMENT]) {
      expect((await planOf(scenario, sql))[0]).toMatch(/^SCAN open\b/);
      expect(await walksOf(scenario, sql)).toEqual([]);
    }
  });

  it('top-ups are found in the order in which they were asked for, and no more than are shown', async () => {
    expect(await planOf(scenario, OPEN_TOP_UPS_STATEMENT)).toEqual([
      'SCAN open_top_up USING COVERING INDEX open_top_up_by_time',
    ]);
    const plan = await planOf(scenario, TOP_UPS_STATEMENT);
    expect(plan[0]).toBe('SCAN asked USING COVERING INDEX top_up_asked');
    expect(plan).not.toContainEqual(expect.stringContaining('TEMP B-TREE'));
  });

  // They run once for each close of a window, on an index or a narrow table.
  it('only the close of a window walks all entries, shadows and pending loads', async () => {
    expect(await walksOf(scenario, BALANCES_STATEMENT)).toEqual([
      'SCAN entry USING COVERING INDEX entry_by_account',
    ]);
    expect(await walksOf(scenario, SHADOW_TOTAL_STATEMENT)).toEqual(['SCAN card_shadow']);
    expect(await walksOf(scenario, PENDING_LOAD_TOTAL_STATEMENT)).toEqual(['SCAN pending_load']);
  });
});
