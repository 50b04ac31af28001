import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeMacABlock,
  decodeMemoryConfiguration,
  decodeWriteCount,
  encodeMacABlock,
  encodeMacBlock,
  encodeMemoryConfiguration,
  encodeWriteCount,
  isInMask,
  LiteBlock,
  type MemoryConfiguration,
} from '#felica/lite-s-block';
import { hex, inHex } from './hex.ts';

/** As a reader finds it before the first issue (nfcpy, tests of protect). */
const OPEN: MemoryConfiguration = {
  writable: 0xffff,
  areSystemBlocksWritable: true,
  isNdef: true,
  isCardKeyWritableWithMacA: false,
  readRestricted: 0,
  writeRestricted: 0,
  macARequired: 0,
  isStateMacARequired: false,
};

/** As nfcpy leaves it on a Lite-S whose blocks from 0 on are read after authentication only. */
const PROTECTED: MemoryConfiguration = {
  writable: 0xffff,
  areSystemBlocksWritable: false,
  isNdef: true,
  isCardKeyWritableWithMacA: true,
  readRestricted: 0x3fff,
  writeRestricted: 0x3fff,
  macARequired: 0x3fff,
  isStateMacARequired: false,
};

const anyMask = fc.nat(0x7fff);
const anyConfiguration: fc.Arbitrary<MemoryConfiguration> = fc.record({
  writable: fc.nat(0xffff),
  areSystemBlocksWritable: fc.boolean(),
  isNdef: fc.boolean(),
  isCardKeyWritableWithMacA: fc.boolean(),
  readRestricted: anyMask,
  writeRestricted: anyMask,
  macARequired: anyMask,
  isStateMacARequired: fc.boolean(),
});

describe('memory configuration', () => {
  it.each([
    ['ff ff ff 01 07 00 0000 0000 0000 00 000000', OPEN],
    ['ff ff 00 01 07 01 ff3f ff3f ff3f 00 000000', PROTECTED],
  ] as const)('is %s', (block, configuration) => {
    expect(decodeMemoryConfiguration(hex(block))).toEqual(configuration);
    expect(inHex(encodeMemoryConfiguration(configuration))).toBe(block.replaceAll(' ', ''));
  });

  it('has one byte for each flag where the memory map has it', () => {
    const all = encodeMemoryConfiguration({
      ...OPEN,
      isCardKeyWritableWithMacA: true,
      readRestricted: 0x0102,
      writeRestricted: 0x0304,
      macARequired: 0x0506,
      isStateMacARequired: true,
    });
    expect(inHex(all)).toBe('ffffff01070102010403060501000000');
  });

  it.each([
    [2, 0x01],
    [2, 0xfe],
    [3, 0x02],
    [4, 0x06],
    [5, 0x02],
    [7, 0x80],
    [9, 0x80],
    [11, 0x80],
    [12, 0x02],
    [13, 0x01],
    [15, 0x01],
  ])('has no meaning with byte %i = %i', (offset, value) => {
    const block = encodeMemoryConfiguration(OPEN);
    block[offset] = value;
    expect(decodeMemoryConfiguration(block)).toBeUndefined();
  });

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(anyConfiguration, (configuration) => {
        const block = encodeMemoryConfiguration(configuration);
        expect(decodeMemoryConfiguration(block)).toEqual(configuration);
      }),
    );
  });

  it('never makes a reader throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        const configuration = decodeMemoryConfiguration(bytes);
        if (configuration !== undefined) {
          expect(encodeMemoryConfiguration(configuration)).toEqual(bytes);
        }
      }),
    );
  });

  it('is not written with a mask of blocks that do not exist', () => {
    expect(() => encodeMemoryConfiguration({ ...OPEN, readRestricted: 0x8000 })).toThrow(
      RangeError,
    );
    expect(() => encodeMemoryConfiguration({ ...OPEN, writable: 0x1_0000 })).toThrow(RangeError);
  });

  it('names S_PAD0 to S_PAD13 and REG in its masks, and no other block', () => {
    expect([isInMask(0x0001, 0), isInMask(0x2000, 13), isInMask(0x4000, LiteBlock.reg)]).toEqual([
      true,
      true,
      true,
    ]);
    expect([isInMask(0x0001, 1), isInMask(0xffff, 15), isInMask(0xffff, 0x80)]).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('write count', () => {
  it.each([
    [0, '000000'],
    [1, '010000'],
    [0xfffe00, '00feff'],
    [0xffffff, 'ffffff'],
  ])('%i lies in WCNT as %s', (writeCount, digits) => {
    const block = encodeWriteCount(writeCount);
    expect(inHex(block)).toBe(digits.padEnd(32, '0'));
    expect(decodeWriteCount(block)).toBe(writeCount);
  });

  it('has three bytes and zeros', () => {
    expect(() => encodeWriteCount(0x100_0000)).toThrow(RangeError);
    expect(decodeWriteCount(hex(`00000001${'00'.repeat(12)}`))).toBeUndefined();
    expect(decodeWriteCount(new Uint8Array(15))).toBeUndefined();
  });
});

describe('block MAC_A', () => {
  const mac = hex('17c19e3bbdc3e8bd');

  it('carries the MAC and the write count of nfcpy when it is written', () => {
    const block = encodeMacABlock({ mac, writeCount: 0xfffe00 });
    expect(inHex(block)).toBe('17c19e3bbdc3e8bd00feff0000000000');
    expect(decodeMacABlock(block)).toEqual({ mac, writeCount: 0xfffe00 });
  });

  it('carries the MAC and zeros when it is read, as block MAC does', () => {
    expect(inHex(encodeMacBlock(mac))).toBe('17c19e3bbdc3e8bd0000000000000000');
  });

  it('has a MAC of eight bytes and a block of sixteen', () => {
    expect(() => encodeMacBlock(mac.subarray(1))).toThrow(RangeError);
    expect(decodeMacABlock(mac)).toBeUndefined();
  });
});
