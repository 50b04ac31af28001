import type { IDm, PMm } from '../felica/identifiers.ts';
import type { CardLink } from '../link/card-link.ts';
import type { MemoryCondition } from './memory-condition.ts';

/** An emulated card of any kind, as whoever tests with it may see it. */
export interface EmulatedCard extends CardLink {
  /** Of System 0. */
  readonly idm: IDm;
  readonly pmm: PMm;
  memoryCondition: MemoryCondition;
  /** How often its memory has changed: compare it to learn whether an exchange changed anything. */
  readonly commitCount: number;
  /** All that the card remembers, as text, its keys included: whoever has it has the card. */
  image(): string;
  /** All that the card remembers, to be put back later; it holds keys. */
  snapshot(): Uint8Array;
  /**
   * Puts a snapshot of this card back, or of one that differs in content only. Mode and session
   * stay: power the card off before. Throws `RangeError` for a snapshot of another size.
   */
  restore(memory: Uint8Array): void;
}
