import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inclusionPath, isIncluded, merkleRoot } from '../../../backend/audit/merkle-tree.ts';

/** The leaves and roots that implementations of RFC 6962 test each other with. */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((text) => Uint8Array.from(Buffer.from(text, 'hex')));
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const leaf = fc.uint8Array({ minLength: 0, maxLength: 40 });

describe('the tree over batches', () => {
  it.each(ROOTS.map((root, count) => [count, root] as const))(
    'of %i leaves has the root of RFC 6962',
    (count, root) => {
      const found = merkleRoot(LEAVES.slice(0, count));
      expect(Buffer.from(found).toString('hex')).toBe(root);
    },
  );

  it('proves each of its leaves, and no other leaf, place or root', () => {
    fc.assert(
      fc.property(
        fc.array(leaf, { minLength: 1, maxLength: 40 }),
        fc.nat(),
        fc.nat(),
        (leaves, at, bit) => {
          const index = at % leaves.length;
          const root = merkleRoot(leaves);
          const path = inclusionPath(leaves, index);
          const own = leaves[index] ?? expect.unreachable();
          expect(isIncluded(own, path, root)).toBe(true);
          expect(isIncluded(flipped(root, bit), path, root)).toBe(false);
          expect(isIncluded(own, path, flipped(root, bit))).toBe(false);
          expect(isIncluded(own, { ...path, path: [...path.path, root] }, root)).toBe(false);
          expect(isIncluded(own, { ...path, path: path.path.slice(1) }, root)).toBe(
            path.path.length === 0,
          );
          expect(isIncluded(own, { ...path, index: leaves.length }, root)).toBe(false);
          const place = bit % Math.max(1, path.path.length);
          const bent = path.path.map((hash, each) => (each === place ? flipped(hash, bit) : hash));
          expect(isIncluded(own, { ...path, path: bent }, root)).toBe(path.path.length === 0);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('has no path of a leaf that is not there', () => {
    expect(() => inclusionPath(LEAVES, LEAVES.length)).toThrow(RangeError);
    expect(() => inclusionPath([], 0)).toThrow(RangeError);
  });
});

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const at = bit % (bytes.length * 8);
  return bytes.map((byte, index) => (index === at >> 3 ? byte ^ (1 << (at & 7)) : byte));
}
