import { z } from 'zod';
import { CardImageError, CardStructureError } from './card-error.ts';

/** Bytes as hexadecimal digits of either case. */
export function hexBytes(byteCount: number): z.ZodType<Uint8Array, string> {
  const pattern = new RegExp(`^[0-9a-fA-F]{${2 * byteCount}}$`);
  return z
    .string()
    .regex(pattern, `expected ${byteCount} bytes in hexadecimal`)
    .transform((hex) => Uint8Array.from(Buffer.from(hex, 'hex')));
}

/** The first fault that a schema found, by the path of its field and without its content. */
export function imageErrorOf({ issues }: z.ZodError): CardImageError {
  const [issue] = issues;
  const field = formatPath(issue?.path ?? []);
  return new CardImageError(issue?.message ?? 'is not readable', { field });
}

/** Runs a check of the card in the image; what it finds is a fault of the image. */
export function requireOfImage(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof CardStructureError)) throw error;
    throw new CardImageError(error.expectation, { field: error.field, cause: error });
  }
}

/** `systems[0].services[2].key`; the text as a whole has no name but `(text)`. */
function formatPath(path: readonly PropertyKey[]): string {
  const parts = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`));
  return parts.join('').replace(/^\./, '') || '(text)';
}
