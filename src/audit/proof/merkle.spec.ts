import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { hashLeaf, hashNode, subtreesOf, TreeEdge } from './merkle.js';
import { consistencyPath, hashOf, inclusionPath, rootByInclusion, TILE_BITS } from './tree-paths.js';

/** RFC 9162 §2.1.1, word for word. */
function mth(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return createHash('sha256').digest();
  if (leaves.length === 1) return leaves[0]!;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return hashNode(mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

/** RFC 9162 §2.1.4.2 */
function isConsistent(
  { first, second }: { first: number; second: number },
  { firstRoot, secondRoot }: { firstRoot: Buffer; secondRoot: Buffer },
  given: readonly Buffer[],
): boolean {
  if (first === second) return given.length === 0 && firstRoot.equals(secondRoot);
  if (given.length === 0) return false;
  const path = Number.isInteger(Math.log2(first)) ? [firstRoot, ...given] : [...given];
  let [fn, sn] = [first - 1, second - 1];
  while (fn % 2 === 1) [fn, sn] = [(fn - 1) / 2, Math.floor(sn / 2)];
  let [fr, sr] = [path[0]!, path[0]!];
  for (const c of path.slice(1)) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      [fr, sr] = [hashNode(c, fr), hashNode(c, sr)];
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)];
    } else sr = hashNode(sr, c);
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0 && fr.equals(firstRoot) && sr.equals(secondRoot);
}

const leaves = Array.from({ length: 700 }, (_, at) => hashLeaf(String(at)));

/** What the sealer stores, and nothing else. */
const stored = new Map<string, Buffer>(leaves.map((leaf, at) => [`0:${at}`, leaf]));
const roots: Buffer[] = [];
const grown = new TreeEdge();
for (const leaf of leaves) {
  roots.push(grown.root());
  grown.append(leaf, 0, ({ bits, index }, hash) => {
    if (bits % TILE_BITS === 0) stored.set(`${bits / TILE_BITS}:${index}`, hash);
  });
}
const at = (level: number, index: number): Buffer => {
  const hash = stored.get(`${level}:${index}`);
  if (!hash) throw new Error(`${level}:${index} is not stored`);
  return hash;
};

const SIZES = [1, 2, 3, 5, 7, 8, 100, 255, 256, 257, 511, 512, 513, 699];

describe('The hash tree', () => {
  it('has the root of RFC 9162 at each size', () => {
    for (const size of [0, ...SIZES]) expect(roots[size]!).toEqual(mth(leaves.slice(0, size)));
  });

  it('goes on from its greatest subtrees as if it had them all', () => {
    for (const size of SIZES) {
      const peaks = subtreesOf(0, size).map((subtree) => hashOf(subtree, at));
      const again = TreeEdge.of(size, peaks);
      expect(again.root()).toEqual(roots[size]);
      again.append(leaves[size]!);
      expect(again.root()).toEqual(roots[size + 1] ?? grown.root());
    }
  });

  it('takes whole subtrees in place of leaves that are left out', () => {
    for (const [from, to] of [
      [0, 300],
      [3, 4],
      [5, 699],
      [256, 512],
      [255, 513],
    ] as const) {
      const edge = new TreeEdge();
      for (let leaf = 0; leaf < from; leaf++) edge.append(leaves[leaf]!);
      for (const subtree of subtreesOf(from, to)) edge.append(hashOf(subtree, at), subtree.bits);
      expect(edge.size).toBe(to);
      expect(edge.root()).toEqual(roots[to]);
    }
    expect(() => {
      const edge = new TreeEdge();
      edge.append(leaves[0]!);
      edge.append(leaves[1]!, 1);
    }).toThrow('multiple of its size');
  });

  it('proves that a leaf is in it, and that no other is', () => {
    for (const size of SIZES) {
      for (const leaf of [0, 1, 2, 100, 254, 255, 256, 300, 511, 512, size - 1].filter((n) => n < size)) {
        const path = inclusionPath(leaf, size, at);
        expect(rootByInclusion(leaf, size, leaves[leaf]!, path)).toEqual(roots[size]);
        expect(rootByInclusion(leaf, size, hashLeaf('other'), path)).not.toEqual(roots[size]);
      }
    }
  });

  it('proves that it began as it was', () => {
    for (const second of SIZES)
      for (const first of SIZES.filter((size) => size <= second)) {
        const path = consistencyPath(first, second, at);
        const [firstRoot, secondRoot] = [roots[first]!, roots[second]!];
        expect(isConsistent({ first, second }, { firstRoot, secondRoot }, path)).toBe(true);
        if (first < second)
          expect(isConsistent({ first, second }, { firstRoot: hashLeaf('x'), secondRoot }, path)).toBe(false);
      }
  });
});
