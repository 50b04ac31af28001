import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CommandCode } from '#felica/command-code';
import { type Milliseconds, milliseconds } from '#units';
import { EmulatedReader, openEmulatedCard } from '../reader/emulated-reader.ts';
import type { Reader } from '../reader/reader.ts';
import { ProgramProcess } from './program-process.ts';

/** Where the customer's card is, and the hand that holds it. */
export interface CardPlace {
  readonly reader: Reader;
  /** How long a terminal waits for a touch. */
  readonly waitMs: Milliseconds;
  /** Brings the card to the reader. `torn` pulls it away at the write, after the card has written. */
  touch(torn: boolean): Promise<void>;
  leave(): Promise<void>;
  close(): Promise<void>;
}

const VIRTUAL_READER = /virtual pcd/i;
const EMULATED_WAIT_MS = milliseconds(10_000);
const HAND_WAIT_MS = milliseconds(60_000);

/** The card of this image in a reader in this process. */
export function emulatedPlace(imagePath: string): CardPlace {
  const { card } = openEmulatedCard(readFileSync(imagePath, 'utf8'), randomBytes);
  const reader = new EmulatedReader();
  return {
    reader,
    waitMs: EMULATED_WAIT_MS,
    touch: (torn) => {
      if (torn) card.schedule({ commandCode: CommandCode.writeV2, moment: 'after-commit' });
      reader.present(card);
      return Promise.resolve();
    },
    leave: () => {
      reader.remove();
      return Promise.resolve();
    },
    close: () => reader.close(),
  };
}

/**
 * An open reader of the PC/SC service. At the virtual one the card of this image is served by a process of
 * its own; at a real one `ask` tells a person what to do.
 */
export function pcscPlace(
  reader: Reader,
  imagePath: string,
  ask: (what: string) => void,
): Promise<CardPlace> {
  return VIRTUAL_READER.test(reader.name)
    ? servedPlace(reader, imagePath)
    : Promise.resolve(heldPlace(reader, ask));
}

async function servedPlace(reader: Reader, imagePath: string): Promise<CardPlace> {
  const card = new ProgramProcess('card', ['serve', imagePath, '--no-insert']);
  await card.event('serving');
  return {
    reader,
    waitMs: EMULATED_WAIT_MS,
    touch: (torn) => {
      if (torn) card.send({ command: 'tear', moment: 'after-commit' });
      card.send({ command: 'insert' });
      return Promise.resolve();
    },
    leave: async () => {
      card.send({ command: 'remove' });
      await reader.waitForRemoval(EMULATED_WAIT_MS);
    },
    close: async () => {
      await reader.close();
      await card.stop();
    },
  };
}

function heldPlace(reader: Reader, ask: (what: string) => void): CardPlace {
  return {
    reader,
    waitMs: HAND_WAIT_MS,
    touch: (torn) => {
      ask(torn ? 'Touch the card and pull it away at once.' : 'Touch the card and leave it there.');
      return Promise.resolve();
    },
    leave: async () => {
      ask('Take the card away.');
      await reader.waitForRemoval(HAND_WAIT_MS);
    },
    close: () => reader.close(),
  };
}
