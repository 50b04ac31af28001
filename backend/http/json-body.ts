import { json, type Request, type RequestHandler } from 'express';
import type { z } from 'zod';
import { ApiError } from './api-error.ts';

const BODY_BYTES_MAX = 10_000;

/** Reads a JSON body without encoding. */
export function jsonBody(): RequestHandler {
  return json({ limit: BODY_BYTES_MAX, inflate: false });
}

/**
 * The body of a request, or `REQUEST_MALFORMED` with the first field that is wrong; what was in it is
 * not repeated. A body that is no `application/json` is `REQUEST_TYPE_UNSUPPORTED`.
 */
export function bodyOf<Content>(request: Request, schema: z.ZodType<Content>): Content {
  const body: unknown = request.body;
  if (body === undefined) {
    throw new ApiError('REQUEST_TYPE_UNSUPPORTED', 'expected application/json');
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new ApiError('REQUEST_MALFORMED', `body: ${field === '' ? 'wrong fields' : field}`);
}
