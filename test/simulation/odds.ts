import { createHash } from 'node:crypto';
import { seededDraw } from '../../card-emulator/card/seeded-draw.ts';

/** Everything that happens by chance in one episode: the same seed, the same chances. */
export class Odds {
  readonly #draw: (below: number) => number;

  constructor(seed: number) {
    this.#draw = seededDraw(seed);
  }

  /** From 0, below `limit`. */
  below(limit: number): number {
    return this.#draw(limit);
  }

  /** From `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.#draw(most - least + 1);
  }

  /** True so often of 1000 times. */
  perMille(times: number): boolean {
    return this.#draw(1_000) < times;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.#draw(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  /** Bytes that nobody may rely on, for keys and challenges of this world alone. */
  readonly bytes = (byteCount: number): Uint8Array => {
    const bytes = new Uint8Array(byteCount);
    for (let index = 0; index < byteCount; index += 1) bytes[index] = this.#draw(256);
    return bytes;
  };
}

/** The seed of one episode of a run: 32 bits that depend on both. */
export function episodeSeed(seed: number, episode: number): number {
  return createHash('sha256').update(`${seed} ${episode}`).digest().readUInt32BE(0);
}
