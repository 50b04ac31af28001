import assert from 'node:assert/strict';
import {
  BLOCK_BYTES,
  decodeReadWithoutEncryptionResponse,
  decodeWriteWithoutEncryptionResponse,
  encodeReadWithoutEncryptionRequest,
  encodeWriteWithoutEncryptionRequest,
} from '#felica/block-access';
import type { BlockListElement } from '#felica/block-list';
import { CommandCode } from '#felica/command-code';
import { type IDm, nodeCode, type PMm, sameBytes } from '#felica/identifiers';
import { decodeWriteCount, encodeMacABlock, LiteBlock } from '#felica/lite-s-block';
import { LITE_MAC_BYTES } from '#felica/lite-s-mac';
import { responseTimeOut } from '#felica/response-time';
import { isNormalEnd } from '#felica/status-flag';
import { decodeCardData } from '#purse/card-data';
import { decodeHistoryEntry, type HistoryEntry } from '#purse/history-block';
import { encodeLiteEvidence, liteEvidenceBlocks } from '#purse/lite-s-evidence';
import {
  creditedPurse,
  decrementedPurse,
  decrementedValidity,
  isLitePurseId,
  LITE_HISTORY_COUNT,
  LitePurseBlock,
  liteHistoryBlockNumber,
} from '#purse/lite-s-profile';
import {
  cardCounterOf,
  decodePurseBlock,
  type PurseBlock,
  sameExecutionId,
} from '#purse/purse-block';
import type {
  PurseCard,
  PurseSnapshot,
  PurseWrite,
  PurseWriteKind,
  PurseWriteResult,
} from '../debit/purse-card.ts';
import type { Reader } from '../reader/reader.ts';
import {
  LITE_PROOF_BLOCKS,
  type LiteAuthentication,
  type LiteChannel,
} from '../sam/lite-session.ts';
import { answerOf, exchangeWithCard } from './card-exchange.ts';

export interface LiteCardInField {
  readonly reader: Reader;
  readonly idm: IDm;
  readonly pmm: PMm;
}

export type OpenedLitePurse =
  | { readonly result: 'opened'; readonly card: PurseCard; readonly keyVersion: number }
  /** A card that says itself that it has no purse of ours. */
  | { readonly result: 'no-purse' }
  /** One that says it has, and does not know our key. */
  | { readonly result: 'not-authentic' }
  | { readonly result: 'lost' };

interface ProvenPurse {
  readonly purseBlock: Uint8Array;
  readonly evidence: Uint8Array;
}

type WholeBlock = (purse: PurseBlock, written: Uint8Array) => Uint8Array;

/** What a Standard card works out by itself. */
const WHOLE_BLOCK: Readonly<Record<PurseWriteKind, WholeBlock>> = {
  load: (_, block) => block,
  debit: decrementedPurse,
  void: creditedPurse,
};

const SERVICE = nodeCode(0x0009);
/** Blocks that one Read gives beside MAC_A. */
const BLOCKS_PER_READ = 3;

/**
 * Authenticates both ways: three exchanges. The last writes STATE, which raises WCNT: a frame of an
 * earlier session that somebody kept is dead from here on, so what is read now is final.
 */
export async function openLitePurse(
  field: LiteCardInField,
  authentication: LiteAuthentication,
): Promise<OpenedLitePurse> {
  if (!(await writeBlocks(field, [LiteBlock.rc], [authentication.challenge]))) {
    return { result: 'lost' };
  }
  const blocks = await answerToRead(field, LITE_PROOF_BLOCKS);
  if (blocks === 'lost') return { result: 'lost' };
  const [id] = blocks;
  // Nothing can be said against a card that does not claim to be ours: only the other kind is counted.
  if (id === undefined || !isLitePurseId(field.idm, id)) return { result: 'no-purse' };
  const channel = authentication.answer(blocks);
  if (channel === undefined) return { result: 'not-authentic' };
  const purse = new LitePurse(field, channel);
  const { keyVersion } = channel;
  const isOpen = await purse.authenticate();
  return isOpen ? { result: 'opened', card: purse, keyVersion } : { result: 'lost' };
}

/**
 * Our purse on a Lite-S (lite-s-profile.md). Its answers to a Write carry no MAC, so neither "done" nor
 * "refused" is believed: written is what is read back under MAC_A, and all else is lost.
 */
class LitePurse implements PurseCard {
  readonly idm: IDm;
  readonly profile = 'lite-s';
  readonly #field: LiteCardInField;
  readonly #channel: LiteChannel;
  #writeCount: number;
  #snapshot: PurseSnapshot | undefined;
  #proof: ProvenPurse | undefined;

  constructor(field: LiteCardInField, channel: LiteChannel) {
    this.idm = field.idm;
    this.#field = field;
    this.#channel = channel;
    this.#writeCount = channel.writeCount;
  }

  /** Writes STATE and reads it back. */
  async authenticate(): Promise<boolean> {
    const state = new Uint8Array(BLOCK_BYTES);
    state[0] = 1;
    return (await this.#write(LiteBlock.state, state)) && this.#holds(LiteBlock.state, state);
  }

  async read(): Promise<PurseSnapshot | undefined> {
    this.#snapshot = undefined;
    const { purse: purseNumber, cardData: dataNumber, validity: validityNumber } = LitePurseBlock;
    const blocks = await this.#read([purseNumber, dataNumber, validityNumber]);
    const [purseBlock, cardData, validity] = blocks ?? [];
    if (!(purseBlock && cardData && validity)) return undefined;
    const purse = decodePurseBlock(purseBlock);
    const counter = cardCounterOf(purse.executionId);
    const [newest] = (await this.#read([liteHistoryBlockNumber(counter)])) ?? [];
    if (newest === undefined) return undefined;
    const entry = decodeHistoryEntry(newest);
    this.#snapshot = {
      purse,
      validity: decodePurseBlock(validity),
      cardData: decodeCardData(cardData),
      newestEntry: entry?.cardCounter === counter ? entry : undefined,
    };
    return this.#snapshot;
  }

  async readHistory(): Promise<readonly HistoryEntry[] | undefined> {
    const counter = cardCounterOf(this.#known().purse.executionId);
    const entries: HistoryEntry[] = [];
    for (let slot = 0; slot < LITE_HISTORY_COUNT; slot += BLOCKS_PER_READ) {
      const count = Math.min(BLOCKS_PER_READ, LITE_HISTORY_COUNT - slot);
      const first = LitePurseBlock.history + slot;
      const blocks = await this.#read(Array.from({ length: count }, (_, index) => first + index));
      if (blocks === undefined) return undefined;
      entries.push(...blocks.flatMap((block) => decodeHistoryEntry(block) ?? []));
    }
    // Above the purse's counter an entry is an intent that never came to be.
    return entries
      .filter(({ cardCounter }) => cardCounter <= counter)
      .sort((first, second) => second.cardCounter - first.cardCounter);
  }

  async write({ kind, purseBlock, historyBlock }: PurseWrite): Promise<PurseWriteResult> {
    const { purse } = this.#known();
    const { executionId } = decodePurseBlock(purseBlock);
    if (sameExecutionId(purse.executionId, executionId)) return { result: 'written' };
    const block = WHOLE_BLOCK[kind](purse, purseBlock);
    const slot = liteHistoryBlockNumber(cardCounterOf(executionId));
    // The second MAC_A counts the first write: the card takes the purse only after the log.
    const isSent =
      (await this.#write(slot, historyBlock)) && (await this.#write(LitePurseBlock.purse, block));
    const proof = isSent ? await this.#prove(executionId) : undefined;
    return this.#writtenIf(proof !== undefined && sameBytes(proof.purseBlock, block));
  }

  /** No certificate, but the MAC_A of the purse: it convinces a holder of the card's key. */
  async readCertificate(executionId: Uint8Array): Promise<Uint8Array | undefined> {
    const proof = this.#proof ?? (await this.#prove(executionId));
    if (proof === undefined) return undefined;
    const { executionId: held } = decodePurseBlock(proof.purseBlock);
    return sameExecutionId(held, executionId) ? proof.evidence : undefined;
  }

  async block(validityBlock: Uint8Array): Promise<PurseWriteResult> {
    const block = decrementedValidity(this.#known().validity, validityBlock);
    const { validity } = LitePurseBlock;
    const isSent = await this.#write(validity, block);
    return this.#writtenIf(isSent && (await this.#holds(validity, block)));
  }

  /** Reads the purse in the way that the issuer can check. */
  async #prove(executionId: Uint8Array): Promise<ProvenPurse | undefined> {
    const numbers = liteEvidenceBlocks(cardCounterOf(executionId));
    const blocks = await readBlocks(this.#field, numbers);
    if (!(blocks && this.#channel.isAuthentic(numbers, blocks))) return undefined;
    const [purseBlock, , count, macBlock] = blocks;
    const writeCount = count && decodeWriteCount(count);
    if (!(purseBlock && macBlock) || writeCount === undefined) return undefined;
    const mac = macBlock.slice(0, LITE_MAC_BYTES);
    const evidence = encodeLiteEvidence({ mac, seed: this.#channel.seed, writeCount });
    this.#proof = { purseBlock, evidence };
    return this.#proof;
  }

  #known(): PurseSnapshot {
    assert(this.#snapshot !== undefined, 'the purse was read before');
    return this.#snapshot;
  }

  #writtenIf(isWritten: boolean): PurseWriteResult {
    return { result: isWritten ? 'written' : 'lost' };
  }

  async #holds(blockNumber: number, expected: Uint8Array): Promise<boolean> {
    const [block] = (await this.#read([blockNumber])) ?? [];
    return block !== undefined && sameBytes(block, expected);
  }

  async #read(numbers: readonly number[]): Promise<readonly Uint8Array[] | undefined> {
    const all = [...numbers, LiteBlock.macA];
    const blocks = await readBlocks(this.#field, all);
    if (blocks === undefined || !this.#channel.isAuthentic(all, blocks)) return undefined;
    return blocks.slice(0, -1);
  }

  #write(blockNumber: number, block: Uint8Array): Promise<boolean> {
    this.#proof = undefined;
    const writeCount = this.#writeCount;
    const mac = this.#channel.macOfWrite({ writeCount, blockNumber, block });
    const macBlock = encodeMacABlock({ mac, writeCount });
    this.#writeCount += 1;
    return writeBlocks(this.#field, [blockNumber, LiteBlock.macA], [block, macBlock]);
  }
}

async function readBlocks(
  field: LiteCardInField,
  numbers: readonly number[],
): Promise<readonly Uint8Array[] | undefined> {
  const blocks = await answerToRead(field, numbers);
  return blocks !== 'lost' && blocks.length === numbers.length ? blocks : undefined;
}

/** No blocks where the card refused. */
async function answerToRead(
  { reader, idm, pmm }: LiteCardInField,
  numbers: readonly number[],
): Promise<readonly Uint8Array[] | 'lost'> {
  const exchange = await exchangeWithCard(
    reader,
    encodeReadWithoutEncryptionRequest({
      idm,
      serviceCodes: [SERVICE],
      elements: elementsOf(numbers),
    }),
    responseTimeOut(pmm, 'read', numbers.length),
    answerOf(CommandCode.readWithoutEncryption, idm),
  );
  if (exchange.result === 'lost') return 'lost';
  return decodeReadWithoutEncryptionResponse(exchange.packet)?.blocks ?? 'lost';
}

/** Whether the card said that it did; nobody has proved it yet. */
async function writeBlocks(
  { reader, idm, pmm }: LiteCardInField,
  numbers: readonly number[],
  blocks: readonly Uint8Array[],
): Promise<boolean> {
  const exchange = await exchangeWithCard(
    reader,
    encodeWriteWithoutEncryptionRequest({
      idm,
      serviceCodes: [SERVICE],
      elements: elementsOf(numbers),
      blocks,
    }),
    responseTimeOut(pmm, 'write', numbers.length),
    answerOf(CommandCode.writeWithoutEncryption, idm),
  );
  if (exchange.result === 'lost') return false;
  const flags = decodeWriteWithoutEncryptionResponse(exchange.packet);
  return flags !== undefined && isNormalEnd(flags);
}

function elementsOf(numbers: readonly number[]): readonly BlockListElement[] {
  return numbers.map((blockNumber) => ({ serviceIndex: 0, accessMode: 'normal', blockNumber }));
}
