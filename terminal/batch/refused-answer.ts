import { z } from 'zod';

const problem = z.object({ code: z.string().max(100), detail: z.string().max(1000) });

/** Asked too often: nothing is wrong with what was asked, and later it is answered. */
const TOO_MANY_REQUESTS = 429;

/** Why the issuer will not do what was asked, ever; `undefined` if it did not say so. */
export function refusalIn(
  status: number,
  body: unknown,
): { readonly code: string; readonly message: string } | undefined {
  if (status < 400 || status >= 500 || status === TOO_MANY_REQUESTS) return undefined;
  const refused = problem.safeParse(body);
  if (!refused.success) return undefined;
  const { code, detail } = refused.data;
  return { code, message: detail };
}
