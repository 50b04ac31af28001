import { describe, expect, it } from 'vitest';
import { actionIn, mayFollow, TOP_UP_STATES } from '../../../backend/top-up/top-up.ts';

describe('top-up', () => {
  it('has nothing to do exactly where nothing can follow', () => {
    for (const state of TOP_UP_STATES) {
      const hasNext = TOP_UP_STATES.some((next) => mayFollow(state, next));
      expect([state, actionIn(state) !== 'none']).toEqual([state, hasNext]);
    }
  });

  it('is captured after loaded alone, and released after not-loaded alone', () => {
    const leadingTo = (next: 'captured' | 'released' | 'loading'): readonly string[] =>
      TOP_UP_STATES.filter((state) => mayFollow(state, next));
    expect(leadingTo('captured')).toEqual(['loaded']);
    expect(leadingTo('released')).toEqual(['not-loaded']);
    expect(leadingTo('loading')).toEqual(['held']);
  });
});
