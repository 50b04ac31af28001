import { bytesToHex } from '@noble/ciphers/utils.js';
import { parseCardImage } from '../card/card-image.ts';
import { historyOf, isBlockedOf, purseOf } from '../card/card-inspection.ts';
import type { EmulatedCard } from '../card/emulated-card.ts';
import { LiteCard } from '../card/lite-card.ts';
import { storedBlocks } from '../card/lite-memory.ts';
import { PERSONALITIES } from '../card/personality.ts';
import { LiteBlock } from '../felica/lite-s-block.ts';
import { describeNode, describeSystem } from '../felica/node-text.ts';
import { parseJson } from '../json-text.ts';
import { DEFAULT_PERSONALITY } from '../purse/card-image.ts';
import type { PersonalisedKeys, PersonalisedSystem } from '../purse/card-profile.ts';
import type { HistoryEntry } from '../purse/history-block.ts';

/* What a card holds, for people and for programs. Keys are never told, only that they are set. */

/** What a program may know of a card of any kind. */
export interface CardSummary {
  readonly personality: string;
  readonly idm: string;
  readonly pmm: string;
  /** Of a card of our profile, as the rest. */
  readonly balance?: number;
  readonly isBlocked?: boolean;
  readonly history?: readonly HistoryEntry[];
}

export function summaryOf(card: EmulatedCard): CardSummary {
  const purse = purseOf(card);
  const isBlocked = isBlockedOf(card);
  return {
    personality: personalityOf(card),
    idm: bytesToHex(card.idm),
    pmm: bytesToHex(card.pmm),
    ...(purse && { balance: purse.balance, history: historyOf(card) }),
    ...(isBlocked !== undefined && { isBlocked }),
  };
}

/** `debit 120 yen, balance 3,330, terminal 9 number 17, 2026-11-23`. */
export function describeEntry(entry: HistoryEntry): string {
  const { kind, amount, balanceAfter, terminalId, terminalNumber, date } = entry;
  const money = `${kind} ${yenText(amount)} yen, balance ${yenText(balanceAfter)}`;
  return `${money}, terminal ${terminalId} number ${terminalNumber}, ${date}`;
}

/** The whole card as lines. */
export function dumpCard(card: EmulatedCard): readonly string[] {
  const { personality, idm, pmm, balance, isBlocked, history = [] } = summaryOf(card);
  return [
    `kind     ${personality}, ${titleOf(card)}`,
    `IDm      ${idm}`,
    `PMm      ${pmm}`,
    ...(balance === undefined ? [] : [`balance  ${yenText(balance)} yen`]),
    ...(isBlocked === undefined ? [] : [`blocked  ${isBlocked ? 'yes' : 'no'}`]),
    ...history.map(
      (entry, index) => `${index === 0 ? 'history  ' : '         '}${describeEntry(entry)}`,
    ),
    ...(card instanceof LiteCard ? liteLines(card) : standardLines(card)),
  ];
}

function personalityOf(card: EmulatedCard): string {
  return card instanceof LiteCard ? card.kind : (imageOf(card).personality ?? DEFAULT_PERSONALITY);
}

function titleOf(card: EmulatedCard): string {
  if (card instanceof LiteCard) return card.kind === 'lite' ? 'FeliCa Lite' : 'FeliCa Lite-S';
  return PERSONALITIES[imageOf(card).personality ?? DEFAULT_PERSONALITY].title;
}

/** A card's own image is what it is: reading it back cannot fail. */
function imageOf(card: EmulatedCard): ReturnType<typeof parseCardImage> {
  return parseCardImage(parseJson(card.image()));
}

function standardLines(card: EmulatedCard): readonly string[] {
  return imageOf(card).systems.flatMap((system, index) => [
    '',
    `System ${index}: ${describeSystem(system.systemCode)}, ${keysText(system.systemKey)}`,
    ...system.areas.map((area) => {
      const end = area.endCode.toString(16).padStart(4, '0');
      return `  ${describeNode(area.code)} to ${end}, ${keysText(area)}`;
    }),
    ...system.services.map((service) => `  ${describeNode(service.code)}, ${keysText(service)}`),
    ...blockLines(system),
  ]);
}

function blockLines({ blocks }: PersonalisedSystem): readonly string[] {
  return blocks.flatMap(({ serviceNumber, kind, blocks: list, limits }) => [
    `  blocks of service number ${serviceNumber}${kind === undefined ? '' : `, ${kind}`}` +
      (limits === undefined ? '' : `, from ${limits.lower} to ${limits.upper}`),
    ...list.map((block, index) => `    ${String(index).padStart(3)}  ${bytesToHex(block)}`),
  ]);
}

function keysText({ key, version, desKey, desVersion }: PersonalisedKeys): string {
  const texts = [
    ...(key === undefined ? [] : [`AES key version ${version}`]),
    ...(desKey === undefined ? [] : [`DES key version ${desVersion}`]),
  ];
  return texts.length === 0 ? `version ${version}` : texts.join(', ');
}

function liteLines(card: LiteCard): readonly string[] {
  return [
    '',
    ...storedBlocks(card.kind).map(({ name, number }) => {
      const block = card.storedBlock(number) ?? new Uint8Array(0);
      const text = number === LiteBlock.ck ? 'card key, not shown' : bytesToHex(block);
      return `  ${number.toString(16).padStart(2, '0')} ${name.padEnd(8)} ${text}`;
    }),
  ];
}

/** `12,345`, whatever the language of the machine is. */
export function yenText(amount: number): string {
  return amount.toLocaleString('en-US');
}
