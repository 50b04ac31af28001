import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FelicaCard } from '../../../card-emulator/card/open-card.ts';
import type { Sam } from '../../../terminal/sam/sam.ts';
import { SamError } from '../../../terminal/sam/sam-error.ts';
import { issuedCard, testSam } from '../../scheme.ts';
import { balanceOf, Counter } from '../counter.ts';

/** A SAM whose token is pulled out at one of its steps. */
function failingSam(): { readonly sam: Sam; failing: 'seal' | 'startAuthentication' | undefined } {
  const inner = testSam('load', 9);
  const gone = (): Promise<never> =>
    Promise.reject(new SamError('SAM_TOKEN_UNAVAILABLE', 'token: CKR_DEVICE_REMOVED'));
  const state: ReturnType<typeof failingSam> = {
    failing: undefined,
    sam: {
      ...inner,
      startAuthentication: (idm, version) =>
        state.failing === 'startAuthentication' ? gone() : inner.startAuthentication(idm, version),
      seal: (record) => (state.failing === 'seal' ? gone() : inner.seal(record)),
    },
  };
  return state;
}

let card: FelicaCard;
let loader: Counter;
let token: ReturnType<typeof failingSam>;
beforeEach(async () => {
  card = issuedCard(1);
  token = failingSam();
  loader = new Counter({ kind: 'load', terminalId: 9, sam: token.sam });
  await loader.start();
});
afterEach(() => loader.stop());

const UNAVAILABLE = expect.objectContaining({ code: 'SAM_TOKEN_UNAVAILABLE' });

describe('a token that fails', () => {
  it('before the card is authenticated: nothing is written', async () => {
    token.failing = 'startAuthentication';
    await expect(loader.tap(card, 'load 1', 700)).rejects.toEqual(UNAVAILABLE);
    expect(balanceOf(card)).toBe(0);
    expect(await loader.journal.unresolvedIntents()).toEqual([]);
  });

  it('at the seal: what the card did is found at its next touch, and done once', async () => {
    token.failing = 'seal';
    await expect(loader.tap(card, 'load 1', 700)).rejects.toEqual(UNAVAILABLE);
    expect(balanceOf(card)).toBe(700);
    expect(await loader.records()).toEqual([]);
    expect(await loader.journal.unresolvedIntents()).toHaveLength(1);
    token.failing = undefined;
    expect(await loader.tap(card, 'load 1', 700)).toMatchObject({
      outcome: 'approved',
      resolution: 'at-re-tap',
    });
    expect(balanceOf(card)).toBe(700);
    expect(await loader.records()).toMatchObject([{ amount: 700, samNumber: 1 }]);
  });
});
