import type { PurseBlock } from '../purse/purse-block.ts';
import type { PurseOperation } from '../purse/transaction-certificate.ts';
import { blockOf, type CardFileSystem, writeVersion } from './card-file-system.ts';
import type { BlockFile, KeySlot } from './card-layout.ts';
import { pushCyclicUnit } from './cyclic-service.ts';

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
  readonly #fileSystem: CardFileSystem;
  /** Absent until something changes. */
  #memory: Uint8Array | undefined;
  readonly #changed = new Set<BlockFile>();
  #isKeyChanged: boolean = false;
  readonly #purseWrites = new Map<BlockFile, StagedPurseWrite>();

  constructor(fileSystem: CardFileSystem) {
    this.#fileSystem = fileSystem;
  }

  /** A view, good until the next change. */
  block(file: BlockFile, blockNumber: number): Uint8Array {
    return blockOf(this.#memory ?? this.#fileSystem.memory, file, blockNumber);
  }

  replaceBlock(file: BlockFile, blockNumber: number, block: Uint8Array): void {
    blockOf(this.#write(), file, blockNumber).set(block);
    this.#changed.add(file);
  }

  /** See {@link pushCyclicUnit}; the file is changed unless the unit is the newest already. */
  pushUnit(file: BlockFile, unit: readonly Uint8Array[]): void {
    if (pushCyclicUnit(this.#write(), file, unit)) this.#changed.add(file);
  }

  replaceKey(slot: KeySlot, key: Uint8Array, version: number): void {
    const memory = this.#write();
    memory.set(key, slot.offset);
    writeVersion(memory, slot, version);
    this.#isKeyChanged = true;
  }

  isChanged(file: BlockFile): boolean {
    return this.#changed.has(file);
  }

  recordPurseWrite(file: BlockFile, write: StagedPurseWrite): void {
    this.#purseWrites.set(file, write);
  }

  purseWriteOf(file: BlockFile): StagedPurseWrite | undefined {
    return this.#purseWrites.get(file);
  }

  commit(): void {
    const isChanged = this.#changed.size > 0 || this.#isKeyChanged;
    if (isChanged && this.#memory !== undefined) this.#fileSystem.commit(this.#memory);
  }

  #write(): Uint8Array {
    this.#memory ??= this.#fileSystem.draft();
    return this.#memory;
  }
}
