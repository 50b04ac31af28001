import { statSync } from 'node:fs';
import { ConfigError, type TerminalFolder } from '../config.ts';
import type { HotListLookUp } from '../debit/hot-list-hit.ts';
import { HotListError } from './hotlist-file.ts';
import { openHotList } from './terminal-hotlist.ts';

export interface RenewedHotListOptions {
  readonly folder: TerminalFolder;
  readonly issuerId: number;
  /** Takes one line for the technician. */
  readonly warn: (line: string) => void;
}

/** The hot list of a folder for a program that runs for days, while another one brings new lists. */
export class RenewedHotList {
  readonly #options: RenewedHotListOptions;
  #fileState: string | undefined;
  #list: HotListLookUp | undefined;

  private constructor(options: RenewedHotListOptions) {
    this.#options = options;
  }

  /** Rejects as {@link openHotList}: a terminal does not start with a list that somebody changed. */
  static async open(options: RenewedHotListOptions): Promise<RenewedHotList> {
    const { folder, issuerId } = options;
    const renewed = new RenewedHotList(options);
    renewed.#fileState = fileStateOf(folder.hotListPath);
    renewed.#list = await openHotList(folder, issuerId);
    return renewed;
  }

  /**
   * The newest list. Asked before a touch, so that one touch sees one list; the file is read only where
   * it is another one. A list is never given up for none, for an older or for a damaged one.
   */
  async newest(): Promise<HotListLookUp | undefined> {
    const { folder, issuerId, warn } = this.#options;
    const fileState = fileStateOf(folder.hotListPath);
    if (fileState === this.#fileState) return this.#list;
    this.#fileState = fileState;
    try {
      const list = await openHotList(folder, issuerId);
      const isNewer = list !== undefined && list.sequence > (this.#list?.sequence ?? 0);
      if (isNewer) this.#list = list;
    } catch (error) {
      if (!(error instanceof HotListError || error instanceof ConfigError)) throw error;
      const here = this.#list === undefined ? 'no list' : `list ${this.#list.sequence}`;
      warn(`warning: ${error.code}: ${error.message}; the terminal goes on with ${here}`);
    }
    return this.#list;
  }
}

/** Another text for another file; `undefined` where there is none that can be looked at. */
function fileStateOf(path: string): string | undefined {
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch {
    return undefined;
  }
}
