import type { Scenario } from './scenario.ts';

/** The tables that grow with every batch: no statement may walk one of them. */
const GROWING =
  /^SCAN (?:record|batch|entry|transfer|finding|evidence|posted_batch|card_account|card_shadow|shadow|known|written|here|there|seen|seen_there|sam_ceiling|resolution|refund_claim|pending_load|pending_load_offer|pending_load_payment|claim|paid|offer|payment_order|payment_instruction|payment_outcome|payment_rejection|bank_movement|suspended_movement|told|other|bank_statement|bank_file|bank_account|adjustment|adjustment_signature|posted_adjustment|assigned|open_top_up_load|top_up|top_up_step)\b/;

/** The steps of SQLite's plan for a statement on the issuer's schema. */
export async function planOf(scenario: Scenario, sql: string): Promise<readonly string[]> {
  const rows = await scenario.backend.database.all(`EXPLAIN QUERY PLAN ${sql}`);
  return rows.map(({ detail }) => String(detail));
}

/** The steps that walk a growing table from its beginning to its end. */
export async function walksOf(scenario: Scenario, sql: string): Promise<readonly string[]> {
  return (await planOf(scenario, sql)).filter((step) => GROWING.test(step));
}
