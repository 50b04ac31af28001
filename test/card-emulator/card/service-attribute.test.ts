import { describe, expect, it } from 'vitest';
import { nodeCode } from '#felica/identifiers';
import {
  isAreaCode,
  maySubdivide,
  serviceAttributeOf,
  serviceNumberOf,
} from '../../../card-emulator/card/service-attribute.ts';

describe('the attribute of a service code', () => {
  it.each([
    [0x08, 'random', 'read-write', true],
    [0x09, 'random', 'read-write', false],
    [0x0a, 'random', 'read-only', true],
    [0x0b, 'random', 'read-only', false],
    [0x0c, 'cyclic', 'read-write', true],
    [0x0d, 'cyclic', 'read-write', false],
    [0x0e, 'cyclic', 'read-only', true],
    [0x0f, 'cyclic', 'read-only', false],
    [0x10, 'purse', 'direct', true],
    [0x11, 'purse', 'direct', false],
    [0x12, 'purse', 'cashback-decrement', true],
    [0x13, 'purse', 'cashback-decrement', false],
    [0x14, 'purse', 'decrement', true],
    [0x15, 'purse', 'decrement', false],
    [0x16, 'purse', 'read-only', true],
    [0x17, 'purse', 'read-only', false],
  ])('%i is %s, %s, key required: %s', (attribute, kind, access, isKeyRequired) => {
    const expected = { kind, access, isKeyRequired };
    expect(serviceAttributeOf(nodeCode(attribute))).toEqual(expected);
    expect(serviceAttributeOf(nodeCode(0x1000 | attribute))).toEqual(expected);
  });

  it('is none for areas, PIN services, and everything else', () => {
    const others = Array.from({ length: 64 }, (_, code) => code).filter(
      (code) => code < 0x08 || code > 0x17,
    );
    for (const code of others) expect(serviceAttributeOf(nodeCode(code))).toBeUndefined();
  });

  it('stands below the service number', () => {
    expect(serviceNumberOf(nodeCode(0x1014))).toBe(0x40);
    expect(serviceNumberOf(nodeCode(0x1017))).toBe(0x40);
    expect(serviceNumberOf(nodeCode(0x104f))).toBe(0x41);
    expect(serviceNumberOf(nodeCode(0xffff))).toBe(0x3ff);
  });

  it('of an area is 00 where sub-areas are permitted and 01 where not', () => {
    expect([0x1000, 0x1001, 0x1002, 0x1008].map((code) => isAreaCode(nodeCode(code)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(maySubdivide(nodeCode(0x1000))).toBe(true);
    expect(maySubdivide(nodeCode(0x1001))).toBe(false);
  });
});
