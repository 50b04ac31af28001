import { describe, expect, it } from 'vitest';
import { POLLING_DELAY_CYCLES, TIME_SLOT_CYCLES, timeOfCycles } from '#felica/carrier';

describe('carrier', () => {
  it('has 13,560 cycles in a millisecond', () => {
    expect(timeOfCycles(13_560)).toBe(1);
  });

  it('opens the first time slot 2.417 ms after Polling, and each further one 1.208 ms later', () => {
    expect(timeOfCycles(POLLING_DELAY_CYCLES)).toBeCloseTo(2.417, 3);
    expect(timeOfCycles(TIME_SLOT_CYCLES)).toBeCloseTo(1.208, 3);
  });
});
