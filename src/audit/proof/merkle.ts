import { hash } from 'node:crypto';

const LEAF = '\u0000';
const NODE = Buffer.of(1);

/** RFC 9162 §2.1.1: the prefixes keep a leaf from passing as a node. */
export const hashLeaf = (data: string): Buffer => hash('sha256', LEAF + data, 'buffer');

export const hashNode = (left: Buffer, right: Buffer): Buffer =>
  hash('sha256', Buffer.concat([NODE, left, right]), 'buffer');

/** The root of a tree without leaves (RFC 9162 §2.1.1). */
const NOTHING = hash('sha256', '', 'buffer');

/** A complete subtree: the `index`th with 2^`bits` leaves. */
export interface Subtree {
  readonly bits: number;
  readonly index: number;
}

/** The complete subtrees that together cover the leaves `from` to `to` (exclusive), from left to right. */
export function subtreesOf(from: number, to: number): Subtree[] {
  const found: Subtree[] = [];
  for (let at = from; at < to;) {
    let bits = 0;
    while (at % 2 ** (bits + 1) === 0 && at + 2 ** (bits + 1) <= to) bits++;
    found.push({ bits, index: at / 2 ** bits });
    at += 2 ** bits;
  }
  return found;
}

/** A growing tree of which only the roots of its complete subtrees are kept, the greatest first. */
export class TreeEdge {
  private readonly peaks: { bits: number; hash: Buffer }[] = [];
  private leaves = 0;

  /** `peaks` are the subtrees of `subtreesOf(0, size)`. */
  static of(size: number, peaks: readonly Buffer[]): TreeEdge {
    const edge = new TreeEdge();
    subtreesOf(0, size).forEach(({ bits }, at) => edge.append(peaks[at]!, bits));
    return edge;
  }

  get size(): number {
    return this.leaves;
  }

  /** Adds a leaf, or a whole subtree where one may begin; `made` is told of each subtree that is complete by it. */
  append(hash: Buffer, bits = 0, made?: (subtree: Subtree, hash: Buffer) => void): void {
    if (this.leaves % 2 ** bits !== 0) throw new Error('A subtree begins at a multiple of its size');
    this.leaves += 2 ** bits;
    let top = { bits, hash };
    while (this.peaks.at(-1)?.bits === top.bits) {
      top = { bits: top.bits + 1, hash: hashNode(this.peaks.pop()!.hash, top.hash) };
      made?.({ bits: top.bits, index: this.leaves / 2 ** top.bits - 1 }, top.hash);
    }
    this.peaks.push(top);
  }

  /** RFC 9162 §2.1.1: MTH of all leaves so far. */
  root(): Buffer {
    const hashes = this.peaks.map(({ hash }) => hash);
    return hashes.length === 0 ? NOTHING : hashes.reduceRight((right, left) => hashNode(left, right));
  }
}
