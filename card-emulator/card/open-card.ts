import { parseJson } from '../json-text.ts';
import { CardFileSystem } from './card-file-system.ts';
import { parseCardImage } from './card-image.ts';
import type { EmulatedCard } from './emulated-card.ts';
import { FelicaCard, type FelicaCardOptions } from './felica-card.ts';
import { createLiteCard } from './lite-card.ts';
import { parseLiteCardImage } from './lite-card-image.ts';

// The terminal's tests and the first tap may import this one file of the card.
export type { CardLink } from '../link/card-link.ts';
export { CardImageError, CardStructureError } from './card-error.ts';
export { type CardFault, cardInHand, type FaultListener, type HeldCard } from './card-fault.ts';
export type { EmulatedCard } from './emulated-card.ts';
export { createFelicaCard, FelicaCard, type FelicaCardOptions } from './felica-card.ts';

/**
 * The card of which `image()` is the image, of any kind, without power. Throws `CardImageError`,
 * which names the field that is wrong and never shows its content.
 */
export function openCardImage(text: string, options: FelicaCardOptions): EmulatedCard {
  const value = parseJson(text);
  if (isLite(value)) return createLiteCard(parseLiteCardImage(value));
  return new FelicaCard(new CardFileSystem(parseCardImage(value)), options);
}

function isLite(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('personality' in value)) return false;
  return value.personality === 'lite' || value.personality === 'lite-s';
}
