import type { EntityManager } from 'typeorm';
import { subtreesOf, TreeEdge } from './merkle.js';

/** So many leaves are read at once. */
const WINDOW = 2_000;

const LEAVES = 'SELECT seq, leaf_hash AS hash FROM audit_leaves WHERE seq >= $1 AND seq < $2';
const CHECKPOINTS =
  'SELECT tree_size AS size, jws FROM audit_checkpoints WHERE tree_size > $1 AND tree_size <= $2';

/** Leaves and checkpoints near each other, for whoever goes through the trail in the order of places. */
export class LeafWindow {
  /** The most leaves that may be asked for at once. */
  static readonly SPAN = WINDOW / 2;
  private from = 0;
  private to = 0;
  private leaves: ReadonlyMap<number, Buffer> = new Map();
  private checkpoints: ReadonlyMap<number, string> = new Map();

  constructor(private readonly tx: EntityManager) {}

  /** Roots of the subtrees that cover these places; `undefined` when a leaf is gone. */
  async roots(from: number, to: number): Promise<Buffer[] | undefined> {
    await this.load(from, to);
    const roots: Buffer[] = [];
    for (const { bits, index } of subtreesOf(from, to)) {
      const edge = new TreeEdge();
      for (let seq = index * 2 ** bits; seq < (index + 1) * 2 ** bits; seq++) {
        const hash = this.leaves.get(seq);
        if (!hash) return undefined;
        edge.append(hash);
      }
      roots.push(edge.root());
    }
    return roots;
  }

  /** The checkpoints that end within these places, or with the last of them. */
  async checkpointsIn(from: number, to: number): Promise<{ size: number; jws: string }[]> {
    await this.load(from, to);
    return [...this.checkpoints]
      .filter(([size]) => size > from && size <= to)
      .map(([size, jws]) => ({ size, jws }))
      .sort((a, b) => a.size - b.size);
  }

  private async load(from: number, to: number): Promise<void> {
    if (from >= this.from && to <= this.to) return;
    [this.from, this.to] = [from, from + WINDOW];
    const range = [this.from, this.to];
    const leaves = await this.tx.query<{ seq: string; hash: Buffer }[]>(LEAVES, range);
    const checkpoints = await this.tx.query<{ size: string; jws: string }[]>(CHECKPOINTS, range);
    this.leaves = new Map(leaves.map(({ seq, hash }) => [Number(seq), hash]));
    this.checkpoints = new Map(checkpoints.map(({ size, jws }) => [Number(size), jws]));
  }
}
