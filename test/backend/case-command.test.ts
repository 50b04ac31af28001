import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decideCase, registerPlace, showCases } from '../../backend/case-command.ts';
import { NOON } from '../scheme.ts';
import { Scenario } from './scenario.ts';

describe('cases of fraud', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.open();
    const till = await scenario.terminal(42);
    till.write(await scenario.card(1, 500), 1);
    await scenario.upload(till, till.close());
  });
  afterEach(() => scenario.remove());

  const decide = async (id: number, decision: 'confirmed' | 'cleared'): Promise<unknown> => {
    const closing = { id, decision, note: 'desk 3' };
    const { json } = await decideCase(scenario.backend, closing, NOON);
    return json['result'] === 'refused' ? json['code'] : json['result'];
  };

  it('are shown with their evidence until they are decided, once', async () => {
    expect((await showCases(scenario.backend, {})).json).toMatchObject({
      cases: [{ kind: 'negative-shadow' }, { kind: 'balance-jump', hasListedCard: true }],
    });
    expect((await showCases(scenario.backend, { case: 1 })).json).toMatchObject({
      case: { evidence: { records: [1], cardCounter: 1 }, decision: null },
    });
    expect(await decide(1, 'confirmed')).toBe('closed');
    expect(await decide(1, 'confirmed')).toBe('repeated');
    expect(await decide(1, 'cleared')).toBe('CASE_DECIDED');
    expect((await showCases(scenario.backend, {})).lines).toHaveLength(1);
    await decide(2, 'confirmed');
    expect((await showCases(scenario.backend, {})).lines).toEqual(['No case is open.']);
    expect((await showCases(scenario.backend, { all: true })).lines).toHaveLength(2);
  });

  it('are refused where there is none', async () => {
    expect(await decide(9, 'cleared')).toBe('CASE_UNKNOWN');
    expect((await showCases(scenario.backend, { case: 9 })).exitCode).toBe(3);
    const place = { terminal: 9, latitude: 0, longitude: 0 };
    expect((await registerPlace(scenario.backend, place)).exitCode).toBe(3);
  });
});
