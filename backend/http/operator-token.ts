import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { ApiError } from './api-error.ts';

/** Lets through only who sends the operator token of the data directory. */
export function requireOperator(token: string): RequestHandler {
  return requireToken(token, 'operator');
}

/** Lets through only who sends `token`: `Authorization: Bearer …`. `name` tells which one is wanted. */
export function requireToken(
  token: string,
  name: 'operator' | 'carrier' | 'payment' | 'channel' | 'remote-load',
): RequestHandler {
  return (request, _response, next) => {
    const given = bearerOf(request);
    if (given === undefined || !isSameToken(given, token)) {
      throw new ApiError('REQUEST_UNAUTHORIZED', `expected the ${name} token`);
    }
    next();
  };
}

/** The token that a request shows: `Authorization: Bearer …`. */
export function bearerOf(request: Request): string | undefined {
  return /^Bearer (\S+)$/i.exec(request.get('authorization') ?? '')?.[1];
}

/** Compares hashes in constant time, so that neither length nor content can be found by timing. */
function isSameToken(given: string, expected: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(expected));
}

function digestOf(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}
