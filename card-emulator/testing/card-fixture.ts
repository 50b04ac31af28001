import type { EmulatedCard } from '../card/emulated-card.ts';
import { InProcessLink } from '../link/in-process.ts';
import { buildCard } from './build-card.ts';
import { type BytesText, bytesOf } from './field-value.ts';

/** What a test gets of `test.extend(cardFixtures)`, anew for each test. */
export interface CardFixtures {
  /** Our purse with 5,000 yen, under the public test keys. */
  readonly card: EmulatedCard;
  /** A reader's field that is on, with the card in it. */
  readonly field: InProcessLink;
  /** Passes one frame, LEN first, to whatever lies in the field. `undefined` is silence. */
  readonly exchange: (frame: BytesText) => Uint8Array | undefined;
}

type Use<Value> = (value: Value) => Promise<void>;

const BALANCE = 5_000;

/** For `test.extend` of vitest, and of any runner that takes fixtures of this form. */
export const cardFixtures: {
  card: (context: object, use: Use<EmulatedCard>) => Promise<void>;
  field: (context: Pick<CardFixtures, 'card'>, use: Use<InProcessLink>) => Promise<void>;
  exchange: (
    context: Pick<CardFixtures, 'field'>,
    use: Use<CardFixtures['exchange']>,
  ) => Promise<void>;
} = {
  // biome-ignore lint/correctness/noEmptyPattern: a runner reads here that it needs no other fixture.
  card: async ({}, use) => {
    await use(buildCard('purse').balance(BALANCE).build());
  },
  field: async ({ card }, use) => {
    const field = new InProcessLink();
    field.present(card);
    field.powerOn();
    await use(field);
    field.remove();
  },
  exchange: async ({ field }, use) => {
    await use((frame) => field.exchange(bytesOf('frame', frame)));
  },
};
