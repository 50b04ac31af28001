import type { BlockFile } from './card-layout.ts';
import type { WriteStage } from './write-stage.ts';

/**
 * Collects the cyclic elements of one Write. Consecutive elements of one service form one unit,
 * which is compared and stored as a whole (M617 §3.4.3); any other element in between ends it.
 */
export class CyclicRun {
  readonly #countByFile = new Map<BlockFile, number>();
  #file: BlockFile | undefined;
  #unit: Uint8Array[] = [];

  isOf(file: BlockFile): boolean {
    return this.#file === file;
  }

  /** `false` if the command names more blocks of a service than it has; units count together. */
  add(file: BlockFile, block: Uint8Array): boolean {
    const count = (this.#countByFile.get(file) ?? 0) + 1;
    if (count > file.blockCount) return false;
    this.#countByFile.set(file, count);
    this.#file = file;
    this.#unit.push(block);
    return true;
  }

  end(stage: WriteStage): void {
    if (this.#file === undefined) return;
    stage.pushUnit(this.#file, this.#unit);
    this.#file = undefined;
    this.#unit = [];
  }
}
