import { describe, expect, it } from 'vitest';
import { ChangeSignal } from '../../../terminal/reader/change-signal.ts';

const LONG_MS = 10_000;

describe('change signal', () => {
  it('resolves with true at once when it is so already', async () => {
    expect(await new ChangeSignal().until(() => true, 0)).toBe(true);
  });

  it('resolves with false when the time is over', async () => {
    expect(await new ChangeSignal().until(() => false, 1)).toBe(false);
  });

  it('resolves with true when an announced change made it so', async () => {
    const signal = new ChangeSignal();
    let isReached = false;
    const reached = signal.until(() => isReached, LONG_MS);
    signal.announce();
    isReached = true;
    signal.announce();
    expect(await reached).toBe(true);
  });

  it('tells everybody who waits, and each only of his own', async () => {
    const signal = new ChangeSignal();
    let count = 0;
    const first = signal.until(() => count === 1, LONG_MS);
    const second = signal.until(() => count === 2, 1);
    const third = signal.until(() => count === 1, LONG_MS);
    count = 1;
    signal.announce();
    expect(await Promise.all([first, second, third])).toEqual([true, false, true]);
  });

  it('waits on when the time is longer than a timer can be set to', async () => {
    const signal = new ChangeSignal();
    let isReached = false;
    const reached = signal.until(() => isReached, Number.POSITIVE_INFINITY);
    await new Promise((resolve) => setTimeout(resolve, 5));
    isReached = true;
    signal.announce();
    expect(await reached).toBe(true);
  });
});
