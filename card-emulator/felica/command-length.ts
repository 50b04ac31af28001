import { AES_BLOCK_BYTES } from './aes-block.ts';
import { BLOCK_BYTES } from './block-access.ts';
import { decodeBlockList } from './block-list.ts';
import { CommandCode } from './command-code.ts';
import { DES_BLOCK_BYTES } from './des-block.ts';
import { IDM_BYTES, NODE_CODE_BYTES } from './identifiers.ts';
import { PACKET_HEADER_BYTES } from './packet.ts';

const HEAD_BYTES = PACKET_HEADER_BYTES + IDM_BYTES;

/** Whole packets of commands whose parameters have one length. */
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
  [CommandCode.authentication2, HEAD_BYTES + DES_BLOCK_BYTES],
  [CommandCode.authentication2V2, HEAD_BYTES + AES_BLOCK_BYTES],
]);

/** Where the number of nodes stands, and the nodes behind it, in commands that end with them. */
const NODE_COUNT_OFFSETS: ReadonlyMap<number, number> = new Map<number, number>([
  [CommandCode.requestService, HEAD_BYTES],
  [CommandCode.requestServiceV2, HEAD_BYTES],
  [CommandCode.requestBlockInformation, HEAD_BYTES],
  [CommandCode.getNodeProperty, HEAD_BYTES + 1],
]);

/**
 * The bytes that a command in clear has up to the end of its parameters, so that a card can tell one
 * that is cut short, and one with bytes behind them. `undefined` where the parameters end before they
 * tell their own length, and for every other command: those have no parameters behind which bytes
 * could stand.
 */
export function commandLength(packet: Uint8Array): number | undefined {
  const code = packet[1];
  if (code === undefined) return undefined;
  const fixed = FIXED_LENGTHS.get(code);
  if (fixed !== undefined) return fixed;
  const countOffset = NODE_COUNT_OFFSETS.get(code);
  if (countOffset !== undefined) return nodesEnd(packet, countOffset);
  switch (code) {
    case CommandCode.readWithoutEncryption:
      return blockListEnd(packet, 0);
    case CommandCode.writeWithoutEncryption:
      return blockListEnd(packet, BLOCK_BYTES);
    case CommandCode.authentication1: {
      const areasEnd = nodesEnd(packet, HEAD_BYTES);
      return behind(areasEnd && nodesEnd(packet, areasEnd), DES_BLOCK_BYTES);
    }
    case CommandCode.authentication1V2:
      return behind(nodesEnd(packet, HEAD_BYTES + 1), AES_BLOCK_BYTES);
    default:
      return undefined;
  }
}

function behind(end: number | undefined, byteCount: number): number | undefined {
  return end === undefined ? undefined : end + byteCount;
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
