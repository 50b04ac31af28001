import type { PaymentRefusal } from '../carrier/phone-bill.ts';
import type { LockRefusal } from '../carrier/remote-lock.ts';
import type { SubscriberRefusal } from '../carrier/subscriber.ts';
import type { NumberRange } from '../collection/number-range.ts';
import type { PendingLoadRefusal } from '../collection/pending-load-desk.ts';
import type { BatchRefusal } from '../collection/receive-batch.ts';
import type { CloseRefusal } from '../settlement/close-window.ts';
import type { SettleRefusal } from '../settlement/settle-window.ts';
import type { StatementRefusal } from '../settlement/statement.ts';
import type { LoadResultRefusal } from '../top-up/load-desk.ts';
import type { TopUpRefusal } from '../top-up/top-up-store.ts';

/** What is wrong with a request before anybody asks what it wants, or with the service itself. */
export type RequestFault =
  | 'REQUEST_NOT_FOUND'
  | 'REQUEST_TOO_MANY'
  | 'REQUEST_UNAUTHORIZED'
  | 'REQUEST_TYPE_UNSUPPORTED'
  | 'REQUEST_TOO_LARGE'
  | 'REQUEST_MALFORMED'
  | 'REQUEST_UNAVAILABLE'
  | 'REQUEST_FAILED';

export type ApiErrorCode =
  | RequestFault
  | BatchRefusal
  | PendingLoadRefusal
  | CloseRefusal
  | SettleRefusal
  | StatementRefusal
  | SubscriberRefusal
  | PaymentRefusal
  | LockRefusal
  | 'CARRIER_PHONE_UNREACHABLE'
  | 'CARRIER_TOUCH_OVER'
  | TopUpRefusal
  | LoadResultRefusal
  | 'SETTLEMENT_ADVICE_REFUSED'
  | 'HOTLIST_NONE'
  | 'HOTLIST_UNKNOWN';

/**
 * The status of every code that the API answers (api.md). A terminal keeps its batch on a status from
 * 500 and on 429, and sends it again by itself; on another one, a person must look.
 */
export const STATUS_BY_CODE: Readonly<Record<ApiErrorCode, number>> = {
  REQUEST_TOO_MANY: 429,
  REQUEST_NOT_FOUND: 404,
  REQUEST_UNAUTHORIZED: 401,
  REQUEST_TYPE_UNSUPPORTED: 415,
  REQUEST_TOO_LARGE: 413,
  REQUEST_MALFORMED: 400,
  REQUEST_UNAVAILABLE: 503,
  REQUEST_FAILED: 500,
  BATCH_TRUNCATED: 400,
  BATCH_MAGIC_UNKNOWN: 400,
  BATCH_LENGTH_MISMATCH: 400,
  BATCH_HEADER_INVALID: 400,
  BATCH_HASH_MISMATCH: 400,
  RECORD_MALFORMED: 400,
  BATCH_RECORD_FOREIGN: 400,
  BATCH_NUMBERING_BROKEN: 400,
  BATCH_TOTAL_MISMATCH: 400,
  BATCH_TERMINAL_MISMATCH: 400,
  TERMINAL_UNKNOWN: 403,
  BATCH_SIGNATURE_INVALID: 403,
  BATCH_MERCHANT_MISMATCH: 403,
  BATCH_SAM_MISMATCH: 403,
  BATCH_NUMBER_REUSED: 409,
  BATCH_SEQUENCE_GAP: 409,
  BATCH_CHAIN_BROKEN: 409,
  BATCH_REPLAYED: 409,
  PENDING_LOAD_MALFORMED: 400,
  PENDING_LOAD_SIGNATURE_INVALID: 403,
  PENDING_LOAD_NOT_ALLOWED: 403,
  PENDING_LOAD_STALE: 403,
  SETTLEMENT_WINDOW_UNKNOWN: 404,
  ACCOUNT_MERCHANT_UNKNOWN: 404,
  SETTLEMENT_WINDOW_OPEN: 409,
  SETTLEMENT_WINDOW_ORDERED: 409,
  SETTLEMENT_NOT_SIGNED: 409,
  SETTLEMENT_BATCHES_UNVERIFIED: 409,
  SETTLEMENT_BOOKS_UNBALANCED: 409,
  SETTLEMENT_CARRIER_UNBALANCED: 409,
  SETTLEMENT_SHADOW_MISMATCH: 409,
  SETTLEMENT_SUSPENSE_MISMATCH: 409,
  SETTLEMENT_PENDING_LOAD_MISMATCH: 409,
  SETTLEMENT_FLOAT_BROKEN: 409,
  SETTLEMENT_STATEMENT_MISMATCH: 409,
  SETTLEMENT_CARRIER_MISMATCH: 409,
  SETTLEMENT_ADVICE_REFUSED: 409,
  HOTLIST_NONE: 404,
  HOTLIST_UNKNOWN: 404,
  CARRIER_PHONE_NUMBER_INVALID: 400,
  CARRIER_SUBSCRIBER_TAKEN: 409,
  CARRIER_PHONE_NUMBER_TAKEN: 409,
  CARRIER_SUBSCRIBER_UNKNOWN: 404,
  CARRIER_CORRELATOR_REUSED: 409,
  CARRIER_PAYMENT_UNKNOWN: 404,
  CARRIER_PAYMENT_DENIED: 409,
  CARRIER_PAYMENT_CANCELLED: 409,
  CARRIER_LOCK_ORDER_UNKNOWN: 404,
  CARRIER_PHONE_UNREACHABLE: 409,
  CARRIER_TOUCH_OVER: 409,
  TOPUP_UNKNOWN: 404,
  TOPUP_ID_REUSED: 409,
  TOPUP_RESULT_DIFFERS: 409,
};

export class ApiError extends Error {
  readonly code: ApiErrorCode;
  /** The batches that a terminal is asked to send first. */
  readonly missing: NumberRange | undefined;

  constructor(
    code: ApiErrorCode,
    message: string,
    options: ErrorOptions & { readonly missing?: NumberRange | undefined } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.missing = options.missing;
    this.name = 'ApiError';
    this.code = code;
  }

  get status(): number {
    return STATUS_BY_CODE[this.code];
  }
}
