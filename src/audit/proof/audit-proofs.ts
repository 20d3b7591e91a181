import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { SignedCheckpoint } from './checkpoint.js';
import { Checkpoints } from './checkpoints.js';
import type { Integrity } from './export-lines.js';
import { SealClock } from './seal-clock.js';
import { TreeStore } from './tree-store.js';
import { inclusionPath } from './tree-paths.js';

/** That an event is in the tree of a checkpoint (RFC 9162 §2.1.3). */
export interface InclusionProof {
  readonly integrity: Integrity;
  readonly hashes: readonly string[];
  readonly checkpoint: SignedCheckpoint;
}

interface LeafRow {
  readonly event_id: string;
  readonly seq: string;
  readonly hash: Buffer;
}

/** Tells where events are in the sealed trail, and proves it. */
@Injectable()
export class AuditProofs {
  constructor(
    private readonly dataSource: DataSource,
    private readonly checkpoints: Checkpoints,
    private readonly store: TreeStore,
    private readonly clock: SealClock,
  ) {}

  /** By event id; an event that is not sealed yet (some two seconds after it is written) is left out. */
  async integrityOf(
    eventIds: readonly string[],
    tx: EntityManager = this.dataSource.manager,
  ): Promise<ReadonlyMap<string, Integrity>> {
    const checkpoint = await this.checkpoints.latest(tx);
    if (!checkpoint || eventIds.length === 0) return new Map();
    const rows = await tx.query<LeafRow[]>(
      'SELECT event_id, seq, leaf_hash AS hash FROM audit_leaves WHERE event_id = ANY($1::uuid[])',
      [eventIds],
    );
    const { chain_uid } = checkpoint.claims;
    return new Map(
      rows.map(({ event_id, seq, hash }) => [
        event_id,
        { chain_uid, seq: Number(seq), leaf_hash: hash.toString('base64url') },
      ]),
    );
  }

  /** Against the latest checkpoint; seals before if it must. `undefined` when the event is not sealed all the same. */
  async proofOf(eventId: string): Promise<InclusionProof | undefined> {
    return (await this.sealedProof(eventId)) ?? (await this.clock.sealNow(), this.sealedProof(eventId));
  }

  private async sealedProof(eventId: string): Promise<InclusionProof | undefined> {
    const integrity = (await this.integrityOf([eventId])).get(eventId);
    const checkpoint = await this.checkpoints.latest();
    if (!integrity || !checkpoint) return undefined;
    const { tree_size } = checkpoint.claims;
    const stored = await this.store.around(this.dataSource.manager, [integrity.seq, tree_size]);
    const path = inclusionPath(integrity.seq, tree_size, stored);
    return { integrity, checkpoint, hashes: path.map((hash) => hash.toString('base64url')) };
  }
}
