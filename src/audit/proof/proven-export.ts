import type { EntityManager } from 'typeorm';
import type { AuditEventBody } from '../audit-row.js';
import { ArchivedRuns } from './archived-runs.js';
import type { SignedCheckpoint } from './checkpoint.js';
import type { ExportLine, TrailLine } from './export-lines.js';
import { LeafWindow } from './leaf-window.js';
import { subtreesOf } from './merkle.js';
import { hashOf, TILE } from './tree-paths.js';
import type { TreeStore } from './tree-store.js';

/** A sealed event as it is read for an export, in the order of `seq`. */
export interface SealedEvent {
  readonly seq: number;
  readonly leafHash: Buffer;
  readonly body: AuditEventBody;
}

/** What an export is made of beside its events. */
export interface ExportGround {
  readonly tx: EntityManager;
  readonly store: TreeStore;
  /** The export ends with it; what was sealed later is not in it. */
  readonly checkpoint: SignedCheckpoint;
  readonly header: TrailLine;
}

/**
 * Turns pages of sealed events into the lines of an export that can be verified with nothing else: what is left out is
 * there as hashes, and the last line is the checkpoint that all of it leads to.
 */
export class ProvenExport {
  private at = 0;
  private readonly window: LeafWindow;
  private readonly archived: ArchivedRuns;

  constructor(private readonly ground: ExportGround) {
    const { tx, header } = ground;
    this.window = new LeafWindow(tx);
    this.archived = new ArchivedRuns(tx, this.window, header.trail.complete ?? { from: 0, to: 0 });
  }

  /** Read the events before this one only. */
  get treeSize(): number {
    return this.ground.checkpoint.claims.tree_size;
  }

  /** What to begin it again with. */
  basis(): { readonly header: TrailLine; readonly checkpoint: string } {
    return { header: this.ground.header, checkpoint: this.ground.checkpoint.jws };
  }

  /** The first line. */
  get header(): ExportLine {
    return this.ground.header;
  }

  /** The lines of one page of events; of a filter's choice, the events between them stand as hashes. */
  async *lines(page: readonly SealedEvent[]): AsyncGenerator<ExportLine> {
    const { chain_uid } = this.trail;
    const checkpoints = await this.checkpointsWithin(page);
    for (const { seq, leafHash, body } of page) {
      yield* this.before(seq);
      yield { ...body, integrity: { chain_uid, seq, leaf_hash: leafHash.toString('base64url') } };
      this.at = seq + 1;
      const checkpoint = checkpoints.get(this.at);
      if (checkpoint !== undefined) yield { checkpoint };
    }
  }

  /** What comes after the last event; the last line is a checkpoint. */
  async *end(): AsyncGenerator<ExportLine> {
    const { complete } = this.trail;
    yield* this.before(this.treeSize);
    if (complete && complete.to === this.treeSize && complete.from < complete.to) return;
    if (complete) this.at = complete.to;
    yield* this.leftOut(this.treeSize);
    yield { checkpoint: this.ground.checkpoint.jws };
  }

  private get trail(): TrailLine['trail'] {
    return this.ground.header.trail;
  }

  /** Where every event should be, a hole that no archive explains stays a hole. */
  private async *before(seq: number): AsyncGenerator<ExportLine> {
    const { complete } = this.trail;
    if (!complete) {
      yield* this.leftOut(seq);
      return;
    }
    if (this.at < complete.from) yield* this.leftOut(complete.from);
    for await (const { line, next } of this.archived.lines(this.at, Math.min(seq, complete.to))) {
      yield line;
      this.at = next;
    }
  }

  private async *leftOut(to: number): AsyncGenerator<ExportLine> {
    const from = this.at;
    if (from >= to) return;
    const hashes = (await this.rootsOf(from, to)).map((hash) => hash.toString('base64url'));
    this.at = to;
    yield { left_out: { from, to, hashes } };
  }

  private async rootsOf(from: number, to: number): Promise<Buffer[]> {
    const near = to - from < TILE ? await this.window.roots(from, to) : undefined;
    if (near) return near;
    const { tx, store } = this.ground;
    const stored = await store.around(tx, [from, to]);
    return subtreesOf(from, to).map((subtree) => hashOf(subtree, stored));
  }

  private async checkpointsWithin(page: readonly SealedEvent[]): Promise<ReadonlyMap<number, string>> {
    const { tx } = this.ground;
    const [first, last] = [page[0], page.at(-1)];
    if (!this.trail.complete || !first || !last) return new Map();
    const rows = await tx.query<{ size: string; jws: string }[]>(
      'SELECT tree_size AS size, jws FROM audit_checkpoints WHERE tree_size BETWEEN $1 AND $2',
      [first.seq + 1, Math.min(last.seq + 1, this.treeSize)],
    );
    return new Map(rows.map(({ size, jws }) => [Number(size), jws]));
  }
}
