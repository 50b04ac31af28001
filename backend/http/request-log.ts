import { randomBytes } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { ApiError } from './api-error.ts';
import { causeOf, type ServiceLog } from './service-log.ts';
import type { ServiceMetrics } from './service-metrics.ts';

/** What every answer carries, so that a person can name it and find its line in the log. */
const REQUEST_ID = 'X-Request-Id';
/** Short, because it goes over slow lines too; no two of a day are the same. */
const REQUEST_ID_BYTES = 9;

/** Counts every request, and writes a line of each when it is over: answered, refused or given up. */
export function logRequests(log: ServiceLog, metrics: ServiceMetrics): RequestHandler {
  return (request, response, next) => {
    const start = performance.now();
    const requestId = randomBytes(REQUEST_ID_BYTES).toString('base64url');
    response.set(REQUEST_ID, requestId);
    response.once('close', () => {
      // Whole milliseconds: what is finer is noise, and makes lines long.
      const seconds = Math.round(performance.now() - start) / 1_000;
      const route = routeOf(request);
      const { method } = request;
      const fault = faultOf(response);
      metrics.count({ method, route, status: response.statusCode, seconds, code: fault?.code });
      writeLine(log, { request, response, fault, fields: { requestId, route, seconds } });
    });
    next();
  };
}

function writeLine(
  log: ServiceLog,
  line: {
    readonly request: Request;
    readonly response: Response;
    readonly fault: ApiError | undefined;
    readonly fields: Readonly<Record<string, unknown>>;
  },
): void {
  const { request, response, fault, fields } = line;
  const { method, path, ip: remote } = request;
  const { statusCode: status, writableFinished: isAnswered } = response;
  const common = { method, path, status, remote, ...fields };
  if (!isAnswered) log.warn(common, 'the connection broke before the answer was through');
  else if (fault === undefined) log.info(common, 'answered');
  else if (status < 500) log.warn({ ...common, code: fault.code }, fault.message);
  else log.error({ ...common, code: fault.code, ...causeOf(fault) }, fault.message);
}

/** As it is declared, such as `/windows/:number`; one word for all paths that no route has. */
function routeOf({ route }: Request): string {
  const declared: unknown = route;
  const isRoute = typeof declared === 'object' && declared !== null && 'path' in declared;
  return isRoute ? String(declared.path) : 'none';
}

function faultOf({ locals }: Response): ApiError | undefined {
  const fault: unknown = locals['fault'];
  return fault instanceof ApiError ? fault : undefined;
}
