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
  GIVEN_BACK_STATEMENT,
  OFFERED_STATEMENT,
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
import { WINDOW_BALANCES_STATEMENT } from '../../backend/ledger/books.ts';
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
import { HELD_TOTAL_STATEMENT } from '../../backend/settlement/window-figure.ts';
import {
  ASSIGNED_LOADS_STATEMENT,
  UNASSIGNED_LOADS_STATEMENT,
} from '../../backend/top-up/load-desk.ts';

/** Statements that run for each upload, batch, group or statement, however much is stored. */
export const HOT_STATEMENTS: Readonly<Record<string, string>> = {
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
