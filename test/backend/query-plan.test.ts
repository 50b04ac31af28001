import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EARLIER_STATEMENT } from '../../backend/collection/earlier-report.ts';
import { HITS_STATEMENT, INSERT_HITS_STATEMENT } from '../../backend/collection/hit-row.ts';
import {
  DECIDABLE_CLAIMS_STATEMENT,
  OPEN_REPORTS_STATEMENT,
} from '../../backend/collection/pending-load.ts';
import { SHADOW_STATEMENT } from '../../backend/collection/record-row.ts';
import { RESOLVABLE_STATEMENT } from '../../backend/collection/resolvable-record.ts';
import { SURPRISES_STATEMENT } from '../../backend/issuer/card-account.ts';
import { BALANCES_STATEMENT } from '../../backend/ledger/books.ts';
import {
  HELD_TOTAL_STATEMENT,
  PENDING_LOAD_TOTAL_STATEMENT,
  SHADOW_TOTAL_STATEMENT,
} from '../../backend/settlement/window-figure.ts';
import { OPEN_TOP_UPS_STATEMENT } from '../../backend/top-up/top-up-store.ts';
import { TOP_UPS_STATEMENT } from '../../backend/top-up-command.ts';
import { HOT_STATEMENTS } from './hot-statement.ts';
import { planOf, walksOf } from './query-plan.ts';
import { Scenario } from './scenario.ts';

describe('query plan', () => {
  let scenario: Scenario;
  beforeAll(async () => {
    scenario = await Scenario.open();
  });
  afterAll(() => scenario.remove());

  it.each(Object.entries(HOT_STATEMENTS))('%s walks no table that grows', async (_name, sql) => {
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
