import { describe, expect, it } from 'vitest';
import { distanceKm, isTravelImpossible } from '../../../backend/collection/travel.ts';

const TOKYO = { latitude: 35.68, longitude: 139.77 };
const OSAKA = { latitude: 34.7, longitude: 135.5 };
const HOUR_MS = 3_600_000;

describe('travel', () => {
  it('from Tokyo to Osaka is about 400 km, either way', () => {
    expect(distanceKm(TOKYO, OSAKA)).toBeCloseTo(403, -1);
    expect(distanceKm(OSAKA, TOKYO)).toBe(distanceKm(TOKYO, OSAKA));
    expect(distanceKm(TOKYO, TOKYO)).toBe(0);
  });

  it('is impossible faster than a plane, whichever clock is ahead', () => {
    expect(isTravelImpossible(400, HOUR_MS / 10)).toBe(true);
    expect(isTravelImpossible(400, -HOUR_MS / 10)).toBe(true);
    expect(isTravelImpossible(400, HOUR_MS)).toBe(false);
    expect(isTravelImpossible(166, 0)).toBe(false);
  });
});
