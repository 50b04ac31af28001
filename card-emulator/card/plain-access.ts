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
export interface PlainAccess
  extends Pick<BlockAccess, 'fileSystem' | 'system' | 'isAuthenticated' | 'statusFlag1'> {
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
  const access = { ...card, serviceCodes, blocksMax: card.personality.readBlocksMax };
  return encodeReadWithoutEncryptionResponse({ idm, ...readBlocks(access, elements) });
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
  const access = { ...card, serviceCodes, blocksMax: card.personality.writeBlocksMax };
  return encodeWriteWithoutEncryptionResponse({ idm, ...writeBlocks(access, request, options) });
}

function isServiceCountLegal(serviceCodes: readonly NodeCode[]): boolean {
  return serviceCodes.length >= 1 && serviceCodes.length <= SERVICES_MAX;
}
