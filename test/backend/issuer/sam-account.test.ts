import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { yen } from '#units';
import {
  readSam,
  registerSam,
  type SamAccount,
  samKindIn,
} from '../../../backend/issuer/sam-account.ts';
import { NOON } from '../../scheme.ts';
import { Scenario } from '../scenario.ts';

const SAM: SamAccount = { samId: 7, kind: 'pos', keyVersion: 1, amountMax: yen(30_000) };

describe('registerSam', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.open();
  });
  afterEach(() => scenario.remove());

  it('registers a SAM once, so that its file can be written again', async () => {
    const { database } = scenario.backend;
    expect(await registerSam(database, SAM, NOON)).toEqual({ result: 'registered' });
    expect(await registerSam(database, SAM, NOON)).toEqual({ result: 'repeated' });
    expect(await readSam(database, 7)).toEqual(SAM);
    expect(await readSam(database, 8)).toBeUndefined();
  });

  it('issues it again under a newer key generation, and never under an older one', async () => {
    const { database } = scenario.backend;
    await registerSam(database, SAM, NOON);
    const renewed = { ...SAM, keyVersion: 3 };
    expect(await registerSam(database, renewed, NOON)).toEqual({ result: 'registered' });
    expect(await registerSam(database, renewed, NOON)).toEqual({ result: 'repeated' });
    expect(await readSam(database, 7)).toEqual(renewed);
    for (const keyVersion of [1, 2]) {
      expect(await registerSam(database, { ...SAM, keyVersion }, NOON)).toMatchObject({
        reason: 'ACCOUNT_SAM_TAKEN',
      });
    }
    const otherRights = { ...renewed, keyVersion: 4, kind: 'load' } as const;
    expect(await registerSam(database, otherRights, NOON)).toMatchObject({ result: 'refused' });
  });

  it('never turns a SAM that takes value into one that makes it', async () => {
    const { database } = scenario.backend;
    await registerSam(database, SAM, NOON);
    const changes: Partial<SamAccount>[] = [{ kind: 'load' }, { amountMax: yen(1) }];
    for (const change of changes) {
      expect(await registerSam(database, { ...SAM, ...change }, NOON)).toMatchObject({
        reason: 'ACCOUNT_SAM_TAKEN',
      });
    }
  });

  it('reads a kind from its column', () => {
    expect(samKindIn({ kind: 'load' }, 'kind')).toBe('load');
    expect(samKindIn({ terminal_kind: 'pos' }, 'terminal_kind')).toBe('pos');
  });
});
