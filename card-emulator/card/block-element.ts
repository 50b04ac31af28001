import type { AccessMode, BlockListElement } from '../felica/block-list.ts';
import type { NodeCode } from '../felica/identifiers.ts';
import {
  STATUS_FLAG_1_WHOLE_COMMAND,
  StatusFlag2,
  type StatusFlags,
} from '../felica/status-flag.ts';
import type { CardFileSystem } from './card-file-system.ts';
import type { CardService, CardSystem } from './card-layout.ts';
import type { StatusFlag1Coding } from './personality.ts';
import type { KeyChange } from './secure-scheme.ts';
import { isAreaCode, SYSTEM_NODE } from './service-attribute.ts';

/** With what right a command names its blocks. */
export interface BlockAccess {
  readonly fileSystem: CardFileSystem;
  readonly system: CardSystem;
  /** The service list of a plain command, or the node list of Authentication1. */
  readonly serviceCodes: readonly NodeCode[];
  /** Whether the keys of these services have been proven. */
  readonly isAuthenticated: boolean;
  /** More than so many blocks are answered with A2. */
  readonly blocksMax: number;
  readonly statusFlag1: StatusFlag1Coding;
  /** Absent in a plain command, and in a session that cannot change keys. */
  readonly changeKey?: KeyChange | undefined;
}

/** The service that an element names, or why it names none. */
export type NamedService =
  | { readonly result: 'found'; readonly service: CardService }
  | { readonly result: 'refused'; readonly statusFlag2: StatusFlag2 };

/**
 * Finds the service of one element. Of several faults the first in this order is reported: A3
 * index, A7 access mode, A4 node type, A6 existence, A5 key. What depends on the service comes
 * after, and the block number last. The manual fixes no order; this one is an open emulator's.
 */
export function namedService(
  { system, serviceCodes, isAuthenticated }: BlockAccess,
  { serviceIndex, accessMode }: BlockListElement,
  permittedModes: readonly AccessMode[],
): NamedService {
  const code = serviceCodes[serviceIndex];
  if (code === undefined) return refused(StatusFlag2.serviceIndexIllegal);
  if (!permittedModes.includes(accessMode)) return refused(StatusFlag2.accessModeIllegal);
  if (code === SYSTEM_NODE || isAreaCode(code)) return refused(StatusFlag2.nodeTypeIllegal);
  const service = system.services.get(code);
  if (service === undefined) return refused(StatusFlag2.nodeNotFound);
  if (service.isKeyRequired && !isAuthenticated) return refused(StatusFlag2.accessNotPermitted);
  return { result: 'found', service };
}

/** The status flags of a fault in the element at `index`. */
export function faultAt(
  index: number,
  statusFlag2: StatusFlag2,
  coding: StatusFlag1Coding,
): StatusFlags {
  return { statusFlag1: coding === 'bit' ? 1 << (index % 8) : index + 1, statusFlag2 };
}

/** The status flags of a fault that belongs to no element. */
export function faultOfCommand(statusFlag2: StatusFlag2): StatusFlags {
  return { statusFlag1: STATUS_FLAG_1_WHOLE_COMMAND, statusFlag2 };
}

function refused(statusFlag2: StatusFlag2): NamedService {
  return { result: 'refused', statusFlag2 };
}
