import { BLOCK_BYTES } from '../felica/block-access.ts';
import { IDM_BYTES, type IDm, type PMm, pmm } from '../felica/identifiers.ts';
import {
  decodeMemoryConfiguration,
  decodeWriteCount,
  encodeMemoryConfiguration,
  encodeWriteCount,
  LiteBlock,
  McOffset,
  S_PAD_COUNT,
} from '../felica/lite-s-block.ts';
import { CardStructureError } from './card-error.ts';

export type LiteKind = 'lite' | 'lite-s';

/** All of a FeliCa Lite or Lite-S that survives without power. It holds the card key. */
export interface LiteCardState {
  readonly kind: LiteKind;
  readonly idm: IDm;
  readonly pmm: PMm;
  /** Each block of {@link storedBlocks} by its number, 16 bytes each, and no other. */
  readonly blocks: ReadonlyMap<number, Uint8Array>;
}

/** Name and number of a block, as in the memory map of the card. */
export interface NamedBlock {
  readonly name: string;
  readonly number: number;
}

/** RC and STATE are forgotten without power; MAC, D_ID, SYS_C and CRC_CHECK are made when read. */
const LITE_BLOCKS: readonly NamedBlock[] = [
  ...Array.from({ length: S_PAD_COUNT }, (_, number) => ({ name: `S_PAD${number}`, number })),
  { name: 'REG', number: LiteBlock.reg },
  { name: 'ID', number: LiteBlock.id },
  { name: 'SER_C', number: LiteBlock.serC },
  { name: 'CKV', number: LiteBlock.ckv },
  { name: 'CK', number: LiteBlock.ck },
  { name: 'MC', number: LiteBlock.mc },
];

const LITE_S_BLOCKS: readonly NamedBlock[] = [
  ...LITE_BLOCKS,
  { name: 'WCNT', number: LiteBlock.wcnt },
];

const SLOT_BY_BLOCK: ReadonlyMap<number, number> = new Map(
  LITE_S_BLOCKS.map(({ number }, slot) => [number, slot]),
);

const IC_PARAMETERS: Readonly<Record<LiteKind, PMm>> = {
  // The times are those of the Lite-S: what a Lite says of itself no source at hand shows.
  lite: pmm(Uint8Array.of(0x00, 0xf0, 0x00, 0x00, 0x00, 0x01, 0x43, 0x00)),
  'lite-s': pmm(Uint8Array.of(0x00, 0xf1, 0x00, 0x00, 0x00, 0x01, 0x43, 0x00)),
};

/** What a card from the factory has counted; the issue sets it to zero. */
const FACTORY_WRITE_COUNT = 0xff_fe00;

/** The blocks that a card of this kind stores, in the order of a snapshot. */
export function storedBlocks(kind: LiteKind): readonly NamedBlock[] {
  return kind === 'lite' ? LITE_BLOCKS : LITE_S_BLOCKS;
}

/**
 * A card as it leaves the factory: REG all FF, all blocks writable, no answer to 12FC. That user
 * blocks, card key, its version and the service code are zeros is our choice.
 */
export function newLiteCardState(card: {
  readonly kind: LiteKind;
  readonly idm: IDm;
  readonly pmm?: PMm;
}): LiteCardState {
  const { kind, idm } = card;
  const blocks = new Map(
    storedBlocks(kind).map(({ number }) => [number, new Uint8Array(BLOCK_BYTES)]),
  );
  const idBlock = new Uint8Array(BLOCK_BYTES);
  idBlock.set(idm);
  blocks.set(LiteBlock.id, idBlock);
  blocks.set(LiteBlock.reg, new Uint8Array(BLOCK_BYTES).fill(0xff));
  const configuration = encodeMemoryConfiguration({
    writable: 0xffff,
    areSystemBlocksWritable: true,
    isNdef: false,
    isCardKeyWritableWithMacA: false,
    readRestricted: 0,
    writeRestricted: 0,
    macARequired: 0,
    isStateMacARequired: false,
  });
  blocks.set(LiteBlock.mc, Uint8Array.from(configuration));
  if (kind === 'lite-s') {
    blocks.set(LiteBlock.wcnt, Uint8Array.from(encodeWriteCount(FACTORY_WRITE_COUNT)));
  }
  return { kind, idm, pmm: card.pmm ?? IC_PARAMETERS[kind], blocks };
}

/** Throws `CardStructureError` for a state that no card can have. */
export function requireLiteCardState(state: LiteCardState): void {
  const stored = storedBlocks(state.kind);
  for (const { name, number } of stored) {
    if (state.blocks.get(number)?.length === BLOCK_BYTES) continue;
    throw new CardStructureError(`blocks.${name}`, `expected ${BLOCK_BYTES} bytes`);
  }
  if (state.blocks.size !== stored.length) {
    throw new CardStructureError('blocks', `expected the ${stored.length} blocks of the card`);
  }
  requireLiteContents(state.kind, (blockNumber) => state.blocks.get(blockNumber));
}

/** The stored blocks of one card in one piece of memory, 320 or 336 bytes: many cards fit in a process. */
export class LiteMemory {
  readonly #kind: LiteKind;
  readonly #bytes: Uint8Array;
  #changeCount = 0;

  constructor(state: LiteCardState) {
    requireLiteCardState(state);
    this.#kind = state.kind;
    this.#bytes = new Uint8Array(state.blocks.size * BLOCK_BYTES);
    for (const [number, block] of state.blocks) this.write(number, block);
  }

  /** A copy; `undefined` for a block that the card does not store. */
  read(blockNumber: number): Uint8Array | undefined {
    return blockIn(this.#bytes, blockNumber);
  }

  /** A block that the card stores: others are a mistake of ours. */
  write(blockNumber: number, block: Uint8Array): void {
    const start = startIn(this.#bytes, blockNumber);
    if (start === undefined || block.length !== BLOCK_BYTES) {
      throw new RangeError('block: expected 16 bytes for a block that the card stores');
    }
    this.#bytes.set(block, start);
    this.#changeCount += 1;
  }

  /** Rises with every block that is written. */
  get changeCount(): number {
    return this.#changeCount;
  }

  snapshot(): Uint8Array {
    return this.#bytes.slice();
  }

  /** Throws `RangeError` for another length than {@link snapshot} gives, or what no card holds. */
  restore(memory: Uint8Array): void {
    if (memory.length !== this.#bytes.length) {
      throw new RangeError(`memory: expected ${this.#bytes.length} bytes, got ${memory.length}`);
    }
    requireLiteContents(this.#kind, (blockNumber) => blockIn(memory, blockNumber));
    this.#bytes.set(memory);
    this.#changeCount += 1;
  }
}

/** Whether block ID names the card, as it must when it is written. */
export function isIdBlockOf(idm: IDm, block: Uint8Array): boolean {
  return block.subarray(0, IDM_BYTES).every((byte, index) => byte === idm[index]);
}

/** MC and WCNT steer the card: it must be able to read them whatever comes. */
function requireLiteContents(
  kind: LiteKind,
  blockOf: (blockNumber: number) => Uint8Array | undefined,
): void {
  const configuration = blockOf(LiteBlock.mc) ?? new Uint8Array(0);
  const isConfiguration =
    decodeMemoryConfiguration(configuration) !== undefined &&
    (kind === 'lite-s' || configuration.subarray(McOffset.cardKeyWithMacA).every(isZero));
  if (!isConfiguration) {
    throw new CardStructureError('blocks.MC', 'expected a memory configuration');
  }
  const writeCount = blockOf(LiteBlock.wcnt);
  if (writeCount !== undefined && decodeWriteCount(writeCount) === undefined) {
    throw new CardStructureError('blocks.WCNT', 'expected three bytes and zeros');
  }
}

function blockIn(memory: Uint8Array, blockNumber: number): Uint8Array | undefined {
  const start = startIn(memory, blockNumber);
  return start === undefined ? undefined : memory.slice(start, start + BLOCK_BYTES);
}

/** A Lite has one slot less than a Lite-S: its memory ends before WCNT. */
function startIn(memory: Uint8Array, blockNumber: number): number | undefined {
  const slot = SLOT_BY_BLOCK.get(blockNumber);
  if (slot === undefined || slot * BLOCK_BYTES >= memory.length) return undefined;
  return slot * BLOCK_BYTES;
}

function isZero(byte: number): boolean {
  return byte === 0;
}
