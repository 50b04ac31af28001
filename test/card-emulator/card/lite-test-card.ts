import { idm, pmm } from '#felica/identifiers';
import {
  encodeMacABlock,
  encodeMemoryConfiguration,
  encodeWriteCount,
  LiteBlock,
  type MemoryConfiguration,
} from '#felica/lite-s-block';
import { deriveLiteSession, macAOfWrite } from '#felica/lite-s-mac';
import {
  createLiteCard,
  type LiteCard,
  type LiteCardOptions,
} from '../../../card-emulator/card/lite-card.ts';
import { type LiteKind, newLiteCardState } from '../../../card-emulator/card/lite-memory.ts';
import vectors from '../../vectors/felica-lite-s.json' with { type: 'json' };
import { frame, hex, toHex } from './test-card.ts';

/** The IDm of the vectors, in frames. */
export const I = '0102030405060708';
export const CARD_KEY: Uint8Array = hex(vectors.cardKey);
export const CHALLENGE: Uint8Array = hex(vectors.challenge);

export const OPEN: MemoryConfiguration = {
  writable: 0xffff,
  areSystemBlocksWritable: true,
  isNdef: false,
  isCardKeyWritableWithMacA: false,
  readRestricted: 0,
  writeRestricted: 0,
  macARequired: 0,
  isStateMacARequired: false,
};
export const ISSUED: MemoryConfiguration = { ...OPEN, areSystemBlocksWritable: false };

export interface LiteCardChange {
  readonly kind?: LiteKind;
  readonly configuration?: Partial<MemoryConfiguration>;
  readonly writeCount?: number;
  /** Stored blocks by number, in hexadecimal. */
  readonly blocks?: Readonly<Record<number, string>>;
  readonly options?: LiteCardOptions;
}

/** A card in the field with the card key of the vectors; issued, unless the change opens it. */
export function liteCard(change: LiteCardChange = {}): LiteCard {
  const { kind = 'lite-s', configuration = {}, writeCount = 0x10, blocks = {} } = change;
  const icCode = kind === 'lite' ? 'f0' : 'f1';
  const fresh = newLiteCardState({
    kind,
    idm: idm(hex(I)),
    pmm: pmm(hex(`00${icCode}ffffffffffff`)),
  });
  const stored = new Map(fresh.blocks);
  stored.set(LiteBlock.ck, CARD_KEY);
  stored.set(LiteBlock.mc, encodeMemoryConfiguration({ ...ISSUED, ...configuration }));
  if (kind === 'lite-s') stored.set(LiteBlock.wcnt, encodeWriteCount(writeCount));
  for (const [number, content] of Object.entries(blocks)) stored.set(Number(number), hex(content));
  const card = createLiteCard({ ...fresh, blocks: stored }, change.options);
  card.powerOn();
  return card;
}

/** The answer to a frame that is given without its length. */
export function ask(card: LiteCard, fields: string): string | undefined {
  return toHex(card.exchange(frame(fields)));
}

/** Status flags of a Read, and its blocks where it has a normal end. */
export function read(card: LiteCard, ...numbers: readonly number[]): string {
  const list = numbers.map((number) => `80${byte(number)}`).join('');
  return ask(card, `06 ${I} 01 0b00 ${byte(numbers.length)} ${list}`)!.slice(20);
}

/** Status flags of a Write of one block. */
export function write(card: LiteCard, number: number, data: string): string {
  return ask(card, `08 ${I} 01 0900 01 80${byte(number)} ${data}`)!.slice(20);
}

/** Writes the random challenge of the vectors. */
export function challenge(card: LiteCard): void {
  write(card, LiteBlock.rc, toHex(CHALLENGE)!);
}

/** Status flags of a Write with MAC_A, made by a reader that knows the card key and the write count. */
export function writeWithMacA(
  card: LiteCard,
  number: number,
  data: string,
  change: { readonly writeCount?: number; readonly mac?: Uint8Array } = {},
): string {
  const session = deriveLiteSession(CARD_KEY, CHALLENGE);
  const { writeCount = writeCountOf(card) } = change;
  const { mac = macAOfWrite(session, { writeCount, blockNumber: number, block: hex(data) }) } =
    change;
  const macA = toHex(encodeMacABlock({ mac, writeCount }))!;
  return ask(card, `08 ${I} 01 0900 02 80${byte(number)} 8091 ${data} ${macA}`)!.slice(20);
}

/** External authentication, from the random challenge on. */
export function authenticate(card: LiteCard): void {
  challenge(card);
  const flags = writeWithMacA(card, LiteBlock.state, block('01'));
  if (flags !== OK) throw new Error(`not authenticated: ${flags}`);
}

export function writeCountOf(card: LiteCard): number {
  const bytes = card.storedBlock(LiteBlock.wcnt)!;
  return bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16);
}

/** Sixteen bytes that begin so and end with zeros. */
export function block(start: string): string {
  return start.replaceAll(' ', '').padEnd(32, '0');
}

export const OK = '0000';

function byte(value: number): string {
  return value.toString(16).padStart(2, '0');
}
