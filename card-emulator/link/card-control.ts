import type { CardFault } from '../card/open-card.ts';
import { CommandCode } from '../felica/command-code.ts';
import { parseJson } from '../json-text.ts';

/** What another program may tell a served card, one JSON object a line. */
export type CardControl =
  /** `{"command":"insert"}` */
  | { readonly command: 'insert' }
  /** `{"command":"remove"}` */
  | { readonly command: 'remove' }
  /**
   * `{"command":"tear","moment":"before-commit"}` or `"after-commit"`: takes the card away at its
   * next Write v2, or at the command whose code is given as `"commandCode"`.
   */
  | { readonly command: 'tear'; readonly fault: CardFault }
  /** `{"command":"stop"}` */
  | { readonly command: 'stop' };

export type ParsedControl =
  | { readonly result: 'parsed'; readonly control: CardControl }
  | { readonly result: 'refused'; readonly reason: string };

/** Never throws: a line that means nothing is refused, and the card is served on. */
export function parseCardControl(line: string): ParsedControl {
  const value = parseJson(line);
  if (typeof value !== 'object' || value === null || !('command' in value)) {
    return refused('expected a JSON object with "command"');
  }
  switch (value.command) {
    case 'insert':
    case 'remove':
    case 'stop':
      return { result: 'parsed', control: { command: value.command } };
    case 'tear':
      return parseTear(value);
    default:
      return refused('command: expected insert, remove, tear or stop');
  }
}

function parseTear(value: object): ParsedControl {
  const moment = 'moment' in value ? value.moment : undefined;
  const commandCode = 'commandCode' in value ? value.commandCode : CommandCode.writeV2;
  if (moment !== 'before-commit' && moment !== 'after-commit') {
    return refused('moment: expected before-commit or after-commit');
  }
  if (typeof commandCode !== 'number' || !Number.isInteger(commandCode)) {
    return refused('commandCode: expected a whole number');
  }
  return { result: 'parsed', control: { command: 'tear', fault: { commandCode, moment } } };
}

function refused(reason: string): ParsedControl {
  return { result: 'refused', reason };
}
