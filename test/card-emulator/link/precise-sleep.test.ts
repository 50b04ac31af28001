import { describe, expect, it } from 'vitest';
import { milliseconds } from '#units';
import { preciseSleep } from '../../../card-emulator/link/precise-sleep.ts';

describe('a precise sleep', () => {
  it.each([0, 0.25, 1, 2.999, 3, 4.153])('of %f ms ends no sooner', async (time) => {
    const start = performance.now();
    await preciseSleep(milliseconds(time));
    expect(performance.now() - start).toBeGreaterThanOrEqual(time);
  });

  it('lets the rest of the process have its turns', async () => {
    let turnCount = 0;
    let turn: NodeJS.Immediate;
    const count = (): void => {
      turnCount += 1;
      turn = setImmediate(count);
    };
    turn = setImmediate(count);
    // Long enough that a busy machine gives this process some of it.
    await preciseSleep(milliseconds(50));
    clearImmediate(turn);
    expect(turnCount).toBeGreaterThan(1);
  });
});
