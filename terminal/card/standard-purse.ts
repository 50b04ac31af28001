import {
  decodeReadResult,
  decodeWriteResult,
  encodeReadPayload,
  encodeWritePayload,
  READ_BLOCKS_MAX,
} from '#felica/block-access';
import type { BlockListElement } from '#felica/block-list';
import { CommandCode, responseCodeOf } from '#felica/command-code';
import type { IDm, PMm } from '#felica/identifiers';
import { responseTimeOut } from '#felica/response-time';
import { formatStatusFlags, isNormalEnd, StatusFlag2 } from '#felica/status-flag';
import { decodeCardData } from '#purse/card-data';
import { HISTORY_ENTRY_COUNT } from '#purse/card-profile';
import { decodeHistoryEntry, type HistoryEntry } from '#purse/history-block';
import { decodePurseBlock, sameExecutionId } from '#purse/purse-block';
import { decodeCertificateBlock } from '#purse/transaction-certificate';
import type {
  PurseCard,
  PurseSnapshot,
  PurseWrite,
  PurseWriteResult,
} from '../debit/purse-card.ts';
import type { Reader } from '../reader/reader.ts';
import type { SecureChannel } from '../sam/sam.ts';
import { answerOf, exchangeWithCard } from './card-exchange.ts';

/** Where our services stand in the session that every SAM of ours opens (software-sam.ts). */
const PURSE_INDEX = 0;
const HISTORY_INDEX = 1;
const CARD_DATA_INDEX = 2;
const CERTIFICATE_INDEX = 3;
const VALIDITY_INDEX = 4;

/** The log has 20 entries; one Read takes 15 blocks. */
const HISTORY_READS: readonly (readonly BlockListElement[])[] = [
  historyElements(0, READ_BLOCKS_MAX),
  historyElements(READ_BLOCKS_MAX, HISTORY_ENTRY_COUNT),
];

export interface StandardPurseCard {
  readonly reader: Reader;
  readonly idm: IDm;
  readonly pmm: PMm;
  readonly channel: SecureChannel;
}

/** Our purse on a FeliCa Standard card, after mutual authentication of AES type. */
export function standardPurse(card: StandardPurseCard): PurseCard {
  return {
    idm: card.idm,
    profile: undefined,
    read: () => readPurse(card),
    readHistory: () => readHistory(card),
    write: (write) => writePurse(card, write),
    readCertificate: (executionId) => readCertificate(card, executionId),
    block: (validityBlock) => writeBlocks(card, [element(VALIDITY_INDEX)], [validityBlock]),
  };
}

async function readPurse(card: StandardPurseCard): Promise<PurseSnapshot | undefined> {
  const blocks = await readBlocks(card, [
    element(PURSE_INDEX),
    element(CARD_DATA_INDEX),
    element(HISTORY_INDEX),
    element(VALIDITY_INDEX),
    element(CERTIFICATE_INDEX),
  ]);
  const [purseBlock, cardData, newest, validity, certificate] = blocks ?? [];
  if (!(purseBlock && cardData && newest && validity && certificate)) return undefined;
  const purse = decodePurseBlock(purseBlock);
  return {
    purse,
    lastCertificate: certificateOf(certificate, purse.executionId),
    validity: decodePurseBlock(validity),
    cardData: decodeCardData(cardData),
    newestEntry: decodeHistoryEntry(newest),
  };
}

async function readHistory(card: StandardPurseCard): Promise<readonly HistoryEntry[] | undefined> {
  const entries: HistoryEntry[] = [];
  for (const elements of HISTORY_READS) {
    const blocks = await readBlocks(card, elements);
    if (blocks === undefined) return undefined;
    entries.push(...blocks.map(decodeHistoryEntry).filter(isEntry));
  }
  return entries;
}

function writePurse(
  card: StandardPurseCard,
  { kind, purseBlock, historyBlock }: PurseWrite,
): Promise<PurseWriteResult> {
  const purse = element(PURSE_INDEX);
  const elements = [
    kind === 'void' ? { ...purse, accessMode: 'cashback' as const } : purse,
    element(HISTORY_INDEX),
  ];
  return writeBlocks(card, elements, [purseBlock, historyBlock]);
}

async function writeBlocks(
  card: StandardPurseCard,
  elements: readonly BlockListElement[],
  blocks: readonly Uint8Array[],
): Promise<PurseWriteResult> {
  const payload = encodeWritePayload(elements, blocks);
  const answer = await exchangeSecurely(card, CommandCode.writeV2, payload, elements.length);
  const flags = answer && decodeWriteResult(answer);
  // A memory error is fatal and does not say how far the card came (M617 §4.5.2): it is no refusal.
  const isOpen = flags === undefined || flags.statusFlag2 === StatusFlag2.memoryError;
  if (isOpen) return { result: 'lost' };
  return isNormalEnd(flags)
    ? { result: 'written' }
    : { result: 'refused', detail: formatStatusFlags(flags) };
}

async function readCertificate(
  card: StandardPurseCard,
  executionId: Uint8Array,
): Promise<Uint8Array | undefined> {
  const [block] = (await readBlocks(card, [element(CERTIFICATE_INDEX)])) ?? [];
  return block && certificateOf(block, executionId);
}

/** `undefined` for a block that speaks of another write, or of none. */
function certificateOf(block: Uint8Array, executionId: Uint8Array): Uint8Array | undefined {
  const content = decodeCertificateBlock(block);
  if (content === undefined || !sameExecutionId(content.executionId, executionId)) return undefined;
  return content.certificate;
}

/** As many blocks as elements, or `undefined`. */
async function readBlocks(
  card: StandardPurseCard,
  elements: readonly BlockListElement[],
): Promise<readonly Uint8Array[] | undefined> {
  const payload = encodeReadPayload(elements);
  const answer = await exchangeSecurely(card, CommandCode.readV2, payload, elements.length);
  const result = answer && decodeReadResult(answer);
  return result?.blocks.length === elements.length ? result.blocks : undefined;
}

async function exchangeSecurely(
  { reader, pmm, channel }: StandardPurseCard,
  command: typeof CommandCode.readV2 | typeof CommandCode.writeV2,
  payload: Uint8Array,
  blockCount: number,
): Promise<Uint8Array | undefined> {
  const packet = await channel.seal(command, payload);
  const kind = command === CommandCode.readV2 ? 'read' : 'write';
  const waitMs = responseTimeOut(pmm, kind, blockCount);
  const exchange = await exchangeWithCard(reader, packet, waitMs, answerOf(command, undefined));
  if (exchange.result === 'lost') return undefined;
  return channel.open(responseCodeOf(command), exchange.packet);
}

function element(serviceIndex: number, blockNumber = 0): BlockListElement {
  return { serviceIndex, accessMode: 'normal', blockNumber };
}

function historyElements(from: number, to: number): readonly BlockListElement[] {
  return Array.from({ length: to - from }, (_, index) => element(HISTORY_INDEX, from + index));
}

function isEntry(entry: HistoryEntry | undefined): entry is HistoryEntry {
  return entry !== undefined;
}
