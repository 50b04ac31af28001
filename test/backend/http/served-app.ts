import { createServer, type Server } from 'node:http';
import express, { type RequestHandler } from 'express';
import { answerError } from '../../../backend/http/error-answer.ts';

/** Handlers behind a real server on a free port, with the place that answers errors at their end. */
export class ServedApp {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(...handlers: readonly RequestHandler[]): Promise<ServedApp> {
    const app = express();
    app.use(...handlers);
    app.use(answerError);
    const server = createServer(app).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return new ServedApp(server);
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    const address = this.#server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    return fetch(`http://127.0.0.1:${port}${path}`, { headers });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
