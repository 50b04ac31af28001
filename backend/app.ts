import express, { type Express } from 'express';
import helmet from 'helmet';
import { apiPageRoutes } from './http/api-page-route.ts';
import { type BatchRouteDependencies, batchRoutes } from './http/batch-route.ts';
import { type CarrierRouteDependencies, carrierRoutes } from './http/carrier-route.ts';
import { type ChannelRouteDependencies, channelRoutes } from './http/channel-route.ts';
import { answerError, answerNotFound } from './http/error-answer.ts';
import { healthRoutes } from './http/health-route.ts';
import { type HotListRouteDependencies, hotListRoutes } from './http/hotlist-route.ts';
import { type LoadDeskRouteDependencies, loadDeskRoutes } from './http/load-desk-route.ts';
import { metricsRoute } from './http/metrics-route.ts';
import { type OperatorRouteDependencies, operatorRoutes } from './http/operator-route.ts';
import { type PaymentRouteDependencies, paymentRoutes } from './http/payment-route.ts';
import { type PendingLoadRouteDependencies, pendingLoadRoutes } from './http/pending-load-route.ts';
import { type PhoneRouteDependencies, phoneRoutes } from './http/phone-route.ts';
import { logRequests } from './http/request-log.ts';
import { limitRequests, limitWrongTokens } from './http/request-rate.ts';
import type { ServiceLog } from './http/service-log.ts';
import type { ServiceMetrics } from './http/service-metrics.ts';
import { statementRoutes } from './http/statement-route.ts';
import { uploadRoutes } from './http/upload-route.ts';

/** It speaks HTTP: TLS and what a browser should know of it are of the proxy in front. */
const HELMET = {
  contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  strictTransportSecurity: false,
} as const;

/** How the API is run, whatever it serves. */
export interface ServiceOptions {
  readonly log: ServiceLog;
  readonly metrics: ServiceMetrics;
  /** Of one address. */
  readonly requestsPerMinute: number;
  readonly wrongTokensPerMinute: number;
  /** How many proxies of the operator's own stand before it: their word on an address counts. */
  readonly proxyCount: number;
}

export interface AppDependencies
  extends BatchRouteDependencies,
    PendingLoadRouteDependencies,
    HotListRouteDependencies,
    OperatorRouteDependencies {
  readonly service: ServiceOptions;
  /** Rejects where one of the databases does not answer. */
  readonly databasesAnswer: () => Promise<void>;
  /** Absent where no cards in phones are loaded. */
  readonly remoteLoads?: LoadDeskRouteDependencies;
  /** Absent where the issuer is served alone: the carrier is another company. */
  readonly carrierApi?: CarrierRouteDependencies &
    PaymentRouteDependencies &
    PhoneRouteDependencies &
    ChannelRouteDependencies;
}

/** The HTTP API of issuer and carrier (api.md), without a port. */
export function createApp(dependencies: AppDependencies): Express {
  const app = express();
  const { service, databasesAnswer, operatorToken } = dependencies;
  const { log, metrics, requestsPerMinute, wrongTokensPerMinute, proxyCount } = service;
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', proxyCount);
  app.use(logRequests(log, metrics));
  // Before the limits: who watches the process asks often, and a limit would look like a fault.
  app.use(healthRoutes(databasesAnswer));
  app.use(limitRequests(requestsPerMinute), limitWrongTokens(wrongTokensPerMinute));
  app.use(metricsRoute(metrics, operatorToken));
  app.use(batchRoutes(dependencies));
  app.use(uploadRoutes(dependencies));
  app.use(pendingLoadRoutes(dependencies));
  // After the terminals' routes: their lines may be slow, and no browser reads their answers.
  app.use(helmet(HELMET));
  app.use(apiPageRoutes());
  app.use(hotListRoutes(dependencies));
  app.use(operatorRoutes(dependencies));
  app.use(statementRoutes(dependencies));
  const { carrierApi, remoteLoads } = dependencies;
  if (remoteLoads !== undefined) app.use(loadDeskRoutes(remoteLoads));
  if (carrierApi !== undefined) {
    app.use(carrierRoutes(carrierApi), paymentRoutes(carrierApi));
    app.use(phoneRoutes(carrierApi), channelRoutes(carrierApi));
  }
  app.use(answerNotFound());
  app.use(answerError);
  return app;
}
