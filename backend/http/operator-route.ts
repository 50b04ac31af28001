import { Router } from 'express';
import type { Database } from '../database/database.ts';
import { readBalances, totalOf } from '../ledger/books.ts';
import { closeWindow, type SettlementDependencies } from '../settlement/close-window.ts';
import { settleWindow } from '../settlement/settle-window.ts';
import { carrierStatement, merchantStatement, type Statement } from '../settlement/statement.ts';
import { readWindows } from '../settlement/window.ts';
import { ApiError } from './api-error.ts';
import { requireOperator } from './operator-token.ts';
import { pathNumber } from './path-number.ts';

const WINDOWS_LISTED_MAX = 100;
const ID_MAX = 0xffff_ffff;

export interface OperatorRouteDependencies {
  readonly settlement: SettlementDependencies;
  readonly operatorToken: string;
}

/** Windows, statements and books, for whoever holds the operator token. */
export function operatorRoutes({ settlement, operatorToken }: OperatorRouteDependencies): Router {
  const router = Router();
  const { database } = settlement;
  const isOperator = requireOperator(operatorToken);
  router.get('/windows', isOperator, async (_request, response) => {
    response.json({ windows: await readWindows(database, WINDOWS_LISTED_MAX) });
  });
  router.post('/windows/:number/close', isOperator, async (request, response) => {
    const windowNumber = pathNumber(request.params['number'], ID_MAX);
    const closed = await closeWindow(settlement, windowNumber);
    if (closed.result === 'refused') throw new ApiError(closed.reason, closed.detail);
    response.json(closed);
  });
  router.post('/windows/:number/settlement', isOperator, async (request, response) => {
    const windowNumber = pathNumber(request.params['number'], ID_MAX);
    const settled = await settleWindow(settlement, windowNumber);
    if (settled.result === 'refused') throw new ApiError(settled.reason, settled.detail);
    response.json(settled);
  });
  addReports(router, database, isOperator);
  return router;
}

function addReports(
  router: Router,
  database: Database,
  isOperator: ReturnType<typeof requireOperator>,
): void {
  router.get('/windows/:number/merchants/:merchantId', isOperator, async (request, response) => {
    const windowNumber = pathNumber(request.params['number'], ID_MAX);
    const merchantId = pathNumber(request.params['merchantId'], ID_MAX);
    response.json(found(await merchantStatement(database, windowNumber, merchantId)));
  });
  router.get('/windows/:number/carrier', isOperator, async (request, response) => {
    const windowNumber = pathNumber(request.params['number'], ID_MAX);
    response.json(found(await carrierStatement(database, windowNumber)));
  });
  router.get('/books', isOperator, async (_request, response) => {
    const balances = await readBalances(database);
    response.json({ balances: Object.fromEntries(balances), total: totalOf(balances) });
  });
}

function found<Content>(statement: Statement<Content>): Content {
  if (statement.result === 'found') return statement.statement;
  throw new ApiError(statement.reason, statement.detail);
}
