import { Router } from 'express';
import { ApiError } from './api-error.ts';

/**
 * `GET /livez`: the process answers. `GET /readyz`: what it needs to answer others is there. For whoever
 * starts and watches the process; neither tells more than that.
 */
export function healthRoutes(databasesAnswer: () => Promise<void>): Router {
  const router = Router();
  router.get('/livez', (_request, response) => {
    response.json({ status: 'live' });
  });
  router.get('/readyz', async (_request, response) => {
    await databasesAnswer().catch(notReady);
    response.json({ status: 'ready' });
  });
  return router;
}

function notReady(cause: unknown): never {
  throw new ApiError('REQUEST_UNAVAILABLE', 'a database does not answer', { cause });
}
