import { type Yen, yen } from '../units.ts';
import {
  CARD_COUNTER_MAX,
  cardCounterOf,
  encodePurseAmount,
  executionIdOf,
  type PurseBlock,
} from './purse-block.ts';

/**
 * The second purse of a card holds no money: 1 while the card is valid, 0 once it is blocked. A
 * terminal has the key to decrement it and none to write it, so it can block and never unblock.
 */
export const VALID_BALANCE: Yen = yen(1);

export function isValidCard(validity: PurseBlock): boolean {
  return validity.balance > 0;
}

/**
 * The decrement that empties the validity purse of a card, 16 bytes. `tag` is that of
 * `executionIdOf`. A card takes nothing where it holds the execution ID already, so this one's
 * counter always differs; the issuer may have validated the card anew any number of times.
 */
export function blockingDecrement(validity: PurseBlock, tag: number): Uint8Array {
  const counter = cardCounterOf(validity.executionId);
  const nextCounter = counter === CARD_COUNTER_MAX ? 0 : counter + 1;
  return encodePurseAmount({
    amount: validity.balance,
    executionId: executionIdOf(nextCounter, tag),
  });
}
