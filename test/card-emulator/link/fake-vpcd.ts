import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** The host's end of vpcd's protocol, to send whatever bytes in whatever pieces. */
export class FakeVpcd {
  readonly #server: Server;
  readonly #sockets: Socket[] = [];
  #received: Uint8Array = new Uint8Array(0);
  #changed: () => void = () => undefined;
  connectionCount = 0;

  constructor() {
    this.#server = createServer((socket) => {
      this.connectionCount += 1;
      this.#sockets.push(socket);
      this.#received = new Uint8Array(0);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.splice(this.#sockets.indexOf(socket), 1);
        this.#changed();
      });
      socket.on('data', (chunk) => {
        this.#received = Uint8Array.from([...this.#received, ...chunk]);
        this.#changed();
      });
      socket.setNoDelay(true);
      this.#changed();
    });
  }

  async listen(port = 0): Promise<number> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
    return address.port;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.dropCard();
    await closed;
  }

  dropCard(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Only to a card that is there: its own side of a connection may be open a moment before this one. */
  send(bytes: Uint8Array): void {
    const socket = this.#sockets.at(-1);
    if (socket === undefined) throw new Error('expected a card');
    socket.write(bytes);
  }

  get isCardThere(): boolean {
    return this.#sockets.length > 0;
  }

  /** Resolves with `count` bytes of what the card has sent, and takes them out. */
  async take(count: number): Promise<Uint8Array> {
    await this.until(() => this.#received.length >= count);
    const taken = this.#received.slice(0, count);
    this.#received = this.#received.slice(count);
    return taken;
  }

  /** A whole message from the card. */
  async takeMessage(): Promise<Uint8Array> {
    const [high = 0, low = 0] = await this.take(2);
    return this.take((high << 8) | low);
  }

  /** How many bytes have come and were not taken. */
  get waitingBytes(): number {
    return this.#received.length;
  }

  until(isReached: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = () => {
        if (isReached()) resolve();
      };
      this.#changed();
    });
  }
}
