import { acr122 } from './acr122.ts';
import { acsRaw } from './acs-raw.ts';
import type { ReaderCodec } from './reader-codec.ts';
import { sonyFffe } from './sony-fffe.ts';
import { transparent } from './transparent.ts';

/**
 * A name orders the tries and decides nothing: what a reader does, decides. `acs-raw` stands not with
 * ACR122, to whose radio chip the same five bytes begin another command.
 */
const ORDER_BY_NAME: readonly { readonly name: RegExp; readonly codecs: readonly ReaderCodec[] }[] =
  [
    { name: /ACR ?122/i, codecs: [acr122, transparent, sonyFffe] },
    { name: /AC[RM] ?125[1257]/i, codecs: [acsRaw, transparent, acr122, sonyFffe] },
    { name: /sony|pasori|RC-?S ?\d{3}/i, codecs: [transparent, sonyFffe, acsRaw, acr122] },
  ];
/** The one with a standard behind it first. */
const ORDER_OF_OTHERS: readonly ReaderCodec[] = [transparent, acsRaw, acr122, sonyFffe];

/** The codecs to ask a reader of this name for, in order. */
export function codecsToTry(readerName: string): readonly ReaderCodec[] {
  return ORDER_BY_NAME.find(({ name }) => name.test(readerName))?.codecs ?? ORDER_OF_OTHERS;
}

/** Which codec each reader turned out to want, by the reader's name. */
export class CodecMemory {
  readonly #codecs: Map<string, ReaderCodec> = new Map();
  /** How often the card was lost while a reader was asked for a codec. */
  readonly #losses: Map<string, Map<ReaderCodec, number>> = new Map();

  codecOf(readerName: string): ReaderCodec | undefined {
    return this.#codecs.get(readerName);
  }

  /**
   * As {@link codecsToTry}, and a codec at which the card was lost after those at which it was lost
   * less often: some driver answers a command that it does not know with a failure of the card, and
   * would do so at each new try.
   */
  codecsToTry(readerName: string): readonly ReaderCodec[] {
    const losses = this.#losses.get(readerName);
    const countOf = (codec: ReaderCodec): number => losses?.get(codec) ?? 0;
    return codecsToTry(readerName).toSorted((one, other) => countOf(one) - countOf(other));
  }

  rememberCodec(readerName: string, codec: ReaderCodec): void {
    this.#codecs.set(readerName, codec);
    this.#losses.delete(readerName);
  }

  rememberLoss(readerName: string, codec: ReaderCodec): void {
    const losses = this.#losses.get(readerName) ?? new Map<ReaderCodec, number>();
    losses.set(codec, (losses.get(codec) ?? 0) + 1);
    this.#losses.set(readerName, losses);
  }
}
