import { ApiError } from './api-error.ts';

/** A whole number from 1 in a path. Anything else names nothing: `REQUEST_NOT_FOUND`. */
export function pathNumber(text: unknown, max: number): number {
  const value = Number(text);
  if (typeof text === 'string' && /^[1-9]\d{0,9}$/.test(text) && value <= max) return value;
  throw new ApiError('REQUEST_NOT_FOUND', `path: expected a number from 1 to ${max}`);
}
