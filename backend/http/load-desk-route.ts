import { Router } from 'express';
import { z } from 'zod';
import { formatIdm } from '#felica/identifiers';
import { TERMINAL_ID_MAX } from '#purse/history-block';
import type { LoadDesk } from '../top-up/load-desk.ts';
import type { TopUpDesk } from '../top-up/top-up-desk.ts';
import { ApiError } from './api-error.ts';
import { IDM } from './idm-field.ts';
import { bodyOf, jsonBody } from './json-body.ts';
import { answer, type Operation, paramsIn, pathId } from './operation.ts';
import { requireToken } from './operator-token.ts';

const TERMINAL = z.object({ terminalId: pathId(TERMINAL_ID_MAX) });
const RESULT = z.enum(['loaded', 'not-loaded']);

const WAITING = {
  id: 'waitingLoads',
  method: 'get',
  path: '/terminals/:terminalId/top-ups',
  summary: 'Top-ups that this terminal has to load, oldest first',
  access: 'remote-load',
  params: TERMINAL,
  answer: z.strictObject({
    topUps: z.array(
      z.strictObject({
        topUpId: z.string(),
        idm: IDM,
        amount: z.int().min(1),
        assignedAt: z.int(),
      }),
    ),
  }),
  statuses: { 200: '100 of them at most; no other terminal has to load them' },
  errors: [],
} satisfies Operation;

const TELL = {
  id: 'tellLoadResult',
  method: 'post',
  path: '/terminals/:terminalId/top-ups/:topUpId/result',
  summary: 'What came of a load, once and for all',
  access: 'remote-load',
  params: TERMINAL.extend({ topUpId: z.string().regex(/^[A-Za-z0-9-]{1,60}$/) }),
  body: z.strictObject({ result: RESULT }),
  answer: z.strictObject({ result: z.enum(['taken', 'repeated']) }),
  statuses: { 200: 'noted: the money is taken, or given up' },
  errors: ['TOPUP_UNKNOWN', 'TOPUP_RESULT_DIFFERS'],
} satisfies Operation;

export const LOAD_DESK_OPERATIONS: readonly Operation[] = [WAITING, TELL];

export interface LoadDeskRouteDependencies {
  readonly loadDesk: Pick<LoadDesk, 'waiting' | 'tell'>;
  readonly topUps: Pick<TopUpDesk, 'continueOne'>;
  /** What the issuer's remote load terminals show. */
  readonly remoteLoadToken: string;
}

/** Work for the terminals that load cards in phones. */
export function loadDeskRoutes(dependencies: LoadDeskRouteDependencies): Router {
  const { loadDesk, topUps, remoteLoadToken } = dependencies;
  const router = Router();
  const isRemoteLoad = requireToken(remoteLoadToken, 'remote-load');
  router.get(WAITING.path, isRemoteLoad, async (request, response) => {
    const { terminalId } = paramsIn(request, WAITING.params);
    const waiting = await loadDesk.waiting(terminalId);
    const shown = waiting.map(({ idm, ...load }) => ({ ...load, idm: formatIdm(idm) }));
    answer(response, WAITING.answer, { topUps: shown });
  });
  router.post(TELL.path, isRemoteLoad, jsonBody(), async (request, response) => {
    const { terminalId, topUpId } = paramsIn(request, TELL.params);
    const { result } = bodyOf(request, TELL.body);
    const told = await loadDesk.tell(terminalId, topUpId, result);
    if (told.result === 'refused') throw new ApiError(told.reason, told.detail);
    await topUps.continueOne(topUpId);
    answer(response, TELL.answer, { result: told.result });
  });
  return router;
}
