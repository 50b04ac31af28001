import { milliseconds } from '#units';
import type { CardFault } from '../../card-emulator/card/card-fault.ts';
import type { Odds } from './odds.ts';
import type { SimulatedCard } from './simulated-card.ts';
import type { DiskFault } from './simulated-disk.ts';

/** What goes wrong at one touch of a card. */
export type TouchFault =
  | { readonly at: 'card'; readonly fault: CardFault; readonly name: string }
  | { readonly at: 'disk'; readonly fault: DiskFault; readonly writesBefore: number }
  /** The terminal's program stops at an exchange, before the card hears of it or after it answered. */
  | { readonly at: 'program'; readonly exchange: number; readonly moment: 'before' | 'after' };

/** A debit takes up to 10 exchanges, and 2 writes to the disk; a later fault is not met any more. */
const EXCHANGES_MOST = 10;
const WRITES_MOST = 2;
const LINE_BYTES_MOST = 900;
const RUBBISH_BYTES_MOST = 200;
const LINE_BREAK = 0x0a;
const BITS_MOST = 64 * 8;

export interface TouchFaultSource {
  readonly odds: Odds;
  readonly card: SimulatedCard;
  /** Another card, that may get into the field. */
  readonly other: SimulatedCard;
  /** An older content of the card's chip. */
  readonly snapshot: Uint8Array | undefined;
}

export function drawTouchFault(source: TouchFaultSource): TouchFault {
  const { odds } = source;
  const place = odds.below(10);
  if (place < 6) return drawCardFault(source);
  const exchange = odds.between(1, EXCHANGES_MOST);
  if (place < 8) return { at: 'program', exchange, moment: odds.pick(['before', 'after']) };
  return { at: 'disk', fault: drawDiskFault(odds), writesBefore: odds.below(WRITES_MOST) };
}

function drawCardFault({ odds, other, snapshot }: TouchFaultSource): TouchFault {
  const command = odds.between(1, EXCHANGES_MOST);
  const kinds = [
    'before-commit',
    'inside-commit',
    'after-commit',
    'response-lost',
    'request-corrupted',
    'response-corrupted',
    'late',
    'worn',
    'memory-error',
    'swapped',
    ...(snapshot === undefined ? [] : (['restored'] as const)),
  ] as const;
  const name = odds.pick(kinds);
  const at = 'card';
  switch (name) {
    case 'before-commit':
    case 'after-commit':
      return { at, name, fault: { command, moment: name } };
    case 'inside-commit':
      return { at, name, fault: { command, moment: name, isStored: odds.perMille(500) } };
    case 'response-corrupted':
      return { at, name, fault: { command, effect: name, bit: odds.below(BITS_MOST) } };
    case 'late':
      return { at, name, fault: { command, effect: name, delay: milliseconds(1) } };
    case 'swapped':
      return { at, name, fault: { command, effect: name, card: other.card } };
    case 'restored':
      return { at, name, fault: { command, effect: name, memory: snapshot ?? new Uint8Array(0) } };
    default:
      return { at, name, fault: { command, effect: name } };
  }
}

function drawDiskFault(odds: Odds): DiskFault {
  const bytesWritten = odds.below(LINE_BYTES_MOST);
  switch (odds.below(4)) {
    case 0:
      return { fault: 'full' };
    case 1:
      return { fault: 'failed', bytesWritten };
    case 2:
      return { fault: 'crash-with-rubbish', rubbish: rubbish(odds) };
    default:
      return { fault: 'crash', bytesWritten };
  }
}

/** Bytes without a line break: with one they would be a damage that only a person may pass over. */
function rubbish(odds: Odds): Uint8Array {
  const bytes = odds.bytes(odds.between(1, RUBBISH_BYTES_MOST));
  return bytes.map((byte) => (byte === LINE_BREAK ? 0 : byte));
}
