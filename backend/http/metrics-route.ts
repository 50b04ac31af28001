import { Router } from 'express';
import type { Operation } from './operation.ts';
import { requireOperator } from './operator-token.ts';
import type { ServiceMetrics } from './service-metrics.ts';

const METRICS = {
  id: 'metrics',
  method: 'get',
  path: '/metrics',
  summary: 'Figures of the service in the text format of Prometheus',
  access: 'operator',
  answer: 'text',
  statuses: { 200: 'the figures' },
  errors: [],
} satisfies Operation;

export const METRICS_OPERATIONS: readonly Operation[] = [METRICS];

/** For operators. */
export function metricsRoute(metrics: ServiceMetrics, operatorToken: string): Router {
  const router = Router();
  router.get(METRICS.path, requireOperator(operatorToken), async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.text());
  });
  return router;
}
