import type { CardEvidence, CardState } from './evidence.ts';

/*
 * Reads what a probe on the chip saw, from card-emulator/card-profile.md alone.
 */

export type WriteKind = 'load' | 'debit' | 'void';

/** One change of a purse. */
export interface PurseWrite {
  /** The IDm in hexadecimal. */
  readonly card: string;
  readonly kind: WriteKind;
  readonly counter: number;
  readonly executionId: string;
  readonly terminalId: number;
  /** The low 16 bits of the terminal's number. */
  readonly terminalNumber: number;
  readonly amount: number;
  readonly balanceBefore: number;
  readonly balanceAfter: number;
}

export interface ReadCard {
  readonly card: string;
  readonly writes: readonly PurseWrite[];
  readonly balanceAtStart: number;
  readonly balanceAtEnd: number;
  /** By older contents that were put back. */
  readonly conjured: number;
  readonly wasRestored: boolean;
  readonly violations: readonly string[];
}

const KINDS: Readonly<Record<number, WriteKind>> = { 1: 'load', 2: 'debit', 3: 'void' };
/** In which direction each kind moves the balance. */
export const SIGN: Readonly<Record<WriteKind, number>> = { load: 1, debit: -1, void: 1 };

export function readCard({ idm, states }: CardEvidence): ReadCard {
  const card = hex(idm);
  const violations: string[] = [];
  const writes: PurseWrite[] = [];
  const used = new Set<string>();
  let conjured = 0;
  let before = states[0];
  for (const state of states.slice(1)) {
    if (before === undefined) break;
    const change = balanceOf(state) - balanceOf(before);
    if (state.cause === 'restored') {
      conjured += change;
      used.clear();
    } else if (isPurseWrite(before, state)) {
      const write = readWrite(card, before, state);
      violations.push(...faultsOf(write, before, change));
      if (used.has(write.executionId)) {
        violations.push(`${nameOf(write)}: its execution ID was used before on this card`);
      }
      used.add(write.executionId);
      writes.push(write);
    }
    before = state;
  }
  return {
    card,
    writes,
    balanceAtStart: states[0] === undefined ? 0 : balanceOf(states[0]),
    balanceAtEnd: before === undefined ? 0 : balanceOf(before),
    conjured,
    wasRestored: states.some(({ cause }) => cause === 'restored'),
    violations,
  };
}

/** For a sentence: which purse write it is. */
export function nameOf({ card, kind, counter, amount, terminalId }: PurseWrite): string {
  return `card ${card}, write ${counter}: ${kind} of ${amount} yen at terminal ${terminalId}`;
}

function readWrite(card: string, before: CardState, after: CardState): PurseWrite {
  const { purseBlock: purse, historyBlock: entry } = after;
  return {
    card,
    // An unknown code is found by its direction: it is no debit then.
    kind: KINDS[entry[0] ?? 0] ?? 'load',
    counter: number(entry, 1, 2),
    executionId: hex(purse.subarray(12, 16)),
    terminalId: number(entry, 3, 3),
    terminalNumber: number(entry, 6, 2),
    amount: number(entry, 8, 3),
    balanceBefore: balanceOf(before),
    balanceAfter: number(entry, 11, 3),
  };
}

function faultsOf(write: PurseWrite, before: CardState, change: number): readonly string[] {
  const counterBefore = Number.parseInt(hex(before.purseBlock.subarray(12, 14)), 16);
  const counterInId = Number.parseInt(write.executionId.slice(0, 4), 16);
  const faults = [
    change !== SIGN[write.kind] * write.amount && `its balance changed by ${change} yen`,
    write.balanceBefore + change !== write.balanceAfter &&
      `its log says ${write.balanceAfter} yen after it`,
    counterInId !== counterBefore + 1 && `its counter went from ${counterBefore} to ${counterInId}`,
    write.counter !== counterInId && 'log and purse have different counters',
    write.amount === 0 && 'it moves nothing',
  ];
  return faults.filter((fault) => fault !== false).map((fault) => `${nameOf(write)}: ${fault}`);
}

/** Other memory of the chip may have changed alone. */
function isPurseWrite(before: CardState, after: CardState): boolean {
  const isSame = hex(before.purseBlock) === hex(after.purseBlock);
  return !(isSame && hex(before.historyBlock) === hex(after.historyBlock));
}

function balanceOf({ purseBlock }: CardState): number {
  return number(purseBlock, 0, 4);
}

/** Little endian. */
function number(bytes: Uint8Array, offset: number, length: number): number {
  let value = 0;
  for (let index = length - 1; index >= 0; index -= 1) {
    value = value * 0x100 + (bytes[offset + index] ?? 0);
  }
  return value;
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
