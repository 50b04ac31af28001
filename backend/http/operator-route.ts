import { Router } from 'express';
import { z } from 'zod';
import { closeWindow, type SettlementDependencies } from '../settlement/close-window.ts';
import { settleWindow } from '../settlement/settle-window.ts';
import { readWindows, WINDOW_STATES } from '../settlement/window.ts';
import { ApiError } from './api-error.ts';
import { answer, type Operation, paramsIn, pathId } from './operation.ts';
import { requireOperator } from './operator-token.ts';

const WINDOWS_LISTED_MAX = 100;
const ID_MAX = 0xffff_ffff;
const WINDOW_PARAMS = z.object({ number: pathId(ID_MAX) });
const ID = z.int().min(1);

const WINDOW = z
  .strictObject({
    number: ID,
    businessDate: z.iso.date(),
    state: z.enum(WINDOW_STATES),
    openedAt: z.int(),
    closedAt: z.int().optional(),
    settledAt: z.int().optional(),
  })
  .meta({ id: 'Window' });

const FIGURES = z
  .strictObject({
    float: z.int(),
    loadReceivable: z.int(),
    voidReceivable: z.int(),
    cardLiability: z.int(),
    merchantPayable: z.int(),
    commissionPayable: z.int(),
    feeIncome: z.int(),
    suspense: z.int(),
    pendingLoadPayable: z.int(),
    paymentsInTransit: z.int(),
    commissionInTransit: z.int(),
    collectionsDue: z.int(),
    bankSuspense: z.int(),
    customerPayable: z.int(),
    issuerTotal: z.int(),
    carrierTotal: z.int(),
    carrierReceivable: z.int(),
    commissionOfWindow: z.int(),
    cardShadow: z.int(),
    heldRecords: z.int(),
    pendingLoads: z.int(),
    statementMismatchCount: z.int(),
  })
  .meta({ id: 'WindowFigures' });

const WINDOWS = {
  id: 'windows',
  method: 'get',
  path: '/windows',
  summary: `The newest ${WINDOWS_LISTED_MAX} settlement windows`,
  access: 'operator',
  answer: z.strictObject({ windows: z.array(WINDOW).readonly() }),
  statuses: { 200: 'newest first' },
  errors: [],
} satisfies Operation;

const CLOSE = {
  id: 'closeWindow',
  method: 'post',
  path: '/windows/:number/close',
  summary: 'Verifies what has arrived, closes the open window and opens the next',
  access: 'operator',
  params: WINDOW_PARAMS,
  answer: z.strictObject({
    result: z.enum(['closed', 'repeated']),
    windowNumber: ID,
    figures: FIGURES,
  }),
  statuses: { 200: 'closed, or repeated: it was closed before' },
  errors: [
    'SETTLEMENT_WINDOW_UNKNOWN',
    'SETTLEMENT_BATCHES_UNVERIFIED',
    'SETTLEMENT_BOOKS_UNBALANCED',
    'SETTLEMENT_CARRIER_UNBALANCED',
    'SETTLEMENT_SHADOW_MISMATCH',
    'SETTLEMENT_SUSPENSE_MISMATCH',
    'SETTLEMENT_PENDING_LOAD_MISMATCH',
    'SETTLEMENT_FLOAT_BROKEN',
    'SETTLEMENT_STATEMENT_MISMATCH',
    'SETTLEMENT_CARRIER_MISMATCH',
    'SETTLEMENT_ADVICE_REFUSED',
  ],
} satisfies Operation;

const SETTLE = {
  id: 'settleWindow',
  method: 'post',
  path: '/windows/:number/settlement',
  summary: 'Pays what a closed window owes',
  access: 'operator',
  params: WINDOW_PARAMS,
  answer: z.strictObject({
    result: z.enum(['settled', 'repeated']),
    windowNumber: ID,
    payments: z.array(z.strictObject({ merchantId: ID, amount: z.int() })).readonly(),
    commission: z.int(),
  }),
  statuses: { 200: 'settled, or repeated: it was settled before' },
  errors: [
    'SETTLEMENT_WINDOW_UNKNOWN',
    'SETTLEMENT_WINDOW_OPEN',
    'SETTLEMENT_WINDOW_ORDERED',
    'SETTLEMENT_NOT_SIGNED',
    'SETTLEMENT_ADVICE_REFUSED',
  ],
} satisfies Operation;

export const OPERATOR_OPERATIONS: readonly Operation[] = [WINDOWS, CLOSE, SETTLE];

export interface OperatorRouteDependencies {
  readonly settlement: SettlementDependencies;
  readonly operatorToken: string;
}

/** Settlement windows, for whoever holds the operator token. */
export function operatorRoutes({ settlement, operatorToken }: OperatorRouteDependencies): Router {
  const router = Router();
  const { database } = settlement;
  const isOperator = requireOperator(operatorToken);
  router.get(WINDOWS.path, isOperator, async (_request, response) => {
    const windows = await readWindows(database, WINDOWS_LISTED_MAX);
    answer(response, WINDOWS.answer, { windows });
  });
  router.post(CLOSE.path, isOperator, async (request, response) => {
    const closed = await closeWindow(settlement, paramsIn(request, CLOSE.params).number);
    if (closed.result === 'refused') throw new ApiError(closed.reason, closed.detail);
    answer(response, CLOSE.answer, closed);
  });
  router.post(SETTLE.path, isOperator, async (request, response) => {
    const settled = await settleWindow(settlement, paramsIn(request, SETTLE.params).number);
    if (settled.result === 'refused') throw new ApiError(settled.reason, settled.detail);
    answer(response, SETTLE.answer, settled);
  });
  return router;
}
