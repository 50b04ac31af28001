import type { WritePayload } from '../felica/block-access.ts';
import type { AccessMode, BlockListElement } from '../felica/block-list.ts';
import { sameBytes } from '../felica/identifiers.ts';
import { NORMAL_END, StatusFlag2, type StatusFlags } from '../felica/status-flag.ts';
import {
  decodePurseAmount,
  decodePurseBlock,
  encodePurseBlock,
  type PurseBlock,
} from '../purse/purse-block.ts';
import type { PurseOperation } from '../purse/transaction-certificate.ts';
import { type BlockAccess, faultAt, faultOfCommand, namedService } from './block-element.ts';
import type { BlockFile, CardService } from './card-layout.ts';
import { CyclicRun } from './cyclic-run.ts';
import { stageKeyChange } from './key-change-write.ts';
import { writeLimitedPurse } from './limited-purse.ts';
import type { MemoryCondition } from './memory-condition.ts';
import { cashback, decrement, direct, type PurseWrite, purseOperationOf } from './purse-service.ts';
import { stageCertificate } from './write-certificate.ts';
import { WriteStage } from './write-stage.ts';

export interface WriteOptions {
  /** The narrower reading of direct purse access, see `direct` in purse-service.ts. */
  readonly directMayNotIncrease: boolean;
  readonly memoryCondition: MemoryCondition;
}

interface ElementWrite {
  readonly service: CardService;
  readonly element: BlockListElement;
  readonly block: Uint8Array;
}

/** What every element of one Write needs to know. */
interface WriteContext {
  readonly directMayNotIncrease: boolean;
  readonly cyclicRun: CyclicRun;
  readonly certified: BlockFile | undefined;
}

const MEMORY_ERROR = faultOfCommand(StatusFlag2.memoryError);
/** Products answer with 00 or FF in status flag 1; either way the write was done (M617 §4.5.2). */
const WORN_END = faultOfCommand(StatusFlag2.rewriteCountExceeded);

const PERMITTED_MODES: readonly AccessMode[] = ['normal', 'cashback'];

/**
 * One Write: judges every element in the order of the list, then stores everything or nothing.
 *
 * For each element the faults are looked for in the order A3, A7, A4, A6, A5, A8, then the rules of
 * purse and cyclic services; the first fault ends the command.
 */
export function writeBlocks(
  access: BlockAccess,
  { elements, blocks }: WritePayload,
  options: WriteOptions,
): StatusFlags {
  const { fileSystem, system, blocksMax, statusFlag1 } = access;
  if (elements.length < 1 || elements.length > blocksMax) {
    return faultOfCommand(StatusFlag2.blockCountIllegal);
  }
  const { certificate } = system;
  const stage = new WriteStage(fileSystem);
  const cyclicRun = new CyclicRun();
  const { directMayNotIncrease } = options;
  const context = { directMayNotIncrease, cyclicRun, certified: certificate?.purse };
  for (const [index, element] of elements.entries()) {
    const block = blocks[index];
    if (block === undefined) return faultOfCommand(StatusFlag2.blockCountIllegal);
    if (element.accessMode === 'key-change' && access.changeKey !== undefined) {
      const refusal = stageKeyChange(stage, access, { element, block });
      if (refusal !== undefined) return faultAt(index, refusal, statusFlag1);
      continue;
    }
    const named = namedService(access, element, PERMITTED_MODES);
    if (named.result === 'refused') return faultAt(index, named.statusFlag2, statusFlag1);
    const { service } = named;
    if (!cyclicRun.isOf(service.file)) cyclicRun.end(stage);
    const fault = stageElement(stage, { service, element, block }, context);
    if (fault !== undefined) return faultAt(index, fault, statusFlag1);
  }
  cyclicRun.end(stage);
  if (certificate !== undefined) {
    stageCertificate(stage, certificate, { fileSystem, idm: fileSystem.idmOf(system) });
  }
  if (options.memoryCondition === 'failed') return MEMORY_ERROR;
  stage.commit();
  return options.memoryCondition === 'worn' ? WORN_END : NORMAL_END;
}

function stageElement(
  stage: WriteStage,
  write: ElementWrite,
  context: WriteContext,
): StatusFlag2 | undefined {
  const { service } = write;
  if (service.kind === 'purse') return stagePurse(stage, write, context);
  const isWritable = service.access === 'read-write' && write.element.accessMode === 'normal';
  if (!isWritable) return StatusFlag2.accessNotPermitted;
  return service.kind === 'cyclic'
    ? stageCyclic(write, context.cyclicRun)
    : stageRandom(stage, write);
}

function stageRandom(
  stage: WriteStage,
  { service, element, block }: ElementWrite,
): StatusFlag2 | undefined {
  if (element.blockNumber >= service.file.blockCount) return StatusFlag2.blockNumberOutOfRange;
  stage.replaceBlock(service.file, element.blockNumber, block);
  return undefined;
}

/** A write names block 0, the newest, whatever the service holds (M617 §3.4.3). */
function stageCyclic(
  { service, element, block }: ElementWrite,
  cyclicRun: CyclicRun,
): StatusFlag2 | undefined {
  if (element.blockNumber !== 0) return StatusFlag2.accessNotPermitted;
  return cyclicRun.add(service.file, block) ? undefined : StatusFlag2.tooManyCyclicWrites;
}

function stagePurse(
  stage: WriteStage,
  { service, element, block }: ElementWrite,
  { directMayNotIncrease, certified }: WriteContext,
): StatusFlag2 | undefined {
  const { file } = service;
  const operation = purseOperationOf(service.access, element.accessMode);
  if (operation === undefined) return StatusFlag2.accessNotPermitted;
  const { blockNumber } = element;
  if (blockNumber >= file.blockCount) return StatusFlag2.blockNumberOutOfRange;
  const stored = stage.block(file, blockNumber);
  if (file.limits !== undefined) {
    const limited = writeLimitedPurse(operation, stored, { command: block, limits: file.limits });
    if (limited.result === 'refused') return limited.statusFlag2;
    if (limited.result === 'stored') stage.replaceBlock(file, blockNumber, limited.block);
    return undefined;
  }

  const before = decodePurseBlock(stored);
  const write = purseWriteOf(operation, { before, block, directMayNotIncrease });
  if (write.result === 'refused') return write.statusFlag2;
  if (write.result === 'repeated') return undefined;
  const after = encodePurseBlock(write.purse);
  // A direct write of what is stored already changes nothing, so the certificate must stay too.
  if (sameBytes(after, stored)) return undefined;
  // Our choice: a certificate speaks of one purse write, so one Write may make only one.
  if (file === certified && stage.purseWriteOf(file)) return StatusFlag2.accessNotPermitted;
  stage.replaceBlock(file, blockNumber, after);
  stage.recordPurseWrite(file, { operation, before, after: write.purse });
  return undefined;
}

function purseWriteOf(
  operation: PurseOperation,
  write: {
    readonly before: PurseBlock;
    readonly block: Uint8Array;
    readonly directMayNotIncrease: boolean;
  },
): PurseWrite {
  const { before, block, directMayNotIncrease } = write;
  switch (operation) {
    case 'direct':
      return direct(before, decodePurseBlock(block), { mayNotIncrease: directMayNotIncrease });
    case 'decrement':
      return decrement(before, decodePurseAmount(block));
    case 'cashback':
      return cashback(before, decodePurseAmount(block));
  }
}
