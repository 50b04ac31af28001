import { describe, expect, it } from 'vitest';
import { yen } from '#units';
import { type LineFault, SimulatedHost } from '../../../backend/top-up/simulated-host.ts';

const HOLD = { correlator: 'a', account: 'x', amount: yen(300) };

describe('SimulatedHost', () => {
  it('holds, captures and releases once', async () => {
    const host = new SimulatedHost({ x: yen(600) });
    expect([await host.hold(HOLD), await host.hold(HOLD)]).toEqual(['held', 'held']);
    expect([await host.capture(HOLD), await host.capture(HOLD)]).toEqual(['captured', 'captured']);
    expect(await host.release(HOLD)).toBe('unknown');
    const other = { ...HOLD, correlator: 'b' };
    await host.hold(other);
    expect(host.available('x')).toBe(0);
    expect([await host.release(other), await host.release(other)]).toEqual([
      'released',
      'released',
    ]);
    expect(host.available('x')).toBe(300);
    expect(await host.capture(other)).toBe('unknown');
  });

  it('declines for good what is not covered', async () => {
    const host = new SimulatedHost({ x: yen(300) });
    await host.hold(HOLD);
    const other = { ...HOLD, correlator: 'b' };
    expect(await host.hold(other)).toBe('declined');
    await host.release(HOLD);
    expect(await host.hold(other)).toBe('declined');
  });

  it('times out before or after it has done what was asked', async () => {
    const faults: LineFault[] = ['request-lost', 'answer-lost'];
    const host = new SimulatedHost({ x: yen(300) }, () => faults.shift() ?? 'none');
    expect(await host.hold(HOLD)).toBe('unknown');
    expect(host.stateOf('a')).toBeUndefined();
    expect(await host.hold(HOLD)).toBe('unknown');
    expect(host.stateOf('a')).toBe('held');
    expect(await host.hold(HOLD)).toBe('held');
  });

  it('takes another content under the same correlator for a mistake', () => {
    const host = new SimulatedHost({ x: yen(900) });
    return host.hold(HOLD).then(() => {
      expect(() => host.hold({ ...HOLD, amount: yen(1) })).toThrow('same correlator');
    });
  });
});
