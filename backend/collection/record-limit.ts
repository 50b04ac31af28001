import { type Milliseconds, milliseconds } from '#units';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Our choice: a terminal that was offline for half a year is looked at by a person. */
export const RECORD_AGE_MS_MAX: Milliseconds = milliseconds(180 * DAY_MS);

/** Our choice: how far the clock of a terminal may be ahead of the issuer's. */
export const RECORD_CLOCK_LEAD_MS_MAX: Milliseconds = milliseconds(DAY_MS);
