import { createHash } from 'node:crypto';
import { sameBytes } from '#felica/identifiers';

/** Where a leaf stands in a tree, and what it takes to compute the root from it. */
export interface InclusionPath {
  readonly index: number;
  readonly leafCount: number;
  /** From the leaf's sibling upwards, 32 bytes each. */
  readonly path: readonly Uint8Array[];
}

const LEAF_PREFIX = Uint8Array.of(0x00);
const NODE_PREFIX = Uint8Array.of(0x01);

/** The root over the leaves in their order, 32 bytes; of none, the hash of nothing (RFC 6962 §2.1). */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return sha256();
  if (leaves.length === 1) return sha256(LEAF_PREFIX, only);
  const left = leftSizeOf(leaves.length);
  return nodeOf(merkleRoot(leaves.slice(0, left)), merkleRoot(leaves.slice(left)));
}

/** The path of the leaf at `index` (RFC 6962 §2.1.1). Throws `RangeError` where there is no such leaf. */
export function inclusionPath(leaves: readonly Uint8Array[], index: number): InclusionPath {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length) {
    throw new RangeError(`leaf: expected 0 to ${leaves.length - 1}, got ${index}`);
  }
  return { index, leafCount: leaves.length, path: pathIn(leaves, index) };
}

/** Whether a leaf is in the tree of this root, at the place that the path names. */
export function isIncluded(
  leaf: Uint8Array,
  { index, leafCount, path }: InclusionPath,
  root: Uint8Array,
): boolean {
  if (!Number.isInteger(index) || index < 0 || index >= leafCount) return false;
  const found = rootFrom(sha256(LEAF_PREFIX, leaf), { index, leafCount, path });
  return found !== undefined && sameBytes(found, root);
}

function pathIn(leaves: readonly Uint8Array[], index: number): readonly Uint8Array[] {
  if (leaves.length === 1) return [];
  const left = leftSizeOf(leaves.length);
  return index < left
    ? [...pathIn(leaves.slice(0, left), index), merkleRoot(leaves.slice(left))]
    : [...pathIn(leaves.slice(left), index - left), merkleRoot(leaves.slice(0, left))];
}

/** `undefined` for a path of another length than the tree has there. */
function rootFrom(
  hash: Uint8Array,
  { index, leafCount, path }: InclusionPath,
): Uint8Array | undefined {
  if (leafCount === 1) return path.length === 0 ? hash : undefined;
  const sibling = path.at(-1);
  if (sibling === undefined) return undefined;
  const left = leftSizeOf(leafCount);
  const below = path.slice(0, -1);
  if (index < left) {
    const root = rootFrom(hash, { index, leafCount: left, path: below });
    return root && nodeOf(root, sibling);
  }
  const root = rootFrom(hash, { index: index - left, leafCount: leafCount - left, path: below });
  return root && nodeOf(sibling, root);
}

/** The largest power of two below `count`. */
function leftSizeOf(count: number): number {
  return 2 ** Math.floor(Math.log2(count - 1));
}

function nodeOf(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(NODE_PREFIX, left, right);
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return Uint8Array.from(hash.digest());
}
