import { type Request, type RequestHandler, raw } from 'express';
import { ApiError } from './api-error.ts';

/** Reads a body of `application/octet-stream` without encoding. */
export function octetBody(byteCountMax: number): RequestHandler {
  return raw({ type: 'application/octet-stream', limit: byteCountMax, inflate: false });
}

/** The bytes of a request; any other body is `REQUEST_TYPE_UNSUPPORTED`. */
export function octetsOf(request: Request): Uint8Array {
  const body: unknown = request.body;
  if (body instanceof Uint8Array) return new Uint8Array(body);
  throw new ApiError('REQUEST_TYPE_UNSUPPORTED', 'expected application/octet-stream');
}
