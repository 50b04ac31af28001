/** How one family of readers carries a FeliCa packet through PC/SC: a pair of pure functions. */
export interface ReaderCodec {
  readonly name: string;
  /** The longest packet the form has room for, LEN included. */
  readonly frameBytesMax: number;
  /** What the reader wants once after each connect, before the first packet; mostly nothing. */
  readonly opening: readonly OpeningCommand[];
  /** What undoes the opening, for a reader that turned out to want another codec. */
  readonly closing: readonly Uint8Array[];
  /** Throws `RangeError` where `packet` is not a whole packet of at most `frameBytesMax` bytes. */
  wrap(packet: Uint8Array): Uint8Array;
  /** Never throws: whatever a driver hands up is one of the four. */
  unwrap(reply: Uint8Array): CodecReply;
}

export interface OpeningCommand {
  readonly command: Uint8Array;
  /** Whether the reader did it, or can do without. Never throws. */
  isAccepted(reply: Uint8Array): boolean;
}

export type CodecReply =
  | { readonly result: 'packet'; readonly packet: Uint8Array }
  /** The reader says that the card did not answer. */
  | { readonly result: 'silent' }
  /** Empty, cut off, too long or meaningless, which PC/SC hands up as success. */
  | { readonly result: 'broken' }
  /** The reader does not know this form of command, and so did not pass it on. */
  | { readonly result: 'refused'; readonly statusWord: number };

/** Sends a command to the reader; resolves with `undefined` where the card was lost. */
export type ReaderTransmit = (command: Uint8Array) => Promise<Uint8Array | undefined>;

/** PC/SC part 3, GET DATA: the card's serial number, which for FeliCa is the IDm. */
export const GET_DATA_IDM: Uint8Array = Uint8Array.of(0xff, 0xca, 0x00, 0x00, 0x00);
