import { hashNode, subtreesOf, type Subtree } from './merkle.js';

/** One level of stored hashes covers this many bits: 256 leaves are one node, 256 nodes the next. */
export const TILE_BITS = 8;
export const TILE = 2 ** TILE_BITS;

/** What is stored: level 0 are the leaves, level 1 the roots of 256 of them, and so on. */
export type StoredHash = (level: number, index: number) => Buffer;

/** The root of a complete subtree. */
export function hashOf({ bits, index }: Subtree, stored: StoredHash): Buffer {
  if (bits % TILE_BITS === 0) return stored(bits / TILE_BITS, index);
  const half = { bits: bits - 1, index: 2 * index };
  return hashNode(hashOf(half, stored), hashOf({ ...half, index: half.index + 1 }, stored));
}

/** RFC 9162 §2.1.1: MTH of the leaves `from` to `to`; `from` is where the tree of `to` leaves would split. */
function headOf(from: number, to: number, stored: StoredHash): Buffer {
  return subtreesOf(from, to)
    .map((subtree) => hashOf(subtree, stored))
    .reduceRight((right, left) => hashNode(left, right));
}

/** RFC 9162 §2.1.3.1: what is needed to come from a leaf to the root of the tree of `size` leaves. */
export function inclusionPath(leaf: number, size: number, stored: StoredHash): Buffer[] {
  const path = (from: number, to: number): Buffer[] => {
    if (to - from === 1) return [];
    const middle = from + split(to - from);
    return leaf < middle
      ? [...path(from, middle), headOf(middle, to, stored)]
      : [...path(middle, to), headOf(from, middle, stored)];
  };
  return path(0, size);
}

/** RFC 9162 §2.1.4.1: what shows that the tree of `size` leaves begins with that of `before`. */
export function consistencyPath(before: number, size: number, stored: StoredHash): Buffer[] {
  const path = (from: number, to: number, whole: boolean): Buffer[] => {
    if (to === before) return whole ? [] : [headOf(from, to, stored)];
    const middle = from + split(to - from);
    return before <= middle
      ? [...path(from, middle, whole), headOf(middle, to, stored)]
      : [...path(middle, to, false), headOf(from, middle, stored)];
  };
  return before === 0 || before === size ? [] : path(0, size, true);
}

/** RFC 9162 §2.1.3.2 */
export function rootByInclusion(leaf: number, size: number, hash: Buffer, path: readonly Buffer[]): Buffer {
  let [index, last, root] = [leaf, size - 1, hash];
  for (const sibling of path) {
    if (index % 2 === 1 || index === last) {
      root = hashNode(sibling, root);
      while (index % 2 === 0 && index !== 0) [index, last] = [index / 2, Math.floor(last / 2)];
    } else {
      root = hashNode(root, sibling);
    }
    [index, last] = [Math.floor(index / 2), Math.floor(last / 2)];
  }
  return root;
}

/** RFC 9162 §2.1.1: the largest power of two smaller than `size`. */
function split(size: number): number {
  let half = 1;
  while (half * 2 < size) half *= 2;
  return half;
}
