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

  it('never turns a SAM that takes value into one that makes it', async () => {
    const { database } = scenario.backend;
    await registerSam(database, SAM, NOON);
    const changes: Partial<SamAccount>[] = [
      { kind: 'load' },
      { keyVersion: 2 },
      { amountMax: yen(1) },
    ];
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
