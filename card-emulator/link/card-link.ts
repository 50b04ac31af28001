/**
 * The card as anything outside it sees it: a field that goes on and off, and one frame at a time.
 * Whoever carries frames (in process, a virtual PC/SC slot, UDP) needs no more than this.
 */
export interface CardLink {
  /** The field reaches the card. Calling it while the field is on changes nothing. */
  powerOn(): void;
  /** The field is gone: the card forgets its mode and its session, and keeps its memory. */
  powerOff(): void;
  /**
   * Passes one frame, LEN first and without CRC, to the card. `undefined` is the card's silence,
   * which is also the only answer while the field is off. Never throws for any content of `frame`,
   * and keeps no reference to it.
   */
  exchange(frame: Uint8Array): Uint8Array | undefined;
}
