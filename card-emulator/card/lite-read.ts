import assert from 'node:assert/strict';
import { BLOCK_BYTES } from '../felica/block-access.ts';
import { IDM_BYTES, type IDm, type PMm } from '../felica/identifiers.ts';
import { encodeMacBlock, LiteBlock } from '../felica/lite-s-block.ts';
import { type LiteSession, macAOfRead, macOfBlocks } from '../felica/lite-s-mac.ts';

/** What a Read sees of the card. */
export interface LiteReadView {
  readonly idm: IDm;
  readonly pmm: PMm;
  readonly session: LiteSession | undefined;
  readonly isAuthenticated: boolean;
  readonly isPollingDisabled: boolean;
  /** The content of a block that the card stores. */
  readonly stored: (blockNumber: number) => Uint8Array;
}

/** Where block STATE tells that Polling is not answered. */
export const POLLING_DISABLED_OFFSET = 8;

const SYSTEM_CODE_BLOCK: readonly number[] = [0x88, 0xb4];

/** The blocks of a Read that no rule refuses; a MAC covers what was named before it. */
export function readLiteBlocks(
  view: LiteReadView,
  blockNumbers: readonly number[],
): readonly Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (const blockNumber of blockNumbers) {
    blocks.push(macBlock(view, blockNumber, blockNumbers, blocks) ?? plainBlock(view, blockNumber));
  }
  return blocks;
}

function macBlock(
  { session }: LiteReadView,
  blockNumber: number,
  blockNumbers: readonly number[],
  before: readonly Uint8Array[],
): Uint8Array | undefined {
  if (blockNumber !== LiteBlock.mac && blockNumber !== LiteBlock.macA) return undefined;
  // Without a random challenge the Read has been refused.
  assert(session !== undefined);
  const isMac = blockNumber === LiteBlock.mac;
  return encodeMacBlock(
    isMac ? macOfBlocks(session, before) : macAOfRead(session, blockNumbers, before),
  );
}

function plainBlock(view: LiteReadView, blockNumber: number): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  switch (blockNumber) {
    case LiteBlock.dId:
      block.set(view.idm);
      block.set(view.pmm, IDM_BYTES);
      return block;
    case LiteBlock.sysC:
      block.set(SYSTEM_CODE_BLOCK);
      return block;
    case LiteBlock.state:
      block[0] = Number(view.isAuthenticated);
      block[POLLING_DISABLED_OFFSET] = Number(view.isPollingDisabled);
      return block;
    // Keys are never read. What a card finds out about its memory is not public: nothing is wrong.
    case LiteBlock.rc:
    case LiteBlock.ck:
    case LiteBlock.crcCheck:
      return block;
    default:
      return view.stored(blockNumber);
  }
}
