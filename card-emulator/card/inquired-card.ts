import type { CardMode } from '../felica/inquiry.ts';
import type { CardFileSystem } from './card-file-system.ts';
import type { CardSystem } from './card-layout.ts';

/** The system that was asked, and all that the card tells about itself. */
export interface InquiredCard {
  readonly fileSystem: CardFileSystem;
  readonly system: CardSystem;
  readonly mode: CardMode;
}
