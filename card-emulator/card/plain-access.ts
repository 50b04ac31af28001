import {
  decodeReadWithoutEncryptionRequest,
  decodeWriteWithoutEncryptionRequest,
  encodeReadWithoutEncryptionResponse,
  encodeWriteWithoutEncryptionResponse,
  SERVICES_MAX,
} from '../felica/block-access.ts';
import type { NodeCode } from '../felica/identifiers.ts';
import { StatusFlag2, type StatusFlags } from '../felica/status-flag.ts';
import { type BlockAccess, faultOfCommand } from './block-element.ts';
import { readBlocks } from './block-read.ts';
import { type WriteOptions, writeBlocks } from './block-write.ts';
import type { Personality } from './personality.ts';

/** The card in Mode 0: plain access exists there only, so whoever began to authenticate shall finish. */
export interface PlainAccess extends Pick<BlockAccess, 'fileSystem' | 'system'> {
  readonly personality: Personality;
}

const SERVICE_COUNT_FAULT: StatusFlags = faultOfCommand(StatusFlag2.serviceCountIllegal);

/** Answers Read Without Encryption; `undefined` is silence. */
export function readWithoutEncryption(
  frame: Uint8Array,
  card: PlainAccess,
): Uint8Array | undefined {
  const request = decodeReadWithoutEncryptionRequest(frame);
  if (request === undefined) return undefined;
  const { idm, serviceCodes, elements } = request;
  if (!isServiceCountLegal(serviceCodes)) {
    return encodeReadWithoutEncryptionResponse({ idm, ...SERVICE_COUNT_FAULT, blocks: [] });
  }
  const access = plainAccess(card, serviceCodes, card.personality.readBlocksMax);
  const { statusFlag1, statusFlag2, blocks } = readBlocks(access, elements);
  return encodeReadWithoutEncryptionResponse({ idm, statusFlag1, statusFlag2, blocks });
}

/** Answers Write Without Encryption; `undefined` is silence. */
export function writeWithoutEncryption(
  frame: Uint8Array,
  card: PlainAccess,
  options: WriteOptions,
): Uint8Array | undefined {
  const request = decodeWriteWithoutEncryptionRequest(frame);
  if (request === undefined) return undefined;
  const { idm, serviceCodes } = request;
  if (!isServiceCountLegal(serviceCodes)) {
    return encodeWriteWithoutEncryptionResponse({ idm, ...SERVICE_COUNT_FAULT });
  }
  const access = plainAccess(card, serviceCodes, card.personality.writeBlocksMax);
  const { statusFlag1, statusFlag2 } = writeBlocks(access, request, options);
  return encodeWriteWithoutEncryptionResponse({ idm, statusFlag1, statusFlag2 });
}

/** Field by field, because this runs for every frame and a spread costs as much as the read. */
function plainAccess(
  { fileSystem, system, personality }: PlainAccess,
  serviceCodes: readonly NodeCode[],
  blocksMax: number,
): BlockAccess {
  const { statusFlag1 } = personality;
  return { fileSystem, system, serviceCodes, isAuthenticated: false, blocksMax, statusFlag1 };
}

function isServiceCountLegal(serviceCodes: readonly NodeCode[]): boolean {
  return serviceCodes.length >= 1 && serviceCodes.length <= SERVICES_MAX;
}
