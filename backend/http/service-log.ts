import { type DestinationStream, type Logger, pino } from 'pino';
import type { ApiError } from './api-error.ts';

export type ServiceLog = Logger;

/**
 * One JSON object a line, at once and in order. What goes into a line is chosen field by field: headers
 * and bodies, and with them tokens, never get there.
 */
export function openServiceLog(stream: DestinationStream): ServiceLog {
  return pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream);
}

/** What made us answer a fault of our own: its code, words and stack, and no other property of it. */
export function causeOf({ cause }: ApiError): Readonly<Record<string, unknown>> {
  if (!(cause instanceof Error)) return { cause: typeof cause };
  const { name, message, stack } = cause;
  const code = 'code' in cause ? cause.code : undefined;
  return { cause: { name, code, message, stack } };
}
