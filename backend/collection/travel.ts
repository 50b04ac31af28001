/** Where a terminal stands, in degrees. */
export interface Site {
  readonly latitude: number;
  readonly longitude: number;
}

/** Our choice: faster than any airliner with the way to the airport. */
const SPEED_KMH_MAX = 1_000;
/** Our choice: what two terminals' clocks may differ by. */
const CLOCK_DIFFERENCE_HOURS = 1 / 6;
const EARTH_RADIUS_KM = 6_371;
const DEGREE_KM = 111;

/** Sites whose degrees differ by less, north and east together, are never too far from each other. */
export const DEGREES_MIN: number = (SPEED_KMH_MAX * CLOCK_DIFFERENCE_HOURS) / DEGREE_KM - 0.01;

/** Along the surface, by the haversine formula. */
export function distanceKm(one: Site, other: Site): number {
  const [from, to] = [radians(one.latitude), radians(other.latitude)];
  const north = Math.sin((to - from) / 2) ** 2;
  const east = Math.sin(radians(other.longitude - one.longitude) / 2) ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(north + Math.cos(from) * Math.cos(to) * east));
}

/** No card can be at both places with so little time between. */
export function isTravelImpossible(distance: number, elapsedMs: number): boolean {
  const hours = Math.abs(elapsedMs) / 3_600_000 + CLOCK_DIFFERENCE_HOURS;
  return distance > SPEED_KMH_MAX * hours;
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
