import { z } from 'zod';
import { type IDm, parseIdm } from '#felica/identifiers';
import { type EpochMs, epochMs, type Yen, yen } from '#units';
import { ask, contentOf } from './party-request.ts';

/** A top-up whose money is held, and which this terminal has to load. */
export interface WaitingLoad {
  readonly topUpId: string;
  readonly idm: IDm;
  readonly amount: Yen;
  readonly assignedAt: EpochMs;
}

export type LoadResult = 'loaded' | 'not-loaded';

/** The issuer's work for a remote load terminal. Both reject with `UplinkError`. */
export interface LoadWork {
  waiting(): Promise<readonly WaitingLoad[]>;
  tell(topUpId: string, result: LoadResult): Promise<void>;
}

const WAITING = z.object({
  topUps: z.array(
    z.object({
      topUpId: z.string().regex(/^[A-Za-z0-9-]{1,60}$/),
      idm: z.string().transform((text, context) => {
        const card = parseIdm(text);
        if (card === undefined) context.addIssue('expected an IDm');
        return card ?? z.NEVER;
      }),
      amount: z.int().min(1).transform(yen),
      assignedAt: z.int().min(0).transform(epochMs),
    }),
  ),
});

/** The issuer's desk for remote loads. */
export function httpLoadWork(place: {
  readonly issuerUrl: string;
  readonly token: string;
  readonly terminalId: number;
}): LoadWork {
  const url = (path: string): URL =>
    new URL(`/terminals/${place.terminalId}/top-ups${path}`, place.issuerUrl);
  return {
    waiting: async () => contentOf(await ask(url(''), place.token, undefined), WAITING).topUps,
    tell: async (topUpId, result) => {
      contentOf(await ask(url(`/${topUpId}/result`), place.token, { result }), z.unknown());
    },
  };
}
