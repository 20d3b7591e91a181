import type { JWK } from 'jose';
import { fingerprint, openCheckpoint, type SignedCheckpoint } from './checkpoint.js';
import { Found } from './export-finding.js';
import type { TrailLine } from './export-lines.js';
import type { TreeEdge } from './merkle.js';

/** Holds the checkpoints of an export, and one that was kept elsewhere, against the tree that its events make. */
export class CheckpointTrail {
  readonly remarks: string[] = [];
  private readonly signers = new Set<string>();
  /** Those that may have signed. */
  keys: ReadonlyMap<string, JWK> = new Map();
  private complete: TrailLine['trail']['complete'] = null;
  private madeAt = '';
  private last: SignedCheckpoint | undefined;
  private taken = 0;

  constructor(
    private readonly trust: { readonly keys?: readonly JWK[]; readonly anchor?: SignedCheckpoint },
  ) {}

  get count(): number {
    return this.taken;
  }

  get kids(): string[] {
    return [...this.signers];
  }

  begin({ keys, complete, chain_uid, time }: TrailLine['trail']): void {
    const { anchor } = this.trust;
    this.complete = complete;
    this.madeAt = time;
    this.keys = new Map((this.trust.keys ?? keys).map((key) => [key.kid ?? '', key]));
    if (!this.trust.keys)
      this.remarks.push(
        'The keys are those that the export itself names; compare their ids with those you know.',
      );
    if (anchor && anchor.claims.chain_uid !== chain_uid)
      throw new Found({
        flaw: 'other_history',
        message: `The checkpoint that was kept is of the trail ${anchor.claims.chain_uid}, the export of ${chain_uid}.`,
        line: 1,
      });
  }

  /** An event more. */
  grown(tree: TreeEdge): void {
    if (tree.size === this.trust.anchor?.claims.tree_size) this.compareWithAnchor(tree);
  }

  /** Many more at once, of which the tree in between is not known. */
  skipped(tree: TreeEdge): void {
    const { anchor } = this.trust;
    if (!anchor) return;
    if (tree.size === anchor.claims.tree_size) this.compareWithAnchor(tree);
    else if (tree.size > anchor.claims.tree_size && !this.compared)
      this.remarks.push(
        'The checkpoint that was kept lies among events that are left out; it was not compared.',
      );
  }

  take(jws: string, tree: TreeEdge, line: number): void {
    const checkpoint = openCheckpoint(jws, (kid) => this.keys.get(kid));
    if (!checkpoint)
      throw new Found({
        flaw: 'forged_checkpoint',
        message: 'The checkpoint is not signed by a key of this trail.',
        line,
      });
    const { tree_size, root } = checkpoint.claims;
    const first = this.last?.claims.tree_size ?? 0;
    if (tree_size > tree.size)
      throw new Found({
        flaw: 'missing',
        message: `The event at seq ${tree.size} is missing: a checkpoint covers ${tree_size} events.`,
        line,
        seq: tree.size,
      });
    if (tree_size < tree.size || root !== tree.root().toString('base64url'))
      throw new Found({
        flaw: 'changed',
        message: `One of the events from seq ${first} to ${tree_size - 1} was changed, added, removed or moved, and its hash with it: they do not give the root that was signed.`,
        line,
        seq: first,
        until: tree_size,
      });
    this.checkOrder(checkpoint, line);
    this.signers.add(checkpoint.kid);
    this.last = checkpoint;
    this.taken++;
  }

  end(tree: TreeEdge): void {
    const { anchor } = this.trust;
    if (this.last?.claims.tree_size !== tree.size)
      throw new Found({
        flaw: 'cut',
        message: 'The last line of an export, its checkpoint, is missing: its end is cut off.',
        seq: tree.size,
      });
    if (!anchor || anchor.claims.tree_size <= tree.size) return;
    if (anchor.claims.time > this.madeAt) {
      this.remarks.push(
        'The checkpoint that was kept is younger than the export; it shows nothing about its end.',
      );
      return;
    }
    throw new Found({
      flaw: 'cut',
      message: `The checkpoint that was kept covers ${anchor.claims.tree_size} events (${anchor.claims.time}), the export ${tree.size}: the events from seq ${tree.size} on are missing.`,
      seq: tree.size,
    });
  }

  private compared = false;

  private compareWithAnchor(tree: TreeEdge): void {
    const { root, tree_size, time } = this.trust.anchor!.claims;
    this.compared = true;
    if (root === tree.root().toString('base64url')) return;
    throw new Found({
      flaw: 'other_history',
      message: `The first ${tree_size} events are not those of the checkpoint that was kept (${time}): another history has taken their place, such as an older state of the database that went on.`,
      seq: tree_size - 1,
    });
  }

  /** Where every event is, every checkpoint is, and names the one before. */
  private checkOrder({ claims, jws }: SignedCheckpoint, line: number): void {
    const { last } = this;
    if (!last) return;
    if (claims.time < last.claims.time)
      throw new Found({ flaw: 'forged_checkpoint', message: 'The time of the checkpoint goes back.', line });
    const adjoins =
      this.complete && last.claims.tree_size >= this.complete.from && claims.tree_size <= this.complete.to;
    if (adjoins && claims.prev !== fingerprint(last.jws) && jws !== last.jws)
      throw new Found({
        flaw: 'missing_checkpoint',
        message: `A checkpoint between seq ${last.claims.tree_size} and ${claims.tree_size} is missing.`,
        line,
      });
  }
}
