import assert from 'node:assert/strict';
import type { EpochMs } from '#units';
import type { FundingSource, Hold } from './funding-source.ts';
import type { RemoteLoad } from './remote-load.ts';
import {
  actionIn,
  type FundingKind,
  type TopUp,
  type TopUpRequest,
  type TopUpState,
} from './top-up.ts';
import type { TopUpRegistration, TopUpStore } from './top-up-store.ts';

export interface TopUpDependencies {
  readonly store: Pick<TopUpStore, 'register' | 'read' | 'append' | 'open'>;
  /** Whoever asks names a source that is there. */
  readonly sources: Readonly<Partial<Record<FundingKind, FundingSource>>>;
  readonly remoteLoad: RemoteLoad;
  readonly now: () => EpochMs;
}

export type TopUpAnswer =
  | { readonly result: 'registered' | 'repeated'; readonly topUp: TopUp }
  | Extract<TopUpRegistration, { readonly result: 'refused' }>;

/** Writes the request down and goes as far as it can. The state of the top-up tells how far that was. */
export async function requestTopUp(
  dependencies: TopUpDependencies,
  request: TopUpRequest,
): Promise<TopUpAnswer> {
  const { store, now } = dependencies;
  const registration = await store.register(request, now());
  if (registration.result === 'refused') return registration;
  const topUp = await continueTopUp(dependencies, request.topUpId);
  return { result: registration.result, topUp };
}

/**
 * Goes on from the last step on disk until the top-up is over or somebody does not know: then it stays
 * open, to be asked again. After a crash this is all there is to do.
 */
export async function continueTopUp(
  dependencies: TopUpDependencies,
  topUpId: string,
): Promise<TopUp> {
  const { store, now } = dependencies;
  for (;;) {
    const topUp = await store.read(topUpId);
    assert(topUp !== undefined, `no top-up ${topUpId}`);
    const next = await nextState(dependencies, topUp);
    if (next === undefined) return topUp;
    await store.append(topUpId, topUp.state, next, now());
  }
}

/** Asks again about every top-up that is not over. */
export async function continueOpenTopUps(
  dependencies: TopUpDependencies,
): Promise<readonly TopUp[]> {
  const topUps: TopUp[] = [];
  for (const topUpId of await dependencies.store.open()) {
    topUps.push(await continueTopUp(dependencies, topUpId));
  }
  return topUps;
}

/** `undefined` if the top-up is over, or if nobody knows yet. */
async function nextState(
  { sources, remoteLoad }: TopUpDependencies,
  topUp: TopUp,
): Promise<TopUpState | undefined> {
  const { topUpId: correlator, idm, amount, account } = topUp;
  const source = sources[topUp.source];
  assert(source !== undefined, `no source of funds: ${topUp.source}`);
  const hold: Hold = { correlator, account, amount };
  switch (actionIn(topUp.state)) {
    case 'hold':
      return known(await source.hold(hold));
    case 'begin-load':
      return 'loading';
    case 'load':
      return known(await remoteLoad.load({ correlator, idm, amount }));
    case 'capture':
      return known(await source.capture(hold));
    case 'release':
      return known(await source.release(hold));
    case 'none':
      return undefined;
  }
}

function known<Answer extends TopUpState>(answer: Answer | 'unknown'): Answer | undefined {
  return answer === 'unknown' ? undefined : answer;
}
