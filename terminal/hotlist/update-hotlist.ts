import type { HotList } from '#hotlist/hotlist';
import { UplinkError, type UplinkErrorCode } from '../batch/upload-batch.ts';
import { type HotListFault, type HotListIssuer, importHotList } from './hotlist-import.ts';

/** What can be had: the newest list, and the deltas that lead to it, oldest first and without a gap. */
export interface HotListOffer {
  readonly sequence: number;
  readonly byteCount: number;
  readonly deltas: readonly { readonly sequence: number; readonly byteCount: number }[];
}

/** Where hot lists come from. Nobody has to believe it: the issuer signed them. */
export interface HotListSource {
  /** `undefined` where there is no list yet. Rejects with {@link UplinkError}. */
  offer(): Promise<HotListOffer | undefined>;
  /** So many bytes and no more. Rejects with {@link UplinkError}. */
  download(kind: 'list' | 'delta', sequence: number, byteCount: number): Promise<Uint8Array>;
}

/** `sequence`: of the list that is here afterwards, `undefined` if none is. */
export type HotListUpdate =
  | {
      readonly result: 'updated';
      readonly sequence: number;
      readonly cards: number;
      /** Of how many it was made; 0 if it came whole. */
      readonly deltas: number;
    }
  | { readonly result: 'current'; readonly sequence: number }
  /** The issuer has none either. */
  | { readonly result: 'none'; readonly sequence: number | undefined }
  | {
      readonly result: 'refused';
      readonly reason: HotListFault;
      readonly detail: string;
      readonly sequence: number | undefined;
    }
  | {
      readonly result: 'unreachable';
      readonly code: UplinkErrorCode;
      readonly message: string;
      readonly sequence: number | undefined;
    };

export interface UpdateOptions {
  /** The list that is here. */
  readonly current: HotList | undefined;
  readonly source: HotListSource;
  readonly issuer: HotListIssuer;
  /**
   * Puts a list that was checked in the place of the one before, durably and at once. Resolves with the
   * one that is there then: somebody may have brought a newer one meanwhile.
   */
  readonly install: (list: HotList) => Promise<HotList>;
}

/**
 * Fetches what is missing: the deltas where they are fewer bytes, and the whole list otherwise, or where
 * a delta does not lead to what the issuer signed. Each list is checked before the next is made of it.
 * Where the network breaks, as far as it came is installed.
 */
export async function updateHotList(options: UpdateOptions): Promise<HotListUpdate> {
  const update = new Update(options);
  try {
    return await update.run();
  } catch (error) {
    if (!(error instanceof UplinkError)) throw error;
    await update.installProgress();
    const { code, message } = error;
    return { result: 'unreachable', code, message, sequence: update.sequence };
  }
}

class Update {
  readonly #options: UpdateOptions;
  #list: HotList | undefined;
  #deltaCount = 0;

  constructor(options: UpdateOptions) {
    this.#options = options;
    this.#list = options.current;
  }

  get sequence(): number | undefined {
    return this.#list?.sequence;
  }

  async run(): Promise<HotListUpdate> {
    const offer = await this.#options.source.offer();
    const { sequence } = this;
    if (offer === undefined) return { result: 'none', sequence };
    if (sequence !== undefined && sequence >= offer.sequence) {
      return { result: 'current', sequence };
    }
    const isThere = await this.#applyDeltas(deltasFrom(sequence, offer));
    return isThere ? this.#updated() : this.#takeWhole(offer);
  }

  async installProgress(): Promise<void> {
    const { current, install } = this.#options;
    if (this.#list !== undefined && this.#list !== current) this.#list = await install(this.#list);
  }

  /** Whether all of them, and at least one, could be applied. */
  async #applyDeltas(deltas: HotListOffer['deltas']): Promise<boolean> {
    const { source, issuer } = this.#options;
    for (const { sequence, byteCount } of deltas) {
      const bytes = await source.download('delta', sequence, byteCount);
      const imported = importHotList(this.#list, bytes, issuer);
      if (imported.result !== 'imported') return false;
      this.#list = imported.list;
      this.#deltaCount += 1;
    }
    return deltas.length > 0;
  }

  async #takeWhole({ sequence, byteCount }: HotListOffer): Promise<HotListUpdate> {
    const { source, issuer } = this.#options;
    const bytes = await source.download('list', sequence, byteCount);
    const imported = importHotList(this.#list, bytes, issuer);
    if (imported.result === 'refused') {
      await this.installProgress();
      return { ...imported, sequence: this.sequence };
    }
    if (imported.result === 'imported') {
      this.#list = imported.list;
      this.#deltaCount = 0;
    }
    // The issuer signed it once, and somebody on the way keeps the newest from us.
    if ((this.sequence ?? 0) < sequence) {
      const message = `issuer: sent an older list in the place of list ${sequence}`;
      throw new UplinkError('UPLINK_ANSWER_INVALID', message);
    }
    return this.#updated();
  }

  async #updated(): Promise<HotListUpdate> {
    await this.installProgress();
    const { sequence = 0, cards } = this.#list ?? {};
    return { result: 'updated', sequence, cards: cards?.count ?? 0, deltas: this.#deltaCount };
  }
}

/** The deltas that lead from here to the newest list; none where the whole list is the better way. */
function deltasFrom(
  sequence: number | undefined,
  { sequence: newest, byteCount, deltas }: HotListOffer,
): HotListOffer['deltas'] {
  if (sequence === undefined) return [];
  const missing = deltas.filter((delta) => delta.sequence > sequence);
  const isGapless = missing.every((delta, index) => delta.sequence === sequence + 1 + index);
  const isComplete = isGapless && missing.length === newest - sequence;
  const total = missing.reduce((sum, delta) => sum + delta.byteCount, 0);
  return isComplete && total < byteCount ? missing : [];
}
