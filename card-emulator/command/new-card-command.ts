import { randomBytes } from 'node:crypto';
import type { EmulatedCard } from '../card/emulated-card.ts';
import { createFelicaCard } from '../card/felica-card.ts';
import { newLiteCard } from '../card/lite-card.ts';
import { newCard } from '../card/new-card.ts';
import { type IDm, idm, parseIdm } from '../felica/identifiers.ts';
import { createImage } from '../link/image-file.ts';
import type { BusinessDate, Yen } from '../units.ts';
import { CommandError } from './command-error.ts';

export const NEW_CARD_NAMES = ['purse', 'suica', 'rc-sa', 'hce-f', 'lite', 'lite-s'] as const;

export type NewCardName = (typeof NEW_CARD_NAMES)[number];

export interface NewCardOptions {
  readonly personality: NewCardName;
  readonly balance: Yen;
  readonly expiry: BusinessDate;
  readonly idm: string | undefined;
}

const LITE_MANUFACTURER = Uint8Array.of(0x01, 0x2e);

/** Makes a card with keys of its own and writes its image, where there is no file yet. */
export async function makeCard(path: string, options: NewCardOptions): Promise<EmulatedCard> {
  const address = options.idm === undefined ? undefined : parseIdm(options.idm);
  if (options.idm !== undefined && address === undefined) {
    throw new CommandError('--idm: expected 16 hexadecimal digits');
  }
  const card = cardOf(options, address);
  try {
    await createImage(path, card.image());
  } catch (error) {
    if (isThere(error)) {
      const remedy = 'choose another name, or remove it first';
      throw new CommandError(`${path} is there already: ${remedy}`, { cause: error });
    }
    throw error;
  }
  return card;
}

function cardOf(options: NewCardOptions, address: IDm | undefined): EmulatedCard {
  const { personality, balance, expiry } = options;
  const random = (byteCount: number): Uint8Array => Uint8Array.from(randomBytes(byteCount));
  if (personality === 'lite' || personality === 'lite-s') {
    return newLiteCard({
      kind: personality,
      idm: address ?? idm(Uint8Array.of(...LITE_MANUFACTURER, ...random(6))),
    });
  }
  const made = newCard(personality, {
    balance,
    expiry,
    random,
    ...(address && { idm: address }),
  });
  return createFelicaCard(made, { random });
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
