import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import { join } from 'node:path';
import { type Listening, listen } from '../../../backend/http/listen.ts';
import { Scenario } from '../scenario.ts';
import { requireAsDocumented } from './api-contract.ts';
import { quietService } from './quiet-service.ts';

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** The body of an error as problem details. */
export function problem(status: number, code: unknown, detail: unknown): Answer['body'] {
  return { type: 'about:blank', title: STATUS_CODES[status], status, detail, code };
}

/** A scenario behind a real HTTP server on a free port. */
export class ServedBackend {
  readonly scenario: Scenario;
  readonly #server: Listening;
  /** How often a stored batch was told of. */
  storedCount: number;

  private constructor(scenario: Scenario, server: Listening) {
    this.scenario = scenario;
    this.#server = server;
    this.storedCount = 0;
  }

  static async start(): Promise<ServedBackend> {
    const scenario = await Scenario.open();
    let served: ServedBackend | undefined;
    const onStored = (): void => {
      if (served !== undefined) served.storedCount += 1;
    };
    const app = scenario.backend.app(onStored, quietService());
    served = new ServedBackend(scenario, await listen(app, { host: '127.0.0.1', port: 0 }));
    return served;
  }

  get url(): string {
    return this.#server.url;
  }

  get token(): string {
    return readFileSync(join(this.scenario.folder, 'operator-token'), 'utf8').trim();
  }

  async request(path: string, init: RequestInit = {}): Promise<Answer> {
    const url = new URL(path, this.#server.url);
    const response = await fetch(url, init);
    const body = (await response.json()) as Record<string, unknown>;
    const { status, headers } = response;
    const contentType = new Headers(init.headers).get('content-type') ?? undefined;
    const sent = { method: init.method ?? 'GET', path: url.pathname, contentType };
    requireAsDocumented(sent, { status, contentType: headers.get('content-type'), body });
    return { status, body };
  }

  upload(terminalId: number | string, bytes: Uint8Array): Promise<Answer> {
    return this.request(`/terminals/${terminalId}/batches`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.from(bytes),
    });
  }

  operate(method: 'GET' | 'POST', path: string): Promise<Answer> {
    return this.request(path, { method, headers: { authorization: `Bearer ${this.token}` } });
  }

  async stop(): Promise<void> {
    await this.#server.close();
    await this.scenario.remove();
  }
}
