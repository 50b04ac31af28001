import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { writeDurably } from '../durable-file.ts';
import { parseJson } from '../json-text.ts';
import { SamError } from './sam-error.ts';

/** What a SAM remembers of misuse. What it sealed is the journal's to know (README.md). */
export interface SamState {
  /** Wrong passphrases or PINs in a row. */
  readonly failedUnlocks: number;
  /** Cards in a row that answered and did not know the keys. */
  readonly failedCards: number;
  /** Stays until an operator unlocks it, whatever succeeds meanwhile. */
  readonly lockedBy: 'unlocks' | 'cards' | undefined;
}

/** Where the state lies. `write` returns only when it would survive a power cut. */
export interface SamMemory {
  read(): SamState;
  write(state: SamState): void;
}

export const UNLOCKS_FAILED_MAX = 10;
/** Some customers have a broken or foreign card; fifty of them in a row are one person who tries. */
export const CARDS_FAILED_MAX = 50;

export const FRESH_STATE: SamState = { failedUnlocks: 0, failedCards: 0, lockedBy: undefined };

const stateFile = z.strictObject({
  version: z.literal(1),
  samId: z.int(),
  failedUnlocks: z.int().min(0),
  failedCards: z.int().min(0),
  lockedBy: z.enum(['unlocks', 'cards']).optional(),
});

/** The state of this SAM in a file. Throws {@link SamError} `SAM_STATE_INVALID` for another's. */
export function fileSamMemory(path: string, samId: number): SamMemory {
  return {
    read: () => {
      const text = textAt(path);
      if (text === undefined) return FRESH_STATE;
      const parsed = stateFile.safeParse(parseJson(text));
      if (!parsed.success || parsed.data.samId !== samId) {
        throw new SamError('SAM_STATE_INVALID', `${path}: not the state of SAM ${samId}`);
      }
      const { failedUnlocks, failedCards, lockedBy } = parsed.data;
      return { failedUnlocks, failedCards, lockedBy };
    },
    write: (state) => writeDurably(path, `${JSON.stringify({ version: 1, samId, ...state })}\n`),
  };
}

function textAt(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
