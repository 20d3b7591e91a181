import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { SignedCheckpoint } from './checkpoint.js';
import type { Flaw } from './export-finding.js';
import { subtreesOf, TreeEdge } from './merkle.js';
import { hashOf, TILE, type StoredHash } from './tree-paths.js';

export interface NewNode {
  readonly level: number;
  readonly index: number;
  readonly hash: Buffer;
}

/** What one batch adds. */
export interface Batch {
  readonly eventIds: readonly string[];
  /** Of their leaves. */
  readonly hashes: readonly Buffer[];
  readonly nodes: readonly NewNode[];
  readonly checkpoint: SignedCheckpoint;
}

const READ = `
SELECT 0 AS level, seq AS index, leaf_hash AS hash
FROM unnest($1::bigint[]) AS tile (start) JOIN audit_leaves ON seq >= start AND seq < start + ${TILE}
UNION ALL
SELECT n.level, n.index, n.hash
FROM unnest($2::integer[], $3::bigint[]) AS tile (level, start)
JOIN audit_nodes n ON n.level = tile.level AND n.index >= start AND n.index < start + ${TILE}`;

const APPEND = `
WITH leaves AS (
  INSERT INTO audit_leaves (seq, event_id, leaf_hash)
  SELECT $1::bigint + place - 1, event_id, leaf_hash
  FROM unnest($2::uuid[], $3::bytea[]) WITH ORDINALITY AS l (event_id, leaf_hash, place)
), nodes AS (
  INSERT INTO audit_nodes (level, index, hash) SELECT * FROM unnest($4::integer[], $5::bigint[], $6::bytea[])
)
INSERT INTO audit_checkpoints (tree_size, time, kid, jws) VALUES ($7, $8, $9, $10)`;

/** The stored hashes have been meddled with: they do not make a tree. */
export class TreeDamaged extends Error {
  constructor(
    what: string,
    readonly flaw: Flaw = 'missing',
  ) {
    super(`The hash tree of the audit trail is damaged: ${what}`);
    this.name = 'TreeDamaged';
  }
}

/** The hash tree as it is stored. */
@Injectable()
export class TreeStore {
  /**
   * The hashes beside the path of each of these places: enough for proofs about them, and for the roots of the trees
   * that end there.
   */
  async around(tx: EntityManager, places: readonly number[]): Promise<StoredHash> {
    const leaves = new Set<number>();
    const nodes = new Map<string, { level: number; start: number }>();
    for (const place of places) {
      leaves.add(place - (place % TILE));
      for (let level = 1, at = place; at >= TILE; level++) {
        at = Math.floor(at / TILE);
        nodes.set(`${level}:${at - (at % TILE)}`, { level, start: at - (at % TILE) });
      }
    }
    const tiles = [...nodes.values()];
    const rows = await tx.query<{ level: number; index: string; hash: Buffer }[]>(READ, [
      [...leaves],
      tiles.map(({ level }) => level),
      tiles.map(({ start }) => start),
    ]);
    const stored = new Map(rows.map(({ level, index, hash }) => [`${level}:${index}`, hash]));
    return (level, index) => {
      const hash = stored.get(`${level}:${index}`);
      if (!hash) throw new TreeDamaged(`hash ${index} of level ${level} is missing`);
      return hash;
    };
  }

  /** The tree of the first `size` leaves. */
  async edge(tx: EntityManager, size: number): Promise<TreeEdge> {
    const stored = await this.around(tx, [size]);
    return TreeEdge.of(
      size,
      subtreesOf(0, size).map((subtree) => hashOf(subtree, stored)),
    );
  }

  /** JWS of the latest checkpoint. */
  async latest(tx: EntityManager): Promise<string | undefined> {
    const [row] = await tx.query<{ jws: string }[]>(
      'SELECT jws FROM audit_checkpoints ORDER BY tree_size DESC LIMIT 1',
    );
    return row?.jws;
  }

  /** Fails when another replica has sealed in between: no two leaves have one place. */
  async append(tx: EntityManager, { eventIds, hashes, nodes, checkpoint }: Batch): Promise<void> {
    const { claims, kid, jws } = checkpoint;
    await tx.query(APPEND, [
      claims.tree_size - hashes.length,
      eventIds,
      hashes,
      nodes.map(({ level }) => level),
      nodes.map(({ index }) => index),
      nodes.map(({ hash }) => hash),
      claims.tree_size,
      claims.time,
      kid,
      jws,
    ]);
  }
}
