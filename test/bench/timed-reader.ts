import type { Milliseconds } from '#units';
import type { Reader, ReaderCapabilities } from '../../terminal/reader/reader.ts';

/** One packet through a reader, its answer, and how long that took. */
export interface TimedExchange {
  readonly command: Uint8Array;
  readonly response: Uint8Array | undefined;
  readonly elapsedMs: number;
}

/**
 * A reader with a clock beside it. Its card may lie there for the whole run and counts as a new touch
 * whenever the bench says so: how late a service notices a card, which is up to 0.4 s, is no work of
 * a tap.
 */
export class TimedReader implements Reader {
  readonly exchanges: TimedExchange[] = [];
  readonly #reader: Reader;
  #tapCount = 0;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  get name(): string {
    return this.#reader.name;
  }

  get capabilities(): ReaderCapabilities {
    return this.#reader.capabilities;
  }

  get tapCount(): number {
    return this.#tapCount;
  }

  touchAgain(): void {
    this.#tapCount += 1;
  }

  waitForCard(waitMs: Milliseconds): Promise<boolean> {
    return this.#reader.waitForCard(waitMs);
  }

  waitForRemoval(waitMs: Milliseconds): Promise<boolean> {
    return this.#reader.waitForRemoval(waitMs);
  }

  async transmit(packet: Uint8Array, waitMs: Milliseconds): Promise<Uint8Array | undefined> {
    const start = performance.now();
    const response = await this.#reader.transmit(packet, waitMs);
    this.exchanges.push({ command: packet, response, elapsedMs: performance.now() - start });
    return response;
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}
