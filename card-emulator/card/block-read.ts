import type { ReadResult } from '../felica/block-access.ts';
import type { AccessMode, BlockListElement } from '../felica/block-list.ts';
import { NORMAL_END, StatusFlag2, type StatusFlags } from '../felica/status-flag.ts';
import { type BlockAccess, faultAt, faultOfCommand, namedService } from './block-element.ts';

const PERMITTED_MODES: readonly AccessMode[] = ['normal'];

/** Reads all blocks or none. Every service may be read, whatever it permits to write. */
export function readBlocks(access: BlockAccess, elements: readonly BlockListElement[]): ReadResult {
  const { fileSystem, blocksMax, statusFlag1 } = access;
  if (elements.length < 1 || elements.length > blocksMax) {
    return refused(faultOfCommand(StatusFlag2.blockCountIllegal));
  }
  const blocks: Uint8Array[] = [];
  for (const [index, element] of elements.entries()) {
    const named = namedService(access, element, PERMITTED_MODES);
    if (named.result === 'refused') {
      return refused(faultAt(index, named.statusFlag2, statusFlag1));
    }
    const { file } = named.service;
    const { blockNumber } = element;
    if (blockNumber >= file.blockCount) {
      return refused(faultAt(index, StatusFlag2.blockNumberOutOfRange, statusFlag1));
    }
    blocks.push(fileSystem.block(file, blockNumber));
  }
  return { ...NORMAL_END, blocks };
}

function refused(flags: StatusFlags): ReadResult {
  return { ...flags, blocks: [] };
}
