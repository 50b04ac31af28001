import { Router } from 'express';
import { z } from 'zod';
import { ApiError } from './api-error.ts';
import { answer, type Operation } from './operation.ts';

const LIVE = {
  id: 'live',
  method: 'get',
  path: '/livez',
  summary: 'The process answers',
  access: 'anybody',
  answer: z.strictObject({ status: z.literal('live') }),
  statuses: { 200: 'it lives' },
  errors: [],
} satisfies Operation;

const READY = {
  id: 'ready',
  method: 'get',
  path: '/readyz',
  summary: 'What it needs to answer is there',
  access: 'anybody',
  answer: z.strictObject({ status: z.literal('ready') }),
  statuses: { 200: 'it is ready' },
  errors: [],
} satisfies Operation;

export const HEALTH_OPERATIONS: readonly Operation[] = [LIVE, READY];

/**
 * For whoever starts and watches the process; neither tells more than that. `databasesAnswer` rejects
 * where one does not.
 */
export function healthRoutes(databasesAnswer: () => Promise<void>): Router {
  const router = Router();
  router.get(LIVE.path, (_request, response) => {
    answer(response, LIVE.answer, { status: 'live' });
  });
  router.get(READY.path, async (_request, response) => {
    await databasesAnswer().catch(notReady);
    answer(response, READY.answer, { status: 'ready' });
  });
  return router;
}

function notReady(cause: unknown): never {
  throw new ApiError('REQUEST_UNAVAILABLE', 'a database does not answer', { cause });
}
