import { z } from 'zod';

/** An IDm, as `formatIdm` writes it. */
export const IDM: z.ZodString = z.string().regex(/^[0-9a-f]{16}$/);
