import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** A reader's end of the UDP protocol, to send whatever text, and to see every answer. */
export class UdpReader {
  readonly #socket: Socket;
  readonly #cardPort: number;
  readonly #received: string[] = [];
  #changed: () => void = () => undefined;

  constructor(cardPort: number) {
    this.#cardPort = cardPort;
    this.#socket = createSocket('udp4');
    this.#socket.on('message', (bytes) => {
      this.#received.push(bytes.toString('latin1'));
      this.#changed();
    });
  }

  async open(): Promise<this> {
    this.#socket.bind(0, '127.0.0.1');
    await once(this.#socket, 'listening');
    return this;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  send(text: string): void {
    this.#socket.send(Buffer.from(text, 'latin1'), this.#cardPort, '127.0.0.1');
  }

  /** The next answer, taken out. */
  async take(): Promise<string> {
    for (;;) {
      const text = this.#received.shift();
      if (text !== undefined) return text;
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  ask(text: string): Promise<string> {
    this.send(text);
    return this.take();
  }

  /** How many answers have come and were not taken. */
  get waitingCount(): number {
    return this.#received.length;
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }
}
