import { STATUS_CODES } from 'node:http';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { DatabaseError } from '../database/database-error.ts';
import { KeystoreError } from '../issuer/keystore-error.ts';
import { SettlementError } from '../settlement/settlement-error.ts';
import { ApiError } from './api-error.ts';

/** Of every error that is answered (RFC 9457). */
const PROBLEM_TYPE = 'application/problem+json';

/**
 * The one place that answers errors, as problem details (RFC 9457): `title` and `status` are of HTTP,
 * `code` is ours (api.md), and `detail` is for a person. A fault of ours says nothing of its inside.
 */
export function answerError(
  error: unknown,
  _request: Request,
  response: Response,
  next: NextFunction,
): void {
  if (response.headersSent) {
    next(error);
    return;
  }
  const fault = apiErrorOf(error);
  const { code, message, status, missing } = fault;
  if (code === 'REQUEST_UNAUTHORIZED') response.set('WWW-Authenticate', 'Bearer');
  response.locals['fault'] = fault;
  const title = STATUS_CODES[status];
  const asked = missing && { missingBatches: missing };
  const problem = { type: 'about:blank', title, status, detail: message, code, ...asked };
  response.status(status).type(PROBLEM_TYPE).json(problem);
}

/** For every path that no route has. */
export function answerNotFound(): RequestHandler {
  return (request) => {
    throw new ApiError('REQUEST_NOT_FOUND', `no route: ${request.method}`);
  };
}

export function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const options = { cause: error };
  if (error instanceof SettlementError) return new ApiError(error.code, error.message, options);
  if (error instanceof DatabaseError || error instanceof KeystoreError) {
    return new ApiError('REQUEST_UNAVAILABLE', `try again: ${error.code}`, options);
  }
  switch (clientStatusOf(error)) {
    case undefined:
      return new ApiError('REQUEST_FAILED', 'the request could not be answered', options);
    case 413:
      return new ApiError('REQUEST_TOO_LARGE', 'larger than this route takes', options);
    case 415:
      return new ApiError('REQUEST_TYPE_UNSUPPORTED', 'expected a body without encoding', options);
    default:
      return new ApiError('REQUEST_MALFORMED', 'the request cannot be read', options);
  }
}

/** What express and its body parser say of a request that they could not read. */
function clientStatusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  const { status } = error;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
