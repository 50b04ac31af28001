import { Router } from 'express';
import { z } from 'zod';
import { readBalances, totalOf } from '../ledger/books.ts';
import { carrierStatement, merchantStatement, type Statement } from '../settlement/statement.ts';
import { WINDOW_STATES } from '../settlement/window.ts';
import { ApiError } from './api-error.ts';
import { answer, type Operation, paramsIn, pathId } from './operation.ts';
import type { OperatorRouteDependencies } from './operator-route.ts';
import { requireOperator } from './operator-token.ts';

const ID_MAX = 0xffff_ffff;
const ID = z.int().min(1);
const COUNT = z.int().min(0);

const HEAD = {
  windowNumber: ID,
  businessDate: z.iso.date(),
  state: z.enum(WINDOW_STATES),
};

const LISTED_BATCH = z.strictObject({
  terminalId: ID,
  batchNumber: ID,
  saleCount: COUNT,
  grossSales: z.int(),
  loadCount: COUNT,
  loads: z.int(),
  voidCount: COUNT,
  voids: z.int(),
  heldCount: COUNT,
  unpaidCount: COUNT,
});

const LISTED_FINDING = z.strictObject({
  terminalId: ID,
  batchNumber: ID,
  samNumber: ID,
  verdict: z.string(),
  reason: z.string(),
  kind: z.enum(['load', 'debit', 'void']),
  amount: z.int(),
  card: z.string().regex(/^[0-9a-f]{4}$/),
});

const MERCHANT_STATEMENT = z
  .strictObject({
    ...HEAD,
    merchantId: ID,
    name: z.string(),
    batchCount: COUNT,
    saleCount: COUNT,
    grossSales: z.int(),
    loadCount: COUNT,
    loadsCollected: z.int(),
    voidCount: COUNT,
    voids: z.int(),
    heldCount: COUNT,
    heldAmount: z.int(),
    unpaidCount: COUNT,
    fee: z.int(),
    commission: z.int(),
    adjustments: z.int(),
    salesNet: z.int(),
    net: z.int(),
    batches: z.array(LISTED_BATCH).readonly(),
    findings: z.array(LISTED_FINDING).readonly(),
  })
  .meta({ id: 'MerchantStatement' });

const CARRIER_STATEMENT = z
  .strictObject({
    ...HEAD,
    grossSales: z.int(),
    fee: z.int(),
    commission: z.int(),
    merchants: z
      .array(
        z.strictObject({
          merchantId: ID,
          grossSales: z.int(),
          fee: z.int(),
          commission: z.int(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'CarrierStatement' });

const OF_MERCHANT = {
  id: 'merchantStatement',
  method: 'get',
  path: '/windows/:number/merchants/:merchantId',
  summary: "A merchant's statement of a window",
  access: 'operator',
  params: z.object({ number: pathId(ID_MAX), merchantId: pathId(ID_MAX) }),
  answer: MERCHANT_STATEMENT,
  statuses: { 200: 'figures of an open window still change' },
  errors: ['SETTLEMENT_WINDOW_UNKNOWN', 'ACCOUNT_MERCHANT_UNKNOWN'],
} satisfies Operation;

const OF_CARRIER = {
  id: 'carrierStatement',
  method: 'get',
  path: '/windows/:number/carrier',
  summary: "The carrier's statement of a window",
  access: 'operator',
  params: z.object({ number: pathId(ID_MAX) }),
  answer: CARRIER_STATEMENT,
  statuses: { 200: 'figures of an open window still change' },
  errors: ['SETTLEMENT_WINDOW_UNKNOWN'],
} satisfies Operation;

const BOOKS = {
  id: 'books',
  method: 'get',
  path: '/books',
  summary: 'The balance of each account of the issuer, debits positive, and their sum',
  access: 'operator',
  answer: z.strictObject({ balances: z.record(z.string(), z.int()), total: z.int() }),
  statuses: { 200: 'the sum is zero' },
  errors: [],
} satisfies Operation;

export const STATEMENT_OPERATIONS: readonly Operation[] = [OF_MERCHANT, OF_CARRIER, BOOKS];

/** Statements and books, for whoever holds the operator token. */
export function statementRoutes({ settlement, operatorToken }: OperatorRouteDependencies): Router {
  const router = Router();
  const { database } = settlement;
  const isOperator = requireOperator(operatorToken);
  router.get(OF_MERCHANT.path, isOperator, async (request, response) => {
    const { number, merchantId } = paramsIn(request, OF_MERCHANT.params);
    const statement = found(await merchantStatement(database, number, merchantId));
    answer(response, MERCHANT_STATEMENT, statement);
  });
  router.get(OF_CARRIER.path, isOperator, async (request, response) => {
    const { number } = paramsIn(request, OF_CARRIER.params);
    answer(response, CARRIER_STATEMENT, found(await carrierStatement(database, number)));
  });
  router.get(BOOKS.path, isOperator, async (_request, response) => {
    const balances = await readBalances(database);
    const total = totalOf(balances);
    answer(response, BOOKS.answer, { balances: Object.fromEntries(balances), total });
  });
  return router;
}

function found<Content>(statement: Statement<Content>): Content {
  if (statement.result === 'found') return statement.statement;
  throw new ApiError(statement.reason, statement.detail);
}
