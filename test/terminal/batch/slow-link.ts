import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededDraw } from '../../../card-emulator/card/seeded-draw.ts';

export interface SlowLinkOptions {
  readonly targetPort: number;
  readonly bitsPerSecond: number;
  /** Of 100 segments, so many are lost, and the connection with them. */
  readonly lossPercent: number;
  readonly seed: number;
}

const SEGMENT_BYTES = 128;
const BITS_IN_BYTE = 8;

/** A line between a terminal and the issuer as a shop in the hills has it. */
export class SlowLink {
  readonly #options: SlowLinkOptions;
  readonly #server: Server;
  readonly #draw: (below: number) => number;
  /** How many connections were lost. */
  lossCount = 0;
  byteCount = 0;

  private constructor(options: SlowLinkOptions) {
    this.#options = options;
    this.#draw = seededDraw(options.seed);
    this.#server = createServer((near) => this.#join(near));
  }

  static async open(options: SlowLinkOptions): Promise<SlowLink> {
    const link = new SlowLink(options);
    await new Promise<void>((resolve) => link.#server.listen(0, '127.0.0.1', resolve));
    return link;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #join(near: Socket): void {
    const far = connect(this.#options.targetPort, '127.0.0.1');
    const end = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('error', end).on('close', end);
      this.#carry(from, to, end).catch(end);
    }
  }

  async #carry(from: Socket, to: Socket, end: () => void): Promise<void> {
    for await (const data of from) {
      const bytes: Buffer = data;
      for (let offset = 0; offset < bytes.length; offset += SEGMENT_BYTES) {
        const segment = bytes.subarray(offset, offset + SEGMENT_BYTES);
        const milliseconds = (segment.length * BITS_IN_BYTE * 1_000) / this.#options.bitsPerSecond;
        await sleep(milliseconds);
        this.byteCount += segment.length;
        if (this.#draw(100) < this.#options.lossPercent) {
          this.lossCount += 1;
          end();
          return;
        }
        to.write(segment);
      }
    }
  }
}
