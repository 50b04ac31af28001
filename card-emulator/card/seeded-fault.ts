import { milliseconds } from '../units.ts';
import type { CardFault, FaultEffect } from './card-fault.ts';
import { seededDraw } from './seeded-draw.ts';

/** The faults that need nothing but the card itself. */
export const SEEDED_FAULTS = [
  'before-commit',
  'inside-commit',
  'after-commit',
  'response-lost',
  'request-corrupted',
  'response-corrupted',
  'late',
  'worn',
  'memory-error',
] as const;

export type SeededFault = (typeof SEEDED_FAULTS)[number];

export interface FaultOdds {
  /** How many commands the script speaks of. */
  readonly commands: number;
  /** How many of 100 commands meet a fault. */
  readonly percent: number;
  /** All of {@link SEEDED_FAULTS} unless given. */
  readonly kinds?: readonly SeededFault[];
}

const LATE_MS_MAX = 500;
const BITS_MAX = 255 * 8;

/** A script for `cardInHand`: the same seed and odds make the same faults, so a failure is replayed. */
export function faultsOfSeed(seed: number, odds: FaultOdds): readonly CardFault[] {
  const { commands, percent, kinds = SEEDED_FAULTS } = odds;
  const draw = seededDraw(seed);
  const faults: CardFault[] = [];
  for (let command = 1; command <= commands; command += 1) {
    const kind = kinds[draw(kinds.length)];
    if (draw(100) < percent && kind !== undefined) {
      faults.push({ command, ...effectOf(kind, draw) });
    }
  }
  return faults;
}

function effectOf(kind: SeededFault, draw: (below: number) => number): FaultEffect {
  switch (kind) {
    case 'before-commit':
    case 'after-commit':
      return { moment: kind };
    case 'inside-commit':
      return { moment: kind, isStored: draw(2) === 1 };
    case 'late':
      return { effect: kind, delay: milliseconds(1 + draw(LATE_MS_MAX)) };
    case 'response-corrupted':
      return { effect: kind, bit: draw(BITS_MAX) };
    default:
      return { effect: kind };
  }
}
