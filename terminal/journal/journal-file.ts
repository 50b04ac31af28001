/**
 * The disk, as far as the journal needs it: one file that grows at its end. A simulated one crashes,
 * tears writes and fills up.
 */
export interface JournalFile {
  /** The length in bytes. */
  readonly size: number;
  /**
   * Resolves when the bytes at the end of the file would survive a power cut. After a rejection any
   * part of them may stand there.
   */
  append(bytes: Uint8Array): Promise<void>;
  /** The bytes there, fewer only at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Cuts the file and resolves when the cut would survive a power cut. */
  truncate(size: number): Promise<void>;
  /** How many more bytes the disk takes. */
  bytesFree(): Promise<number>;
  /** Lets go of the file: another program may open it now. */
  close(): Promise<void>;
}
