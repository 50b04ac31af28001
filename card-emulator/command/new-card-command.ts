import { randomBytes } from 'node:crypto';
import type { EmulatedCard } from '../card/emulated-card.ts';
import { createFelicaCard } from '../card/felica-card.ts';
import { newLiteCard } from '../card/lite-card.ts';
import { newCard } from '../card/new-card.ts';
import { type IDm, idm } from '../felica/identifiers.ts';
import { createImage } from '../link/image-file.ts';
import { type BusinessDate, businessDate, type Yen, yen } from '../units.ts';
import { CommandError } from './command-error.ts';

export const NEW_CARD_NAMES = ['purse', 'suica', 'rc-sa', 'hce-f', 'lite', 'lite-s'] as const;

export type NewCardName = (typeof NEW_CARD_NAMES)[number];

export interface NewCardOptions {
  readonly personality: NewCardName;
  /** {@link DEFAULT_BALANCE} unless given; of a card with a purse. */
  readonly balance?: Yen;
  /** {@link DEFAULT_EXPIRY} unless given; of our own card. */
  readonly expiry?: BusinessDate;
  /** A random one of the kind unless given. */
  readonly idm?: IDm;
}

export const DEFAULT_BALANCE: Yen = yen(5_000);
export const DEFAULT_EXPIRY: BusinessDate = businessDate('2036-03-31');

const LITE_MANUFACTURER = Uint8Array.of(0x01, 0x2e);

/** Makes a card with keys of its own and writes its image, where there is no file yet. */
export async function makeCard(path: string, options: NewCardOptions): Promise<EmulatedCard> {
  const card = cardOf(options);
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

function cardOf(options: NewCardOptions): EmulatedCard {
  const { personality, idm: address, balance, expiry } = options;
  if (expiry !== undefined && personality !== 'purse') {
    throw new CommandError(`--expiry: a ${personality} card has no last day of use that we know`);
  }
  const random = (byteCount: number): Uint8Array => Uint8Array.from(randomBytes(byteCount));
  if (personality === 'lite' || personality === 'lite-s') {
    if (balance !== undefined) throw new CommandError(`--balance: a ${personality} has no purse`);
    return newLiteCard({
      kind: personality,
      idm: address ?? idm(Uint8Array.of(...LITE_MANUFACTURER, ...random(6))),
    });
  }
  const made = newCard(personality, {
    balance: balance ?? DEFAULT_BALANCE,
    expiry: expiry ?? DEFAULT_EXPIRY,
    random,
    ...(address && { idm: address }),
  });
  return createFelicaCard(made, { random });
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
