import { describe, expect, it } from 'vitest';
import { cardInHand, type HeldCard } from '#emulated-card';
import { nodeCode } from '#felica/identifiers';
import { isNormalEnd } from '#felica/status-flag';
import { seededDraw } from '../../../card-emulator/card/seeded-draw.ts';
import { faultsOfSeed, SEEDED_FAULTS } from '../../../card-emulator/card/seeded-fault.ts';
import { amountBlock, block, testCard, WALLET } from './test-card.ts';
import { element, openSession } from './test-session.ts';

const FIRST_SEED = Number(process.env['SEED'] ?? 1);
const SEEDS = Array.from(
  { length: process.env['SEED'] ? 1 : 200 },
  (_, index) => FIRST_SEED + index,
);
const DEBITS = 8;
const ATTEMPTS_MAX = 60;
/** Enough for every attempt; the script ends before the attempts do. */
const FAULTY_COMMANDS = 120;

/** Tries until the card itself says that it did it: again with the same execution ID and entry. */
function debitUntilDone(held: HeldCard, number: number): boolean {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    held.powerOff();
    held.powerOn();
    try {
      const session = openSession(held, [0x1014, 0x004c]);
      const flags = session.write(
        [element(0, 0), amountBlock(number, 100 + number)],
        [element(1, 0), block(number)],
      );
      if (flags !== undefined && isNormalEnd(flags)) return true;
    } catch {
      // An authentication that met a fault, or an answer with a bit turned: the next attempt tells.
    }
  }
  return false;
}

describe.each(SEEDS)('debits under faults (seed %i)', (seed) => {
  it('are done once each, purse and log together, however often they are repeated', () => {
    const card = testCard();
    const faults = faultsOfSeed(seed, { commands: FAULTY_COMMANDS, percent: 40 });
    const held = cardInHand(card, faults);
    let spent = 0;
    for (let number = 1; number <= DEBITS; number += 1) {
      expect([number, debitUntilDone(held, number)]).toEqual([number, true]);
      spent += number;
      const [purse] = card.storedBlocks(WALLET, nodeCode(0x1014));
      const balance = new DataView(purse!.buffer).getUint32(0, true);
      const [newest] = card.storedBlocks(WALLET, nodeCode(0x004c));
      expect([balance, newest]).toEqual([10_000 - spent, block(number)]);
    }
    const log = card.storedBlocks(WALLET, nodeCode(0x004c));
    expect(log).toEqual([block(8), block(7), block(6)]);
  });
});

describe('a script of faults by seed', () => {
  it('is the same for the same seed, and another for another', () => {
    const odds = { commands: 50, percent: 50 };
    expect(faultsOfSeed(7, odds)).toEqual(faultsOfSeed(7, odds));
    expect(faultsOfSeed(7, odds)).not.toEqual(faultsOfSeed(8, odds));
  });

  it('has every kind of fault, and only those asked for', () => {
    const nameOf = (fault: object): string =>
      'moment' in fault ? String(fault.moment) : String('effect' in fault && fault.effect);
    const all = faultsOfSeed(1, { commands: 2_000, percent: 100 });
    expect(new Set(all.map(nameOf))).toEqual(new Set(SEEDED_FAULTS));
    const some = faultsOfSeed(1, { commands: 50, percent: 100, kinds: ['worn'] });
    expect(new Set(some.map(nameOf))).toEqual(new Set(['worn']));
  });

  it('has as many as the odds say, in the order of the commands', () => {
    const faults = faultsOfSeed(3, { commands: 1_000, percent: 30 });
    expect(faults.length).toBeGreaterThan(250);
    expect(faults.length).toBeLessThan(350);
    expect(faultsOfSeed(3, { commands: 1_000, percent: 0 })).toEqual([]);
    const numbers = faults.map((fault) => ('command' in fault ? fault.command : 0));
    expect(numbers).toEqual(numbers.toSorted((first, second) => first - second));
  });
});

describe('numbers by seed', () => {
  it('are whole, below the bound, and repeat', () => {
    const [draw, again] = [seededDraw(42), seededDraw(42)];
    const numbers = Array.from({ length: 1_000 }, () => draw(10));
    expect(numbers).toEqual(Array.from({ length: 1_000 }, () => again(10)));
    expect(new Set(numbers)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  });
});
