import type { ReadRequest } from '../felica/block-access.ts';
import type { BlockListElement } from '../felica/block-list.ts';
import {
  isInMask,
  LiteBlock,
  type MemoryConfiguration,
  READ_BLOCKS_MAX_LITE,
} from '../felica/lite-s-block.ts';
import {
  STATUS_FLAG_1_WHOLE_COMMAND,
  StatusFlag2,
  type StatusFlags,
} from '../felica/status-flag.ts';
import type { LiteKind } from './lite-memory.ts';

/** What decides over a command, besides the command itself. */
export interface LiteAccess {
  readonly kind: LiteKind;
  /** As it was when the card got power: what is written to MC acts from the next power-up. */
  readonly configuration: MemoryConfiguration;
  /** Whether RC has been written since the card got power. */
  readonly hasSession: boolean;
  /** STATE.EXT_AUTH. */
  readonly isAuthenticated: boolean;
}

/** Status flag 2 of Lite and Lite-S; the other values are those of every card. */
export const LiteStatusFlag2 = {
  /** MAC and MAC_A in one Read. */
  macsMixed: 0xb0,
  /** The block asks for external authentication. */
  authenticationRequired: 0xb1,
  /** Wrong MAC_A or write count, no random challenge, or a write count at its limit. */
  macWrong: 0xb2,
} as const;

const SERVICE_READ_WRITE = 0x0009;
const SERVICE_READ_ONLY = 0x000b;

/** 1 block, or on a Lite-S 2: the target and MAC_A. */
const WRITE_BLOCKS_MAX: Readonly<Record<LiteKind, number>> = { lite: 1, 'lite-s': 2 };

const LITE_S_ONLY: readonly number[] = [
  LiteBlock.wcnt,
  LiteBlock.macA,
  LiteBlock.state,
  LiteBlock.crcCheck,
];

/** Blocks that no command writes. MAC_A is written behind another block, never as the target. */
const READ_ONLY: readonly number[] = [
  LiteBlock.mac,
  LiteBlock.dId,
  LiteBlock.sysC,
  LiteBlock.wcnt,
  LiteBlock.macA,
  LiteBlock.crcCheck,
];

/** Bit 15 of the writable blocks: MC itself. */
const MC_WRITABLE = 0x8000;

/**
 * Why the card refuses a Read. Of several faults the first in this order is reported: A1 number of
 * services, A2 number of blocks, A6 service; then block by block A3 index, A7 access mode, A8
 * existence, B2 no random challenge, B1 external authentication; then B0.
 */
export function faultOfLiteRead(access: LiteAccess, request: ReadRequest): StatusFlags | undefined {
  const { elements } = request;
  const [first] = elements;
  // A MAC with nothing before it protects nothing: as a number of blocks to protect, zero is illegal.
  const isCountLegal =
    first !== undefined &&
    elements.length <= READ_BLOCKS_MAX_LITE &&
    !isMacOfCard(access.kind, first.blockNumber);
  const fault =
    faultOfServices(request, [SERVICE_READ_WRITE, SERVICE_READ_ONLY], isCountLegal) ??
    firstFault(elements, (element) => faultOfReadElement(access, element));
  return fault ?? faultOfMixedMacs(elements);
}

/**
 * Why the card refuses a Write before it looks at MAC_A and data, in the order of
 * {@link faultOfLiteRead}: A8 is here also a block that is read only, or only without MAC_A.
 */
export function faultOfLiteWrite(
  access: LiteAccess,
  request: ReadRequest,
): StatusFlags | undefined {
  const { elements } = request;
  const [target, second] = elements;
  const isCountLegal =
    target !== undefined &&
    elements.length <= WRITE_BLOCKS_MAX[access.kind] &&
    (second === undefined || second.blockNumber === LiteBlock.macA);
  const fault =
    faultOfServices(request, [SERVICE_READ_WRITE], isCountLegal) ??
    firstFault(elements, (element) => faultOfForm(access.kind, element));
  if (fault !== undefined || target === undefined) return fault;
  const { blockNumber } = target;
  if (!isLiteWritable(access, blockNumber, second !== undefined)) {
    return liteFaultAt(0, StatusFlag2.blockNumberOutOfRange);
  }
  const isRestricted = isInMask(access.configuration.writeRestricted, blockNumber);
  if (isRestricted && !access.isAuthenticated) {
    return liteFaultAt(0, LiteStatusFlag2.authenticationRequired);
  }
  return undefined;
}

/** The status flags of a fault at a place in the block list: one bit for each place. */
export function liteFaultAt(index: number, statusFlag2: number): StatusFlags {
  return { statusFlag1: 1 << index, statusFlag2 };
}

/** The status flags of what belongs to no place. */
export function liteFaultOfCommand(statusFlag2: number): StatusFlags {
  return { statusFlag1: STATUS_FLAG_1_WHOLE_COMMAND, statusFlag2 };
}

/** Whether bytes 0, 1 and 6 to 12 of MC may be written. */
export function isMcWritable(configuration: MemoryConfiguration): boolean {
  return (configuration.writable & MC_WRITABLE) !== 0;
}

export function hasLiteBlock(kind: LiteKind, blockNumber: number): boolean {
  if (kind === 'lite' && LITE_S_ONLY.includes(blockNumber)) return false;
  return blockNumber < LiteBlock.reg || BLOCK_NUMBERS.has(blockNumber);
}

const BLOCK_NUMBERS: ReadonlySet<number> = new Set(Object.values(LiteBlock));

function isLiteWritable(
  { kind, configuration }: LiteAccess,
  blockNumber: number,
  hasMacA: boolean,
): boolean {
  const areSystemBlocksWritable = configuration.areSystemBlocksWritable;
  if (READ_ONLY.includes(blockNumber)) return false;
  switch (blockNumber) {
    case LiteBlock.rc:
      return true;
    case LiteBlock.id:
    case LiteBlock.serC:
      return areSystemBlocksWritable;
    case LiteBlock.ckv:
    case LiteBlock.ck: {
      const isOpenWithMacA = kind === 'lite-s' && configuration.isCardKeyWritableWithMacA;
      return areSystemBlocksWritable || (isOpenWithMacA && hasMacA);
    }
    case LiteBlock.mc:
      return areSystemBlocksWritable || isMcWritable(configuration);
    case LiteBlock.state:
      return hasMacA || !configuration.isStateMacARequired;
    default: {
      const isMacAMissing = isInMask(configuration.macARequired, blockNumber) && !hasMacA;
      return isInMask(configuration.writable, blockNumber) && !isMacAMissing;
    }
  }
}

function faultOfServices(
  { serviceCodes }: ReadRequest,
  permitted: readonly number[],
  isCountLegal: boolean,
): StatusFlags | undefined {
  const [service] = serviceCodes;
  if (service === undefined || serviceCodes.length > 1) {
    return liteFaultOfCommand(StatusFlag2.serviceCountIllegal);
  }
  if (!isCountLegal) return liteFaultOfCommand(StatusFlag2.blockCountIllegal);
  return permitted.includes(service) ? undefined : liteFaultAt(0, StatusFlag2.nodeNotFound);
}

function faultOfReadElement(access: LiteAccess, element: BlockListElement): number | undefined {
  const fault = faultOfForm(access.kind, element);
  if (fault !== undefined) return fault;
  const { blockNumber } = element;
  if (isMacOfCard(access.kind, blockNumber) && !access.hasSession) return LiteStatusFlag2.macWrong;
  const isRestricted = isInMask(access.configuration.readRestricted, blockNumber);
  if (isRestricted && !access.isAuthenticated) return LiteStatusFlag2.authenticationRequired;
  return undefined;
}

function faultOfForm(kind: LiteKind, element: BlockListElement): number | undefined {
  if (element.serviceIndex !== 0) return StatusFlag2.serviceIndexIllegal;
  if (element.accessMode !== 'normal') return StatusFlag2.accessModeIllegal;
  if (!hasLiteBlock(kind, element.blockNumber)) return StatusFlag2.blockNumberOutOfRange;
  return undefined;
}

/** Names the later of the two. */
function faultOfMixedMacs(elements: readonly BlockListElement[]): StatusFlags | undefined {
  const positions = [LiteBlock.mac, LiteBlock.macA].map((mac) =>
    elements.findIndex(({ blockNumber }) => blockNumber === mac),
  );
  if (positions.includes(-1)) return undefined;
  return liteFaultAt(Math.max(...positions), LiteStatusFlag2.macsMixed);
}

function isMacOfCard(kind: LiteKind, blockNumber: number): boolean {
  return blockNumber === LiteBlock.mac || (kind === 'lite-s' && blockNumber === LiteBlock.macA);
}

function firstFault(
  elements: readonly BlockListElement[],
  faultOf: (element: BlockListElement) => number | undefined,
): StatusFlags | undefined {
  for (const [index, element] of elements.entries()) {
    const statusFlag2 = faultOf(element);
    if (statusFlag2 !== undefined) return liteFaultAt(index, statusFlag2);
  }
  return undefined;
}
