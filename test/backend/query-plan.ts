import type { Scenario } from './scenario.ts';

/** The tables that grow with every batch, card, payment or top-up: no statement may walk one of them. */
export const GROWING_TABLES: readonly string[] = [
  'adjustment',
  'adjustment_signature',
  'bank_account',
  'bank_file',
  'bank_movement',
  'bank_statement',
  'batch',
  'card_account',
  'card_shadow',
  'entry',
  'evidence',
  'finding',
  'open_top_up_load',
  'payment_instruction',
  'payment_order',
  'payment_outcome',
  'payment_rejection',
  'pending_load',
  'pending_load_offer',
  'pending_load_payment',
  'posted_adjustment',
  'posted_batch',
  'record',
  'refund_claim',
  'resolution',
  'sam_ceiling',
  'suspended_movement',
  'top_up',
  'top_up_step',
  'transfer',
];

/** How statements name them; SQLite tells of the name in the statement. */
const ALIASES = [
  'assigned',
  'claim',
  'here',
  'known',
  'offer',
  'other',
  'paid',
  'seen',
  'seen_there',
  'shadow',
  'there',
  'told',
  'written',
];

const GROWING = new RegExp(`^SCAN (?:${[...GROWING_TABLES, ...ALIASES].join('|')})\\b`, 'u');

/** The steps of SQLite's plan for a statement on the issuer's schema. */
export async function planOf(scenario: Scenario, sql: string): Promise<readonly string[]> {
  const rows = await scenario.backend.database.all(`EXPLAIN QUERY PLAN ${sql}`);
  return rows.map(({ detail }) => String(detail));
}

/** The steps that walk a growing table from its beginning to its end. */
export async function walksOf(scenario: Scenario, sql: string): Promise<readonly string[]> {
  return (await planOf(scenario, sql)).filter((step) => GROWING.test(step));
}
