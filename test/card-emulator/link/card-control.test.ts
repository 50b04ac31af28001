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
      'commandCode: expected a whole number',
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
});
