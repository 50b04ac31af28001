/** The part of nfc-pcsc 0.8 that the terminal uses. The package ships no types. */
declare module 'nfc-pcsc' {
  import type { EventEmitter } from 'node:events';

  /** The native reader under a {@link Reader}: what it emits is the status as PC/SC has it. */
  export interface NativeReader extends EventEmitter {
    readonly SCARD_STATE_PRESENT: number;
    readonly SCARD_STATE_EMPTY: number;
    close(): void;
  }

  export interface Reader extends EventEmitter {
    readonly name: string;
    readonly reader: NativeReader;
    readonly connection: object | null;
    autoProcessing: boolean;
    /** `transmit` refuses to work without it. */
    card: object | null;
    connect(): Promise<object>;
    /** Throws, and does not reject, where there is no connection. */
    disconnect(): Promise<boolean>;
    transmit(data: Buffer, responseMaxLength: number): Promise<Buffer>;
    close(): void;
  }

  export class NFC extends EventEmitter {
    on(event: 'reader', listener: (reader: Reader) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    close(): void;
  }
}
