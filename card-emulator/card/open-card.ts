import { CardFileSystem } from './card-file-system.ts';
import { parseCardImage } from './card-image.ts';
import { FelicaCard, type FelicaCardOptions } from './felica-card.ts';

// The terminal's tests and the first tap may import this one file of the card.
export type { CardLink } from '../link/card-link.ts';
export { CardImageError, CardStructureError } from './card-error.ts';
export { type CardFault, cardInHand, type HeldCard } from './card-fault.ts';
export type { EmulatedCard } from './emulated-card.ts';
export { createFelicaCard, FelicaCard, type FelicaCardOptions } from './felica-card.ts';

/** The card of which `image()` is the image, without power. Throws `CardImageError`. */
export function openCardImage(text: string, options: FelicaCardOptions): FelicaCard {
  return new FelicaCard(new CardFileSystem(parseCardImage(text)), options);
}
