import { PurseCardBuilder } from './purse-card-builder.ts';
import {
  type StandardCardBuilder,
  type StandardPersonality,
  standardCardBuilder,
} from './standard-card-builder.ts';

/**
 * Begins a card for a test: `purse`, our own profile, which is complete as it is, or one of the other
 * kinds, which has nothing on it until it is given systems. For tests alone: keys and random bytes are
 * public, so that a test gives the same bytes in every run.
 */
export function buildCard(kind: 'purse'): PurseCardBuilder;
export function buildCard(kind: StandardPersonality): StandardCardBuilder;
export function buildCard(
  kind: 'purse' | StandardPersonality,
): PurseCardBuilder | StandardCardBuilder {
  return kind === 'purse' ? new PurseCardBuilder() : standardCardBuilder(kind);
}
