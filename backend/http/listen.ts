import { createServer, type RequestListener } from 'node:http';
import { type Milliseconds, milliseconds } from '#units';

/** A batch of the largest size passes a slow mobile link in this time. */
const REQUEST_MS_MAX: Milliseconds = milliseconds(120_000);
const HEADERS_MS_MAX: Milliseconds = milliseconds(10_000);
/** Beyond it connections are refused; terminals try again later. */
const CONNECTIONS_MAX = 1_000;
const CLOSE_MS_MAX: Milliseconds = milliseconds(15_000);

export interface Listening {
  readonly url: string;
  /**
   * Takes no new connections and resolves when the last answer is sent. What is not through after
   * `waitMs` is broken off; it is sent again, as after any broken connection.
   */
  close(waitMs?: Milliseconds): Promise<void>;
}

/** Port 0 takes any free one. Rejects where the address cannot be had. */
export function listen(
  listener: RequestListener,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const limits = { requestTimeout: REQUEST_MS_MAX, headersTimeout: HEADERS_MS_MAX };
  const server = createServer(limits, listener);
  server.maxConnections = CONNECTIONS_MAX;
  const close = (waitMs = CLOSE_MS_MAX): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => server.closeAllConnections(), waitMs);
      server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      server.closeIdleConnections();
    });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      const taken = typeof address === 'object' && address !== null ? address.port : port;
      const name = host.includes(':') ? `[${host}]` : host;
      resolve({ url: `http://${name}:${taken}`, close });
    });
  });
}
