import { describe, expect, it } from 'vitest';
import { parseCardControl } from '../../../card-emulator/link/card-control.ts';

describe('card control', () => {
  it.each(['insert', 'remove', 'stop'])('understands %s', (command) => {
    expect(parseCardControl(JSON.stringify({ command }))).toEqual({
      result: 'parsed',
      control: { command },
    });
  });

  it('tears at the next Write v2 unless another command is named', () => {
    expect(parseCardControl('{"command":"tear","moment":"after-commit"}')).toEqual({
      result: 'parsed',
      control: { command: 'tear', fault: { commandCode: 0x46, moment: 'after-commit' } },
    });
    expect(parseCardControl('{"command":"tear","moment":"before-commit","commandCode":8}')).toEqual(
      {
        result: 'parsed',
        control: { command: 'tear', fault: { commandCode: 8, moment: 'before-commit' } },
      },
    );
  });

  it.each([
    ['', 'expected a JSON object with "command"'],
    ['insert', 'expected a JSON object with "command"'],
    ['null', 'expected a JSON object with "command"'],
    ['"insert"', 'expected a JSON object with "command"'],
    ['{"command":"jump"}', 'command: expected insert, remove, tear, fault or stop'],
    ['{"command":"tear"}', 'moment: expected before-commit or after-commit'],
    [
      '{"command":"tear","moment":"before-commit","commandCode":"8"}',
      'commandCode: expected a whole number from 0 to 255',
    ],
    [
      '{"command":"tear","moment":"before-commit","commandCode":-5}',
      'commandCode: expected a whole number from 0 to 255',
    ],
    [
      '{"command":"tear","moment":"before-commit","commandCode":256}',
      'commandCode: expected a whole number from 0 to 255',
    ],
  ])('refuses %s', (line, reason) => {
    expect(parseCardControl(line)).toEqual({ result: 'refused', reason });
  });

  it('takes a fault with what it needs, and nothing else', () => {
    const at = { commandCode: 0x46 };
    const parse = (fault: object) =>
      parseCardControl(JSON.stringify({ command: 'fault', ...fault }));
    expect(parse({ at, effect: 'late', delay: 300 })).toEqual({
      result: 'parsed',
      control: { command: 'fault', fault: { ...at, effect: 'late', delay: 300 } },
    });
    for (const fault of [
      {},
      { at },
      { at, effect: 'swapped' },
      { at, effect: 'late' },
      { at, effect: 'late', delay: -1 },
      { at, moment: 'inside-commit' },
      { at: { command: 0 }, effect: 'worn' },
      { at, effect: 'worn', moment: 'before-commit' },
    ]) {
      expect([fault, parse(fault).result]).toEqual([fault, 'refused']);
    }
  });

  it.each([
    [{ effect: 'worn' }, 'at: '],
    [{ at: 5, effect: 'worn' }, 'at: '],
    [{ at: {}, effect: 'worn' }, 'at: '],
    [{ at: { commandCode: 256 }, effect: 'worn' }, 'at.commandCode: '],
    [{ at: { command: 0 }, effect: 'worn' }, 'at.command: '],
    [{ at: { command: 1, commandCode: 70 }, effect: 'worn' }, 'at: '],
    [{ at: { command: 1 } }, 'fault: expected "moment" or "effect"'],
    [{ at: { command: 1 }, moment: 'never' }, 'moment: '],
    [{ at: { command: 1 }, effect: 'bogus' }, 'effect: '],
    [
      { at: { command: 1 }, effect: 'worn', moment: 'before-commit' },
      'fault: expected "moment" or',
    ],
    [{ at: { command: 1 }, moment: 'inside-commit' }, 'isStored: '],
    [{ at: { command: 1 }, effect: 'late', delay: 60_001 }, 'delay: '],
    [{ at: { command: 1 }, effect: 'response-corrupted', bit: -1 }, 'bit: '],
    [{ at: { command: 1 }, effect: 'worn', delay: 3 }, 'fault: '],
  ])('refuses the fault %j by its wrong field', (fault, reason) => {
    const parsed = parseCardControl(JSON.stringify({ command: 'fault', ...fault }));
    expect(parsed).toMatchObject({ result: 'refused', reason: expect.stringContaining(reason) });
  });
});
