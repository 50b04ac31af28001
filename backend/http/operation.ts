import type { Request, Response } from 'express';
import { z } from 'zod';
import { ApiError, type ApiErrorCode } from './api-error.ts';

/** Who may ask: whoever signs as a terminal, holds one of the tokens, or anybody. */
export type Access =
  | 'anybody'
  | 'terminal'
  | 'operator'
  | 'carrier'
  | 'payment'
  | 'phone'
  | 'channel'
  | 'remote-load';

/** Bytes of a format of our own, `application/octet-stream`; or the text format of Prometheus. */
export type Content = z.ZodType | 'octets' | 'text';

/**
 * One route: what it takes and answers. Requests are read by it, answers are written by it, and the
 * OpenAPI document is made of it.
 */
export interface Operation {
  /** Its name in the OpenAPI document. */
  readonly id: string;
  readonly method: 'get' | 'post';
  /** As express writes it, such as `/windows/:number`. */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly params?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: Content;
  readonly isBodyOptional?: true;
  readonly answer: Content;
  /** Statuses below 400, and what each says. */
  readonly statuses: Readonly<Record<number, string>>;
  /** Codes of its own; those of all requests are not among them. */
  readonly errors: readonly ApiErrorCode[];
}

/** A whole number from 1 in a path. */
export function pathId(max: number): z.ZodType<number, string> {
  // The pattern is of the text in the path; what it means is a number.
  const override = { type: 'integer', minimum: 1, maximum: max, pattern: undefined } as const;
  return z
    .string()
    .regex(/^[1-9]\d{0,9}$/)
    .transform(Number)
    .pipe(z.int().max(max))
    .meta({ override });
}

/** What a path names. What it cannot name is not there: `REQUEST_NOT_FOUND`. */
export function paramsIn<Params>(request: Request, schema: z.ZodType<Params>): Params {
  const parsed = schema.safeParse(request.params);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new ApiError('REQUEST_NOT_FOUND', `path: ${field} names nothing`);
}

/** Headers of the operation, or `REQUEST_MALFORMED` with the first that is wrong. */
export function headersIn<Headers>(request: Request, schema: z.ZodType<Headers>): Headers {
  const parsed = schema.safeParse(request.headers);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ApiError('REQUEST_MALFORMED', `${issue?.path.join('.')}: ${issue?.message}`);
}

/** Writes what the schema says, which the compiler has checked. */
export function answer<Schema extends z.ZodType>(
  response: Response,
  _schema: Schema,
  content: z.input<Schema>,
  status = 200,
): void {
  response.status(status).json(content);
}
