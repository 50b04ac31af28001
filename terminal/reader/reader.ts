import type { Milliseconds } from '#units';

/** What a reader can do, as data, so that a program can refuse it before a card is charged. */
export interface ReaderCapabilities {
  /**
   * Whether any FeliCa packet passes unchanged. Without it there is no mutual authentication, and
   * so no debit. A PC/SC reader shows it with the first card: false before that.
   */
  readonly rawFrame: boolean;
  /** The longest packet that passes, LEN included. */
  readonly frameBytesMax: number;
  /** How packets are wrapped for this reader, for messages; `undefined` until it is known. */
  readonly codecName: string | undefined;
  /** A card in software needs no customer: a shop's program refuses such a reader. */
  readonly isEmulated: boolean;
}

/**
 * A contactless reader at the level of FeliCa packets: LEN first, without preamble and CRC.
 *
 * Obligations of the implementer, for every method:
 * - Nothing waits longer than its `waitMs` and the reader's own stated allowance.
 * - After `close` every method rejects with `READER_CLOSED`, and `close` itself resolves again.
 * - Whatever the device, its driver or the service does, the program that holds the reader goes on:
 *   a failure is a {@link ReaderError}, and the reader comes back by itself when the device does.
 */
export interface Reader {
  /** The name under which the system knows the device. */
  readonly name: string;

  readonly capabilities: ReaderCapabilities;

  /**
   * How often a card has come into the field since the start. As long as it stays the same, the card
   * there is the one that was there before.
   */
  readonly tapCount: number;

  /**
   * Resolves with true as soon as a card is ready for packets, at once if one is there already, and
   * with false after `waitMs` in which nobody tapped. Rejects when the wait ends while the reader
   * does not work, with the reason; and at once where more waiting cannot help, because the reader
   * or the card in its field turned out to be of the wrong kind.
   */
  waitForCard(waitMs: Milliseconds): Promise<boolean>;

  /** Resolves with true as soon as the field is empty, with false after `waitMs`; rejects as above. */
  waitForRemoval(waitMs: Milliseconds): Promise<boolean>;

  /**
   * Sends one packet and resolves with the card's whole packet, whoever it names: the caller
   * compares response code and IDm. The caller sends one packet at a time.
   *
   * `waitMs` is the card's time. The reader adds what its own link needs before it gives up.
   *
   * `undefined` means that the card stayed silent, was lost, or that what came back was not a whole
   * packet. Nothing is known then about execution: the card may have done all, part or nothing.
   *
   * Rejects with {@link ReaderError} where the reader or the link to it failed. This too leaves
   * open whether the card executed the packet; only `CARD_ABSENT` and `READER_CLOSED` say that
   * nothing was sent. Rejects with `RangeError` where `packet` is none: its LEN is not its length.
   */
  transmit(packet: Uint8Array, waitMs: Milliseconds): Promise<Uint8Array | undefined>;

  /** Waits for the packet in flight, then lets the device go. */
  close(): Promise<void>;
}

/** `READER_*`: the device, its driver or its service. `CARD_*`: the reader works. */
export type ReaderErrorCode =
  | 'READER_CLOSED'
  | 'READER_BINDING_MISSING'
  | 'READER_SERVICE_UNAVAILABLE'
  | 'READER_PERMISSION'
  | 'READER_NOT_FOUND'
  | 'READER_AMBIGUOUS'
  | 'READER_DISCONNECTED'
  | 'READER_BUSY'
  | 'READER_HUNG'
  | 'READER_UNSUPPORTED'
  | 'READER_FAULT'
  | 'CARD_ABSENT'
  | 'CARD_UNREADABLE';

export interface ReaderRemedy {
  /** Who can do something about it. */
  readonly actor: 'cashier' | 'technician' | 'programmer';
  /** What to do, in words that need no other page. */
  readonly text: string;
}

export const REMEDY_BY_READER_ERROR: Readonly<Record<ReaderErrorCode, ReaderRemedy>> = {
  READER_CLOSED: {
    actor: 'programmer',
    text: 'open a new reader: this one was closed',
  },
  READER_BINDING_MISSING: {
    actor: 'technician',
    text:
      'install what the PC/SC binding is built with and build it: on Debian ' +
      '`apt install libpcsclite-dev g++ make python3`, then `npm install nfc-pcsc` and ' +
      '`npm rebuild @pokusew/pcsclite` (or `npm rebuild smartcard`); npm must be allowed to run ' +
      'its install script',
  },
  READER_SERVICE_UNAVAILABLE: {
    actor: 'technician',
    text:
      'start the PC/SC service: on Debian `apt install pcscd`, then ' +
      '`systemctl enable --now pcscd.socket`; on Windows let the service SCardSvr start ' +
      'automatically. The terminal reconnects by itself',
  },
  READER_PERMISSION: {
    actor: 'technician',
    text:
      'allow this user to use readers: add a rule to /etc/polkit-1/rules.d that answers YES to ' +
      'org.debian.pcsc-lite.access_pcsc and org.debian.pcsc-lite.access_card for the user, or ' +
      'start pcscd with --disable-polkit (PCSCD_ARGS in /etc/default/pcscd), then restart pcscd',
  },
  READER_NOT_FOUND: {
    actor: 'technician',
    text:
      'plug the reader in and compare its name in `pcsc_scan` with the configured one. If `lsusb` ' +
      'shows it and `pcsc_scan` does not, `apt install libccid`, and take it from the kernel: ' +
      '`modprobe -r pn533_usb pn533 port100 nfc_digital nfc`, blacklist these modules in ' +
      '/etc/modprobe.d, restart pcscd',
  },
  READER_AMBIGUOUS: {
    actor: 'technician',
    text:
      'say which reader is meant, by its whole name in quotes: `--reader "<name>"`; ' +
      '`kazasu terminal readers` shows what is on each. Or unplug the other',
  },
  READER_DISCONNECTED: {
    actor: 'cashier',
    text: 'plug the reader in again, then wait for the ready signal',
  },
  READER_BUSY: {
    actor: 'technician',
    text: 'close the other program that uses the reader, then take the card away and tap again',
  },
  READER_HUNG: {
    actor: 'cashier',
    text:
      'take the card away; the terminal starts its reader process again by itself. If it repeats, ' +
      'unplug the reader for five seconds',
  },
  READER_UNSUPPORTED: {
    actor: 'technician',
    text:
      'use a reader that passes FeliCa packets unchanged, such as ACR1252U or ACR122U: this one ' +
      'does not, or not in a way the terminal knows (hardware.md)',
  },
  READER_FAULT: {
    actor: 'technician',
    text: 'unplug the reader for five seconds, restart pcscd, and keep the message for a report',
  },
  CARD_ABSENT: {
    actor: 'cashier',
    text: 'hold the card to the reader, and leave it there until the signal',
  },
  CARD_UNREADABLE: {
    actor: 'cashier',
    text: 'take the card away; tap one card of this scheme alone, flat on the reader',
  },
};

/** The reader, its driver or its service failed; see {@link REMEDY_BY_READER_ERROR} for what to do. */
export class ReaderError extends Error {
  override readonly name: string = 'ReaderError';
  readonly code: ReaderErrorCode;
  readonly #ability: string | undefined;

  constructor(code: ReaderErrorCode, message: string, options: ReaderErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.#ability = options.ability;
  }

  get remedy(): ReaderRemedy {
    const remedy = REMEDY_BY_READER_ERROR[this.code];
    if (this.#ability === undefined) return remedy;
    return { ...remedy, text: `${remedy.text}. All that this reader can do is: ${this.#ability}` };
  }
}

export interface ReaderErrorOptions extends ErrorOptions {
  /** What a reader that is refused can do all the same, for its remedy. */
  readonly ability?: string;
}
