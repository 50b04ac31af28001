import type { NodeCode, SystemCode } from './identifiers.ts';

/* Codes in words, for people who watch frames pass. */

const ATTRIBUTE_MASK = 0x3f;
const SYSTEM_NODE = 0xffff;

/** By attribute without its lowest bit (M617 §3.4). */
const ATTRIBUTES: ReadonlyMap<number, string> = new Map([
  [0x08, 'random, read/write'],
  [0x0a, 'random, read only'],
  [0x0c, 'cyclic, read/write'],
  [0x0e, 'cyclic, read only'],
  [0x10, 'purse, direct'],
  [0x12, 'purse, cashback and decrement'],
  [0x14, 'purse, decrement'],
  [0x16, 'purse, read only'],
]);

const SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x0003, 'transit'],
  [0x12fc, 'NDEF'],
  [0x4b5a, 'Kazasu purse'],
  [0x8008, 'Octopus'],
  [0x80cd, 'free area'],
  [0x88b4, 'Lite'],
  [0xfe00, 'common area'],
  [0xfe0f, 'management'],
  [0xffff, 'any system'],
]);

/** `service 1017 (purse, read only, no key)`, `area 1000`, `the system`. */
export function describeNode(code: NodeCode): string {
  if (code === SYSTEM_NODE) return 'the system';
  const attribute = code & ATTRIBUTE_MASK;
  if (attribute <= 1) return `area ${hexCode(code)}`;
  const words = ATTRIBUTES.get(attribute & ~1) ?? `attribute ${attribute.toString(16)}`;
  const key = (attribute & 1) === 0 ? 'key' : 'no key';
  return `service ${hexCode(code)} (${words}, ${key})`;
}

/** `system 0003 (transit)`. */
export function describeSystem(code: SystemCode): string {
  const name = SYSTEMS.get(code);
  return name === undefined ? `system ${hexCode(code)}` : `system ${hexCode(code)} (${name})`;
}

function hexCode(code: number): string {
  return code.toString(16).padStart(4, '0');
}
