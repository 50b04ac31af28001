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

const COMMAND_CODE_MAX = 0xff;
const COMMAND_CODE = z.int().min(0).max(COMMAND_CODE_MAX);
const AT = z.union(
  [z.strictObject({ commandCode: COMMAND_CODE }), z.strictObject({ command: z.int().min(1) })],
  'expected "commandCode" or "command" alone',
);
const HEAD = { command: z.literal('fault'), at: AT };
const LATE_MS_MAX = 60_000;

const MOMENT_CONTROL = z.discriminatedUnion('moment', [
  z.strictObject({ ...HEAD, moment: z.enum(['before-commit', 'after-commit']) }),
  z.strictObject({ ...HEAD, moment: z.literal('inside-commit'), isStored: z.boolean() }),
]);

const EFFECT_CONTROL = z.discriminatedUnion('effect', [
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
  const code = COMMAND_CODE.safeParse(commandCode);
  if (!code.success) {
    return refused(`commandCode: expected a whole number from 0 to ${COMMAND_CODE_MAX}`);
  }
  const fault = { commandCode: code.data, moment } as const;
  return { result: 'parsed', control: { command: 'tear', fault } };
}

/** By the field that tells the sort, so that a fault of that sort is refused by its own wrong field. */
function parseFault(value: object): ParsedControl {
  if ('moment' in value === 'effect' in value) {
    return refused('fault: expected "moment" or "effect", and one of them only');
  }
  const parsed = ('moment' in value ? MOMENT_CONTROL : EFFECT_CONTROL).safeParse(value);
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
