import express, { type Express } from 'express';
import { type BatchRouteDependencies, batchRoutes } from './http/batch-route.ts';
import { answerError, answerNotFound } from './http/error-answer.ts';
import { type HotListRouteDependencies, hotListRoutes } from './http/hotlist-route.ts';
import { type OperatorRouteDependencies, operatorRoutes } from './http/operator-route.ts';
import { type PendingLoadRouteDependencies, pendingLoadRoutes } from './http/pending-load-route.ts';
import { uploadRoutes } from './http/upload-route.ts';

export type AppDependencies = BatchRouteDependencies &
  PendingLoadRouteDependencies &
  HotListRouteDependencies &
  OperatorRouteDependencies;

/** The HTTP API of the issuer (api.md), without a port. */
export function createApp(dependencies: AppDependencies): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(batchRoutes(dependencies));
  app.use(uploadRoutes(dependencies));
  app.use(pendingLoadRoutes(dependencies));
  app.use(hotListRoutes(dependencies));
  app.use(operatorRoutes(dependencies));
  app.use(answerNotFound());
  app.use(answerError);
  return app;
}
