import { formatStatusFlags, type StatusFlags } from './status-flag.ts';

const MEANINGS: ReadonlyMap<number, string> = new Map([
  [0x01, 'the purse would leave its range'],
  [0x02, 'more cashback than was taken'],
  [0x03, 'the purse would leave its limits'],
  [0x70, 'memory error'],
  [0x71, 'done, but the memory wears out'],
  [0xa1, 'number of services illegal'],
  [0xa2, 'number of blocks illegal'],
  [0xa3, 'index outside the service list'],
  [0xa4, 'not a service'],
  [0xa5, 'access not permitted'],
  [0xa6, 'no such node'],
  [0xa7, 'access mode illegal'],
  [0xa8, 'no such block'],
  [0xa9, 'write failed'],
  [0xaa, 'key not changed'],
  [0xab, 'package MAC wrong'],
  [0xac, 'parameter illegal'],
  [0xad, 'service exists already'],
  [0xae, 'system code illegal'],
  [0xaf, 'too many cyclic writes'],
  [0xb0, 'MAC and MAC_A together'],
  [0xb1, 'external authentication required'],
  [0xb2, 'MAC wrong, or no challenge yet'],
  [0xc3, 'node property illegal'],
]);

/** `done`, or `status flags 01 a5 (access not permitted)`. */
export function describeStatus(flags: StatusFlags): string {
  if (flags.statusFlag1 === 0 && flags.statusFlag2 === 0) return 'done';
  const meaning = MEANINGS.get(flags.statusFlag2);
  const text = formatStatusFlags(flags);
  return meaning === undefined ? text : `${text} (${meaning})`;
}
