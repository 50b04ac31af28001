import type { JournalFile } from '../../terminal/journal/journal-file.ts';

/** The power is gone, or the process was killed. Nothing runs after it but a restart. */
export class Crash extends Error {
  constructor() {
    super('crash');
    this.name = 'Crash';
  }
}

/** What happens at one write. */
export type DiskFault =
  /** The machine stops; so many of the bytes are on disk, all of them at most. */
  | { readonly fault: 'crash'; readonly bytesWritten: number }
  /** As `crash`, and behind the bytes stand others that nobody wrote. */
  | { readonly fault: 'crash-with-rubbish'; readonly rubbish: Uint8Array }
  /** The disk has no room for the last byte. */
  | { readonly fault: 'full' }
  /** The disk reports a failure after it wrote so many bytes; then it works again. */
  | { readonly fault: 'failed'; readonly bytesWritten: number };

const FIRST_CAPACITY = 1024;
const ROOM: number = 1 << 30;

/** A disk with one file, in memory, that can fail at any write and survives its crashes. */
export class SimulatedDisk implements JournalFile {
  #bytes: Uint8Array = new Uint8Array(FIRST_CAPACITY);
  #size = 0;
  #isCrashed: boolean = false;
  #nextFault: DiskFault | undefined;
  #writesBeforeFault = 0;
  #room: number = ROOM;
  /** How many writes have come to it. */
  writeCount = 0;

  get size(): number {
    return this.#size;
  }

  get isCrashed(): boolean {
    return this.#isCrashed;
  }

  /** At the next write, or after so many more. */
  failNext(fault: DiskFault, writesBefore = 0): void {
    this.#nextFault = fault;
    this.#writesBeforeFault = writesBefore;
  }

  /** What was to fail and has not yet does not fail any more. */
  heal(): void {
    this.#nextFault = undefined;
    this.#room = ROOM;
  }

  limitRoom(bytes: number): void {
    this.#room = bytes;
  }

  /** The machine stops now, between two writes. */
  crash(): void {
    this.#isCrashed = true;
  }

  /** What was on disk is there again. */
  restart(): void {
    this.#isCrashed = false;
    this.#nextFault = undefined;
  }

  /** All bytes of the file, as an auditor finds them. */
  content(): Uint8Array {
    return this.#bytes.slice(0, this.#size);
  }

  /** Somebody or something changes what was written. */
  damage(offset: number, byte: number): void {
    this.#bytes[offset] = byte;
  }

  append(bytes: Uint8Array): Promise<void> {
    return this.#done(() => {
      this.writeCount += 1;
      const fault = this.#nextFault;
      if (fault === undefined || this.#writesBeforeFault > 0) {
        this.#writesBeforeFault -= 1;
        this.#write(bytes, bytes.length);
        return;
      }
      this.#nextFault = undefined;
      this.#suffer(fault, bytes);
    });
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return this.#done(() => this.#bytes.slice(offset, Math.min(offset + length, this.#size)));
  }

  truncate(size: number): Promise<void> {
    return this.#done(() => {
      this.#size = Math.min(size, this.#size);
    });
  }

  bytesFree(): Promise<number> {
    return this.#done(() => this.#room);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #suffer(fault: DiskFault, bytes: Uint8Array): void {
    switch (fault.fault) {
      case 'crash':
        this.#write(bytes, Math.min(fault.bytesWritten, bytes.length));
        this.#isCrashed = true;
        throw new Crash();
      case 'crash-with-rubbish':
        this.#write(fault.rubbish, fault.rubbish.length);
        this.#isCrashed = true;
        throw new Crash();
      case 'full':
        this.#write(bytes, bytes.length - 1);
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      case 'failed':
        this.#write(bytes, Math.min(fault.bytesWritten, bytes.length));
        throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
    }
  }

  #write(bytes: Uint8Array, byteCount: number): void {
    const size = this.#size + byteCount;
    if (size > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(size, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, this.#size));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes.subarray(0, byteCount), this.#size);
    this.#size = size;
    this.#room -= byteCount;
  }

  #done<Result>(step: () => Result): Promise<Result> {
    return new Promise((resolve) => {
      if (this.#isCrashed) throw new Crash();
      resolve(step());
    });
  }
}
