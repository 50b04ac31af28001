import type { Command } from 'commander';
import { wholeFrom } from '../argument.ts';
import { countUnverifiedBatches } from '../collection/unverified-batch.ts';
import { DatabaseError } from '../database/database-error.ts';
import { listen } from '../http/listen.ts';
import { openServiceLog, type ServiceLog } from '../http/service-log.ts';
import { ServiceMetrics } from '../http/service-metrics.ts';
import { KeystoreError } from '../issuer/keystore-error.ts';
import type { Backend } from '../open-backend.ts';
import { argument, type FolderOption, folderCommand, openFolder, print } from './folder-command.ts';

const VERIFY_INTERVAL_MS = 60_000;
/** A terminal at a slow line sends a batch in some forty pieces. */
const REQUESTS_PER_MINUTE = 1_200;
/** Nobody who has the right token needs more tries. */
const WRONG_TOKENS_PER_MINUTE = 20;

interface ServeOptions extends FolderOption {
  readonly host: string;
  readonly port: number;
  readonly requestsPerMinute: number;
  readonly proxies: number;
}

/** `kazasu backend serve` */
export function addServeCommand(command: Command): void {
  const count = argument(wholeFrom(1, 0xffff_ffff));
  folderCommand(command, 'serve', 'run the HTTP API until it is stopped')
    .option('--host <host>', 'the address to listen at', '127.0.0.1')
    .option('--port <port>', '0 takes any free one', argument(wholeFrom(0, 0xffff)), 8080)
    .option('--requests-per-minute <count>', 'most of one address', count, REQUESTS_PER_MINUTE)
    .option('--proxies <count>', 'proxies of yours in front of it', argument(wholeFrom(0, 9)), 0)
    .addHelpText('after', '\nOne JSON line a request goes to the standard error output.')
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  const backend = await openFolder(options);
  const { requestsPerMinute, proxies: proxyCount } = options;
  const log = openServiceLog(process.stderr);
  const metrics = new ServiceMetrics();
  metrics.watchProcess();
  metrics.watchUnverified(() => countUnverifiedBatches(backend.database));
  let verifying = Promise.resolve();
  const verify = (): void => {
    verifying = catchUp(backend, log);
  };
  const limits = { requestsPerMinute, wrongTokensPerMinute: WRONG_TOKENS_PER_MINUTE };
  const app = backend.app(verify, { log, metrics, ...limits, proxyCount });
  const server = await listen(app, options).catch(async (error: unknown) => {
    await backend.close();
    throw error;
  });
  const timer = setInterval(verify, VERIFY_INTERVAL_MS);
  const stop = async (): Promise<void> => {
    clearInterval(timer);
    // Phones wait for minutes otherwise.
    backend.phoneChannel.close();
    await server.close();
    await verifying;
    await backend.close();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const { url } = server;
  const lines = [`Listening at ${url}. Stop with Ctrl-C.`];
  print(options, { json: { event: 'listening', url }, lines });
  verify();
}

/** A busy database, or keys made since the start, are no reason to stop collecting: it is tried again. */
async function catchUp({ verifier, topUps }: Backend, log: ServiceLog): Promise<void> {
  try {
    await verifier.verifyPending();
    await topUps.continueOpen();
  } catch (error) {
    const isExpectedHere = error instanceof DatabaseError || error instanceof KeystoreError;
    if (!isExpectedHere) throw error;
    log.warn({ code: error.code }, `${error.message}; what waits is tried again`);
  }
}
