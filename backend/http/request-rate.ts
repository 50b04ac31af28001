import type { Request, RequestHandler } from 'express';
import { type Options, rateLimit } from 'express-rate-limit';
import { ApiError } from './api-error.ts';

const MINUTE_MS = 60_000;
const MINUTE_SECONDS = '60';

/** So many requests a minute of one address. Who sends more is told when to come again. */
export function limitRequests(requestsPerMinute: number): RequestHandler {
  return rateLimit(limit(requestsPerMinute));
}

/** So many wrong tokens a minute of one address; requests without a token do not count. */
export function limitWrongTokens(wrongTokensPerMinute: number): RequestHandler {
  return rateLimit({
    ...limit(wrongTokensPerMinute),
    skip: (request: Request) => request.get('authorization') === undefined,
    skipSuccessfulRequests: true,
    requestWasSuccessful: (_request, response) => response.statusCode !== 401,
  });
}

function limit(perMinute: number): Partial<Options> {
  return {
    windowMs: MINUTE_MS,
    limit: perMinute,
    // With every answer they would be a tenth of what a slow line carries.
    standardHeaders: false,
    legacyHeaders: false,
    handler: (_request, response, next) => {
      response.set('Retry-After', MINUTE_SECONDS);
      next(
        new ApiError('REQUEST_TOO_MANY', `more than ${perMinute} in a minute; come again later`),
      );
    },
  };
}
