import type { PurseBlock } from '../purse/purse-block.ts';
import type { PurseOperation } from '../purse/transaction-certificate.ts';
import type { BlockFile } from './card-file-system.ts';

/** One purse write of the command, as a certificate will state it. */
export interface StagedPurseWrite {
  readonly operation: PurseOperation;
  readonly before: PurseBlock;
  readonly after: PurseBlock;
}

/**
 * What a Write will have changed once it is committed. Until then the card has not changed at all:
 * one Write is stored completely or not at all, whatever number of services it names (M617 §3.6.1).
 *
 * An element sees what the elements before it will store, so two decrements of one command subtract
 * twice.
 */
export class WriteStage {
  readonly #blocks = new Map<BlockFile, readonly Uint8Array[]>();
  readonly #purseWrites = new Map<BlockFile, StagedPurseWrite>();

  blocksOf(file: BlockFile): readonly Uint8Array[] {
    return this.#blocks.get(file) ?? file.blocks;
  }

  replaceBlocks(file: BlockFile, blocks: readonly Uint8Array[]): void {
    this.#blocks.set(file, blocks);
  }

  replaceBlock(file: BlockFile, blockNumber: number, block: Uint8Array): void {
    this.replaceBlocks(file, this.blocksOf(file).with(blockNumber, block));
  }

  isChanged(file: BlockFile): boolean {
    return this.#blocks.has(file);
  }

  recordPurseWrite(file: BlockFile, write: StagedPurseWrite): void {
    this.#purseWrites.set(file, write);
  }

  purseWriteOf(file: BlockFile): StagedPurseWrite | undefined {
    return this.#purseWrites.get(file);
  }

  commit(): void {
    for (const [file, blocks] of this.#blocks) file.blocks = blocks;
  }
}
