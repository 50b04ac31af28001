import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface CountedRequest {
  readonly method: string;
  /** As it is declared: a label for each path would grow without end. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
  /** Of the error that was answered. */
  readonly code: string | undefined;
}

/** What a monitoring system asks for, in the text format of Prometheus. */
export class ServiceMetrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<'method' | 'route' | 'status'>;
  readonly #errors: Counter<'code'>;

  constructor() {
    const registers = [this.#registry];
    this.#requests = new Histogram({
      name: 'kazasu_http_request_seconds',
      help: 'Time from a request to its answer',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    this.#errors = new Counter({
      name: 'kazasu_http_errors_total',
      help: 'Errors that were answered, by their code',
      labelNames: ['code'],
      registers,
    });
  }

  /** Adds memory, processor time and event loop of this process. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Adds how many batches are stored and not verified yet, counted whenever somebody asks. */
  watchUnverified(count: () => Promise<number>): void {
    const gauge: Gauge = new Gauge({
      name: 'kazasu_unverified_batches',
      help: 'Batches that are stored and not verified yet',
      registers: [this.#registry],
      collect: async (): Promise<void> => gauge.set(await count()),
    });
  }

  count({ method, route, status, seconds, code }: CountedRequest): void {
    this.#requests.observe({ method, route, status }, seconds);
    if (code !== undefined) this.#errors.inc({ code });
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}
