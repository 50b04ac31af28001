import { BLOCK_BYTES } from './block-access.ts';
import { decodeBlockList } from './block-list.ts';
import { CommandCode } from './command-code.ts';
import { IDM_BYTES, NODE_CODE_BYTES } from './identifiers.ts';
import { PACKET_HEADER_BYTES } from './packet.ts';

const HEAD_BYTES = PACKET_HEADER_BYTES + IDM_BYTES;

/** Whole packets of plain commands whose parameters have one length. */
const FIXED_LENGTHS: ReadonlyMap<number, number> = new Map<number, number>([
  [CommandCode.polling, 6],
  [CommandCode.requestResponse, HEAD_BYTES],
  [CommandCode.searchServiceCode, HEAD_BYTES + 2],
  [CommandCode.requestSystemCode, HEAD_BYTES],
  [CommandCode.requestCodeList, HEAD_BYTES + 4],
  [CommandCode.getContainerIssueInformation, HEAD_BYTES + 2],
  [CommandCode.getAreaInformation, HEAD_BYTES + 2],
  [CommandCode.getSystemStatus, HEAD_BYTES + 2],
  [CommandCode.requestProductInformation, HEAD_BYTES + 2],
  [CommandCode.requestSpecificationVersion, HEAD_BYTES + 2],
  [CommandCode.resetMode, HEAD_BYTES + 2],
  [CommandCode.getContainerId, PACKET_HEADER_BYTES + 2],
]);

/** Where the number of nodes stands, and the nodes behind it, in the other plain commands. */
const NODE_COUNT_OFFSETS: ReadonlyMap<number, number> = new Map<number, number>([
  [CommandCode.requestService, HEAD_BYTES],
  [CommandCode.requestServiceV2, HEAD_BYTES],
  [CommandCode.requestBlockInformation, HEAD_BYTES],
  [CommandCode.getNodeProperty, HEAD_BYTES + 1],
]);

/**
 * The bytes that a plain command has up to the end of its parameters, so that a card which answers
 * no others can compare. `undefined` for parameters cut short, and for every other command: those
 * have no parameters behind which bytes could stand.
 */
export function commandLength(packet: Uint8Array): number | undefined {
  const code = packet[1];
  if (code === undefined) return undefined;
  const fixed = FIXED_LENGTHS.get(code);
  if (fixed !== undefined) return fixed;
  const countOffset = NODE_COUNT_OFFSETS.get(code);
  if (countOffset !== undefined) return nodesEnd(packet, countOffset);
  if (code === CommandCode.readWithoutEncryption) return blockListEnd(packet, 0);
  return code === CommandCode.writeWithoutEncryption
    ? blockListEnd(packet, BLOCK_BYTES)
    : undefined;
}

function nodesEnd(packet: Uint8Array, countOffset: number): number | undefined {
  const count = packet[countOffset];
  return count === undefined ? undefined : countOffset + 1 + count * NODE_CODE_BYTES;
}

function blockListEnd(packet: Uint8Array, bytesAnElement: number): number | undefined {
  const countOffset = nodesEnd(packet, HEAD_BYTES);
  const count = countOffset === undefined ? undefined : packet[countOffset];
  if (countOffset === undefined || count === undefined) return undefined;
  const listOffset = countOffset + 1;
  const list = decodeBlockList(packet.subarray(listOffset), count);
  return list && listOffset + list.byteCount + count * bytesAnElement;
}
