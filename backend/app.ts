import express, { type Express } from 'express';
import { type BatchRouteDependencies, batchRoutes } from './http/batch-route.ts';
import { type CarrierRouteDependencies, carrierRoutes } from './http/carrier-route.ts';
import { answerError, answerNotFound } from './http/error-answer.ts';
import { type HotListRouteDependencies, hotListRoutes } from './http/hotlist-route.ts';
import { type OperatorRouteDependencies, operatorRoutes } from './http/operator-route.ts';
import { type PaymentRouteDependencies, paymentRoutes } from './http/payment-route.ts';
import { type PendingLoadRouteDependencies, pendingLoadRoutes } from './http/pending-load-route.ts';
import { uploadRoutes } from './http/upload-route.ts';

export interface AppDependencies
  extends BatchRouteDependencies,
    PendingLoadRouteDependencies,
    HotListRouteDependencies,
    OperatorRouteDependencies {
  /** Absent where the issuer is served alone: the carrier is another company. */
  readonly carrierApi?: CarrierRouteDependencies & PaymentRouteDependencies;
}

/** The HTTP API of issuer and carrier (api.md), without a port. */
export function createApp(dependencies: AppDependencies): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(batchRoutes(dependencies));
  app.use(uploadRoutes(dependencies));
  app.use(pendingLoadRoutes(dependencies));
  app.use(hotListRoutes(dependencies));
  app.use(operatorRoutes(dependencies));
  const { carrierApi } = dependencies;
  if (carrierApi !== undefined) app.use(carrierRoutes(carrierApi), paymentRoutes(carrierApi));
  app.use(answerNotFound());
  app.use(answerError);
  return app;
}
