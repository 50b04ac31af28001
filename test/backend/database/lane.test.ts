import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Lane } from '../../../backend/database/lane.ts';

describe('Lane', () => {
  it('does one piece of work at a time, in the order of the calls', async () => {
    const lane = new Lane();
    const steps: string[] = [];
    const work = (name: string, waitMs: number) => async () => {
      steps.push(`${name} begins`);
      await sleep(waitMs);
      steps.push(`${name} ends`);
      return name;
    };
    const results = await Promise.all([lane.run(work('one', 5)), lane.run(work('two', 0))]);
    expect(results).toEqual(['one', 'two']);
    expect(steps).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
  });

  it('goes on after a piece of work that failed, and tells its caller alone', async () => {
    const lane = new Lane();
    const failed = lane.run(() => Promise.reject(new Error('no')));
    const done = lane.run(() => Promise.resolve('yes'));
    await expect(failed).rejects.toThrow('no');
    expect(await done).toBe('yes');
  });
});
