import { type NodeCode, nodeCode } from '../felica/identifiers.ts';
import type { ServiceKind } from '../purse/card-profile.ts';

/** What a service lets its user do. `direct` and the two with `decrement` are purse services. */
export type ServiceAccess =
  | 'read-write'
  | 'read-only'
  | 'direct'
  | 'cashback-decrement'
  | 'decrement';

export interface ServiceAttribute {
  readonly kind: ServiceKind;
  readonly access: ServiceAccess;
  readonly isKeyRequired: boolean;
}

/** Names the system itself where a node code is expected. */
export const SYSTEM_NODE: NodeCode = nodeCode(0xffff);

const ATTRIBUTE_BITS = 6;
const ATTRIBUTE_MASK = 0x3f;
const AREA_WITH_SUB_AREAS = 0x00;
const AREA_WITHOUT_SUB_AREAS = 0x01;

/** By attribute without its lowest bit, which says whether a key is required. */
const ATTRIBUTES: ReadonlyMap<number, Omit<ServiceAttribute, 'isKeyRequired'>> = new Map([
  [0x08, { kind: 'random', access: 'read-write' }],
  [0x0a, { kind: 'random', access: 'read-only' }],
  [0x0c, { kind: 'cyclic', access: 'read-write' }],
  [0x0e, { kind: 'cyclic', access: 'read-only' }],
  [0x10, { kind: 'purse', access: 'direct' }],
  [0x12, { kind: 'purse', access: 'cashback-decrement' }],
  [0x14, { kind: 'purse', access: 'decrement' }],
  [0x16, { kind: 'purse', access: 'read-only' }],
]);

/** `undefined` for an area, the system, and what this card does not have, such as PIN services. */
export function serviceAttributeOf(code: NodeCode): ServiceAttribute | undefined {
  const attribute = code & ATTRIBUTE_MASK;
  const kindAndAccess = ATTRIBUTES.get(attribute & ~1);
  return kindAndAccess && { ...kindAndAccess, isKeyRequired: (attribute & 1) === 0 };
}

/** The upper ten bits. Services with the same number share their blocks (M617 §3.4.6). */
export function serviceNumberOf(code: NodeCode): number {
  return code >>> ATTRIBUTE_BITS;
}

export function isAreaCode(code: NodeCode): boolean {
  const attribute = code & ATTRIBUTE_MASK;
  return attribute === AREA_WITH_SUB_AREAS || attribute === AREA_WITHOUT_SUB_AREAS;
}

export function maySubdivide(areaCode: NodeCode): boolean {
  return (areaCode & ATTRIBUTE_MASK) === AREA_WITH_SUB_AREAS;
}
