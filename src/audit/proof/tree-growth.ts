import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ArrivedEvents, type NewLeaf } from './arrived-events.js';
import { leafOf } from './canonical.js';
import { CHECKPOINT_TYPE, fingerprint, openCheckpoint, type CheckpointClaims } from './checkpoint.js';
import { CheckpointKeyStore } from './checkpoint-key-store.js';
import { CheckpointSigner } from './checkpoint-signer.js';
import { TILE_BITS } from './tree-paths.js';
import { TreeDamaged, TreeStore, type NewNode } from './tree-store.js';

/** Where the tree goes on. */
export interface Head {
  readonly chainUid: string;
  readonly treeSize: number;
  readonly settled: number;
  readonly unmarkedUntil: number;
  /** Absent at the very first. */
  readonly before?: { readonly claims: CheckpointClaims; readonly jws: string };
}

/** Adds leaves to the tree and signs the checkpoint that they end with. */
@Injectable()
export class TreeGrowth {
  constructor(
    private readonly store: TreeStore,
    private readonly signer: CheckpointSigner,
    private readonly keys: CheckpointKeyStore,
    private readonly events: ArrivedEvents,
  ) {}

  /** @throws TreeDamaged when the latest checkpoint is not one that was signed here. */
  async head(tx: EntityManager): Promise<Head> {
    const jws = await this.store.latest(tx);
    if (jws === undefined) {
      const unmarkedUntil = await this.events.unmarkedUntil(tx);
      return { chainUid: randomUUID(), treeSize: 0, settled: 0, unmarkedUntil };
    }
    const keys = await this.keys.published(tx);
    const checkpoint = openCheckpoint(jws, (kid) => keys.get(kid));
    if (!checkpoint) throw new TreeDamaged('the latest checkpoint is not signed by a key of this trail');
    const { claims } = checkpoint;
    return {
      chainUid: claims.chain_uid,
      treeSize: claims.tree_size,
      settled: claims.settled,
      unmarkedUntil: claims.unmarked_until,
      before: { claims, jws },
    };
  }

  /** @throws TreeDamaged when what is stored is not what the latest checkpoint says. */
  async grow(
    tx: EntityManager,
    head: Head,
    leaves: readonly NewLeaf[],
    settled: number,
  ): Promise<CheckpointClaims> {
    const edge = await this.store.edge(tx, head.treeSize);
    if (head.before && edge.root().toString('base64url') !== head.before.claims.root)
      throw new TreeDamaged('the stored hashes do not give the root of the latest checkpoint');
    const nodes: NewNode[] = [];
    const hashes = leaves.map(({ text }) => {
      const hash = leafOf(edge.size, text);
      edge.append(hash, 0, (made, root) => {
        if (made.bits % TILE_BITS === 0)
          nodes.push({ level: made.bits / TILE_BITS, index: made.index, hash: root });
      });
      return hash;
    });
    const claims: CheckpointClaims = {
      chain_uid: head.chainUid,
      tree_size: edge.size,
      root: edge.root().toString('base64url'),
      prev: head.before ? fingerprint(head.before.jws) : null,
      time: timeAfter(head.before?.claims.time),
      settled,
      unmarked_until: head.unmarkedUntil,
    };
    const jws = this.signer.sign(claims, CHECKPOINT_TYPE);
    const eventIds = leaves.map(({ eventId }) => eventId);
    await this.store.append(tx, {
      eventIds,
      hashes,
      nodes,
      checkpoint: { claims, kid: this.signer.kid, jws },
    });
    return claims;
  }
}

/** Now; never before the last one, whatever the clock does. */
function timeAfter(last: string | undefined): string {
  const now = new Date().toISOString();
  return last !== undefined && last > now ? last : now;
}
