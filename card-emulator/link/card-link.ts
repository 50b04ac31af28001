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

/**
 * The same card where an answer takes time: it has to be saved first, or it comes as late as over the
 * air. Whoever carries frames passes the next one only after the answer to the last has settled.
 */
export interface AsyncCardLink {
  /** As {@link CardLink.powerOn}. An answer that is pending from before stays lost. */
  powerOn(): void;
  /**
   * As {@link CardLink.powerOff}, and at any time. An answer that is pending is never given: its
   * exchange resolves with `undefined`, though the card may have done the command.
   */
  powerOff(): void;
  /**
   * As {@link CardLink.exchange}. Rejects only where the card could not keep what it did: whoever
   * carries frames takes the card out of the field then, and answers nothing.
   */
  exchange(frame: Uint8Array): Promise<Uint8Array | undefined>;
}
