import { z } from 'zod';
import type { CardFault } from '../card/open-card.ts';
import { CommandCode } from '../felica/command-code.ts';
import { parseJson } from '../json-text.ts';
import { milliseconds } from '../units.ts';

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
  /**
   * `{"command":"fault","at":{"commandCode":70},"effect":"response-lost"}`: any fault that needs no
   * other card and no snapshot, at a command code or at the n-th `"command"` (faults.md).
   */
  | { readonly command: 'fault'; readonly fault: CardFault }
  /** `{"command":"stop"}` */
  | { readonly command: 'stop' };

const AT = z.union([
  z.strictObject({ commandCode: z.int().min(0).max(0xff) }),
  z.strictObject({ command: z.int().min(1) }),
]);
const HEAD = { command: z.literal('fault'), at: AT };
const LATE_MS_MAX = 60_000;

/** A moment or an effect beside each other: the first that fits, and nothing that is not known. */
const FAULT_CONTROL = z.union([
  z.strictObject({ ...HEAD, moment: z.enum(['before-commit', 'after-commit']) }),
  z.strictObject({ ...HEAD, moment: z.literal('inside-commit'), isStored: z.boolean() }),
  z.strictObject({
    ...HEAD,
    effect: z.enum(['response-lost', 'request-corrupted', 'worn', 'memory-error']),
  }),
  z.strictObject({
    ...HEAD,
    effect: z.literal('response-corrupted'),
    bit: z.int().min(0),
  }),
  z.strictObject({
    ...HEAD,
    effect: z.literal('late'),
    delay: z.number().min(0).max(LATE_MS_MAX).transform(milliseconds),
  }),
]);

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
    case 'fault':
      return parseFault(value);
    default:
      return refused('command: expected insert, remove, tear, fault or stop');
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

function parseFault(value: object): ParsedControl {
  const parsed = FAULT_CONTROL.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refused(`${issue?.path.join('.') || 'fault'}: ${issue?.message ?? 'is not readable'}`);
  }
  const { command: _command, at, ...effect } = parsed.data;
  return { result: 'parsed', control: { command: 'fault', fault: { ...at, ...effect } } };
}

function refused(reason: string): ParsedControl {
  return { result: 'refused', reason };
}
