/**
 * The part of smartcard 3.7 that the terminal uses. The package ships types, and is optional: the
 * build must not need it.
 */
declare module 'smartcard' {
  export interface Card {
    transmit(command: Buffer, options: { readonly maxRecvLength: number }): Promise<Buffer>;
    /** Blocks while a command is at work. */
    disconnect(disposition: number): void;
  }

  export interface Reader {
    readonly name: string;
    connect(shareMode: number, protocols: number): Promise<Card>;
  }

  export class Context {
    listReaders(): Reader[];
    close(): void;
  }

  export interface MonitorEvent {
    readonly type:
      | 'reader-attached'
      | 'reader-detached'
      | 'card-inserted'
      | 'card-removed'
      | 'error';
    /** Its name; of an error, the message. */
    readonly reader: string;
    readonly state: number;
  }

  export class ReaderMonitor {
    /** Throws where the service is not there. */
    start(listener: (event: MonitorEvent) => void): void;
    /** Waits for its thread. An exit without it aborts the process. */
    stop(): void;
  }

  export const SCARD_SHARE_SHARED: number;
  export const SCARD_STATE_PRESENT: number;
}
