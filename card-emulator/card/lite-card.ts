import assert from 'node:assert/strict';
import {
  decodeReadWithoutEncryptionRequest,
  decodeWriteWithoutEncryptionRequest,
  encodeReadWithoutEncryptionResponse,
  encodeWriteWithoutEncryptionResponse,
  type ReadRequest,
  type ReadResult,
  type WriteRequest,
} from '../felica/block-access.ts';
import { CommandCode } from '../felica/command-code.ts';
import { type IDm, type PMm, sameBytes } from '../felica/identifiers.ts';
import {
  decodeMacABlock,
  decodeMemoryConfiguration,
  decodeWriteCount,
  encodeWriteCount,
  LiteBlock,
  McOffset,
  type MemoryConfiguration,
  WRITE_COUNT_MAX,
} from '../felica/lite-s-block.ts';
import { deriveLiteSession, isMacAOfWrite, type LiteSession } from '../felica/lite-s-mac.ts';
import { decodePacket } from '../felica/packet.ts';
import { NORMAL_END, StatusFlag2, type StatusFlags } from '../felica/status-flag.ts';
import type { EmulatedCard } from './emulated-card.ts';
import {
  faultOfLiteRead,
  faultOfLiteWrite,
  type LiteAccess,
  LiteStatusFlag2,
  liteFaultAt,
  liteFaultOfCommand,
} from './lite-access.ts';
import { encodeLiteCardImage } from './lite-card-image.ts';
import { answerLitePolling, answerLiteSCommand } from './lite-inquiry.ts';
import {
  type LiteCardState,
  type LiteKind,
  LiteMemory,
  newLiteCardState,
  storedBlocks,
} from './lite-memory.ts';
import { POLLING_DISABLED_OFFSET, readLiteBlocks } from './lite-read.ts';
import { contentOfLiteWrite } from './lite-write.ts';
import type { MemoryCondition } from './memory-condition.ts';

export interface LiteCardOptions {
  /**
   * From this write count on a Lite-S that has been issued answers writes with the warning 71. Never
   * unless given: where a product draws the line is not public.
   */
  readonly warningWriteCount?: number;
}

/** What the card forgets without power. */
interface PoweredLite {
  readonly configuration: MemoryConfiguration;
  readonly session: LiteSession | undefined;
  readonly isAuthenticated: boolean;
  readonly isPollingDisabled: boolean;
}

/** A write that has passed all rules of rights. */
interface PermittedWrite {
  readonly blockNumber: number;
  readonly data: Uint8Array;
  readonly hasMacA: boolean;
}

/** The limit of WCNT once the card has been issued. */
const ISSUED_WRITE_COUNT_MAX = 0xff_fe00;
const STATE_SET = 0x01;

/** Throws `CardStructureError` for a state that no card can have. */
export function createLiteCard(state: LiteCardState, options: LiteCardOptions = {}): LiteCard {
  return new LiteCard(state, options);
}

/** A card as it leaves the factory. */
export function newLiteCard(
  card: { readonly kind: LiteKind; readonly idm: IDm; readonly pmm?: PMm },
  options: LiteCardOptions = {},
): LiteCard {
  return new LiteCard(newLiteCardState(card), options);
}

/**
 * An emulated FeliCa Lite or Lite-S: Polling, Read and Write Without Encryption, MAC and MAC_A
 * (lite-s.md). It is silent to a wrong IDm or length and to any other command. Nothing that it does
 * not answer changes its memory, and a Write is stored completely or not at all.
 */
export class LiteCard implements EmulatedCard {
  readonly kind: LiteKind;
  readonly idm: IDm;
  readonly pmm: PMm;
  memoryCondition: MemoryCondition = 'sound';
  readonly #memory: LiteMemory;
  readonly #warningWriteCount: number;
  #powered: PoweredLite | undefined;

  constructor(state: LiteCardState, options: LiteCardOptions = {}) {
    this.kind = state.kind;
    this.idm = state.idm;
    this.pmm = state.pmm;
    this.#memory = new LiteMemory(state);
    this.#warningWriteCount = options.warningWriteCount ?? Number.POSITIVE_INFINITY;
  }

  /** The memory configuration of this moment acts until the power goes. */
  powerOn(): void {
    this.#powered ??= {
      configuration: this.#configuration(),
      session: undefined,
      isAuthenticated: false,
      isPollingDisabled: false,
    };
  }

  powerOff(): void {
    this.#powered = undefined;
  }

  exchange(frame: Uint8Array): Uint8Array | undefined {
    const powered = this.#powered;
    if (powered === undefined) return undefined;
    switch (decodePacket(frame)?.code) {
      case CommandCode.polling:
        if (powered.isPollingDisabled) return undefined;
        return answerLitePolling(this, powered.configuration.isNdef, frame);
      case CommandCode.readWithoutEncryption: {
        const request = decodeReadWithoutEncryptionRequest(frame);
        if (request === undefined || !sameBytes(request.idm, this.idm)) return undefined;
        const result = this.#read(powered, request);
        return encodeReadWithoutEncryptionResponse({ idm: this.idm, ...result });
      }
      case CommandCode.writeWithoutEncryption: {
        const request = decodeWriteWithoutEncryptionRequest(frame);
        if (request === undefined || !sameBytes(request.idm, this.idm)) return undefined;
        const flags = this.#write(powered, request);
        return encodeWriteWithoutEncryptionResponse({ idm: this.idm, ...flags });
      }
      default:
        return this.kind === 'lite-s' ? answerLiteSCommand(this.idm, frame) : undefined;
    }
  }

  /** All that the card remembers, as text, its key included: whoever has it has the card. */
  image(): string {
    return encodeLiteCardImage(this.state());
  }

  /** What {@link createLiteCard} takes to make this card again, as it is without power. */
  state(): LiteCardState {
    const blocks = storedBlocks(this.kind).map(
      ({ number }) => [number, this.#stored(number)] as const,
    );
    return { kind: this.kind, idm: this.idm, pmm: this.pmm, blocks: new Map(blocks) };
  }

  /** A copy of a stored block, the card key among them, as nobody but the maker of this card sees it. */
  storedBlock(blockNumber: number): Uint8Array | undefined {
    return this.#memory.read(blockNumber);
  }

  get commitCount(): number {
    return this.#memory.changeCount;
  }

  /** All stored blocks in one piece, in the order of {@link storedBlocks}. */
  snapshot(): Uint8Array {
    return this.#memory.snapshot();
  }

  /**
   * Puts a {@link snapshot} of a card of this kind back. What the card holds while it has power, and
   * how MC acts, stays as it is. Throws `RangeError` for another length.
   */
  restore(memory: Uint8Array): void {
    this.#memory.restore(memory);
  }

  #read(powered: PoweredLite, request: ReadRequest): ReadResult {
    const fault = faultOfLiteRead(this.#accessOf(powered), request);
    if (fault !== undefined) return { ...fault, blocks: [] };
    const { session, isAuthenticated, isPollingDisabled } = powered;
    const { idm, pmm } = this;
    const stored = (blockNumber: number): Uint8Array => this.#stored(blockNumber);
    const blocks = readLiteBlocks(
      { idm, pmm, session, isAuthenticated, isPollingDisabled, stored },
      request.elements.map(({ blockNumber }) => blockNumber),
    );
    return { ...NORMAL_END, blocks };
  }

  #write(powered: PoweredLite, request: WriteRequest): StatusFlags {
    const fault = faultOfLiteWrite(this.#accessOf(powered), request);
    if (fault !== undefined) return fault;
    const [target] = request.elements;
    const [data, macABlock] = request.blocks;
    assert(target !== undefined && data !== undefined);
    const { blockNumber } = target;
    const write = { blockNumber, data, hasMacA: macABlock !== undefined };
    if (macABlock !== undefined && !this.#isMacAGood(powered, write, macABlock)) {
      return liteFaultAt(1, LiteStatusFlag2.macWrong);
    }
    if (blockNumber === LiteBlock.rc) return this.#challenge(powered, data);
    if (blockNumber === LiteBlock.state) return this.#writeState(powered, write);
    return this.#store(powered, write);
  }

  #isMacAGood(
    { session, configuration }: PoweredLite,
    { blockNumber, data }: PermittedWrite,
    macABlock: Uint8Array,
  ): boolean {
    const macA = decodeMacABlock(macABlock);
    const writeCount = this.#writeCount();
    if (session === undefined || macA?.writeCount !== writeCount) return false;
    if (writeCount >= writeCountMax(configuration)) return false;
    return isMacAOfWrite(session, { writeCount, blockNumber, block: data }, macA.mac);
  }

  /** RC is not stored: neither the write count nor the state of the memory has to do with it. */
  #challenge(powered: PoweredLite, challenge: Uint8Array): StatusFlags {
    const session = deriveLiteSession(this.#stored(LiteBlock.ck), challenge);
    this.#powered = { ...powered, session, isAuthenticated: false };
    return NORMAL_END;
  }

  /**
   * STATE written with MAC_A is external authentication. A plain write that would authenticate is
   * refused as a write to a block that is read only (our choice): it would prove nothing.
   */
  #writeState(powered: PoweredLite, { data, hasMacA }: PermittedWrite): StatusFlags {
    const isAuthenticated = data[0] === STATE_SET;
    if (isAuthenticated && !hasMacA && !powered.isAuthenticated) {
      return liteFaultAt(0, StatusFlag2.blockNumberOutOfRange);
    }
    if (this.memoryCondition === 'failed') return liteFaultOfCommand(StatusFlag2.memoryError);
    const isPollingDisabled = data[POLLING_DISABLED_OFFSET] === STATE_SET;
    this.#powered = { ...powered, isAuthenticated, isPollingDisabled };
    return this.#counted(powered);
  }

  #store({ configuration }: PoweredLite, { blockNumber, data }: PermittedWrite): StatusFlags {
    const { kind, idm } = this;
    const stored = this.#stored(blockNumber);
    const content = contentOfLiteWrite({ kind, idm, configuration, blockNumber, stored, data });
    if (content.result === 'refused') return liteFaultAt(0, content.statusFlag2);
    if (this.memoryCondition === 'failed') return liteFaultOfCommand(StatusFlag2.memoryError);
    this.#memory.write(blockNumber, content.block);
    const isIssue =
      blockNumber === LiteBlock.mc && stored[McOffset.all] !== content.block[McOffset.all];
    return this.#counted({ configuration }, isIssue);
  }

  /** The issue sets the count to zero instead of counting itself. */
  #counted({ configuration }: Pick<PoweredLite, 'configuration'>, isIssue = false): StatusFlags {
    let isAtWarning = false;
    if (this.kind === 'lite-s') {
      const before = this.#writeCount();
      const isAtEnd = before >= writeCountMax(configuration);
      const next = isAtEnd ? before : before + 1;
      const writeCount = isIssue ? 0 : next;
      this.#memory.write(LiteBlock.wcnt, encodeWriteCount(writeCount));
      const isIssued = !configuration.areSystemBlocksWritable;
      isAtWarning = isIssued && writeCount >= this.#warningWriteCount;
    }
    if (!isAtWarning && this.memoryCondition !== 'worn') return NORMAL_END;
    return liteFaultOfCommand(StatusFlag2.rewriteCountExceeded);
  }

  #accessOf({ configuration, session, isAuthenticated }: PoweredLite): LiteAccess {
    return { kind: this.kind, configuration, hasSession: session !== undefined, isAuthenticated };
  }

  #configuration(): MemoryConfiguration {
    const configuration = decodeMemoryConfiguration(this.#stored(LiteBlock.mc));
    assert(configuration !== undefined);
    return configuration;
  }

  #writeCount(): number {
    const writeCount = decodeWriteCount(this.#stored(LiteBlock.wcnt));
    assert(writeCount !== undefined);
    return writeCount;
  }

  #stored(blockNumber: number): Uint8Array {
    const block = this.#memory.read(blockNumber);
    assert(block !== undefined);
    return block;
  }
}

function writeCountMax(configuration: MemoryConfiguration): number {
  return configuration.areSystemBlocksWritable ? WRITE_COUNT_MAX : ISSUED_WRITE_COUNT_MAX;
}
