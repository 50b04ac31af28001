import { createConnection } from 'node:net';
import { ReaderError } from './reader.ts';

/** Where pcscd listens on Linux, unless PCSCLITE_CSOCK_NAME says otherwise. */
export const PCSC_SOCKET_PATH = '/run/pcscd/pcscd.comm';

/** The socket to ask before the binding is loaded; there is none on other systems than Linux. */
export function pcscSocketPath(wanted: string | undefined): string | undefined {
  return wanted ?? (process.platform === 'linux' ? PCSC_SOCKET_PATH : undefined);
}

const PROBE_WAIT_MS = 2_000;

/**
 * Finds out whether somebody serves the PC/SC socket, and resolves with what is wrong, if anything.
 *
 * The binding's constructor spins at full load until the service appears (readers.md 1.5, row 1),
 * so it is never called before this. A socket of systemd answers too and starts the service.
 */
export function probePcscService(socketPath: string): Promise<ReaderError | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection({ path: socketPath });
    const end = (error?: ReaderError): void => {
      socket.destroy();
      resolve(error);
    };
    socket.setTimeout(PROBE_WAIT_MS, () =>
      end(new ReaderError('READER_SERVICE_UNAVAILABLE', `${socketPath}: nobody accepts`)),
    );
    socket.on('connect', () => end());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const isForbidden = error.code === 'EACCES' || error.code === 'EPERM';
      const code = isForbidden ? 'READER_PERMISSION' : 'READER_SERVICE_UNAVAILABLE';
      end(new ReaderError(code, `PC/SC service: ${error.message}`, { cause: error }));
    });
  });
}
