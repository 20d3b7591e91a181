import { Injectable } from '@nestjs/common';
import type { JWK } from 'jose';
import { DataSource, type EntityManager } from 'typeorm';
import { pageOfRows, type KeysetPage, type KeysetQuery } from '../../database/index.js';
import { openCheckpoint, type SignedCheckpoint } from './checkpoint.js';
import { CheckpointKeyStore } from './checkpoint-key-store.js';
import { TreeStore } from './tree-store.js';
import { consistencyPath } from './tree-paths.js';

/** That one checkpoint goes on from another (RFC 9162 §2.1.4). */
export interface Consistency {
  readonly first: number;
  readonly second: number;
  readonly hashes: readonly string[];
}

/** Reads the signed checkpoints. One whose signature is not good is none. */
@Injectable()
export class Checkpoints {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: CheckpointKeyStore,
    private readonly store: TreeStore,
  ) {}

  /** `undefined` until the first events are sealed. */
  async latest(tx: EntityManager = this.dataSource.manager): Promise<SignedCheckpoint | undefined> {
    const jws = await this.store.latest(tx);
    return jws === undefined ? undefined : this.open(jws);
  }

  async find(treeSize: number): Promise<SignedCheckpoint | undefined> {
    const [row] = await this.dataSource.query<{ jws: string }[]>(
      'SELECT jws FROM audit_checkpoints WHERE tree_size = $1',
      [treeSize],
    );
    return row && this.open(row.jws);
  }

  /** Newest first; the cursor is a tree size. */
  async list(query: KeysetQuery): Promise<KeysetPage<SignedCheckpoint>> {
    const { cursor, backwards = false, limit } = query;
    const rows = await this.dataSource.query<{ size: string; jws: string }[]>(
      `SELECT tree_size AS size, jws FROM audit_checkpoints
       WHERE $1::bigint IS NULL OR tree_size ${backwards ? '>' : '<'} $1
       ORDER BY tree_size ${backwards ? 'ASC' : 'DESC'} LIMIT $2`,
      [cursor ?? null, limit + 1],
    );
    const { items, ...page } = pageOfRows(rows, query, ({ size }) => size);
    const opened = await Promise.all(items.map(({ jws }) => this.open(jws)));
    return { ...page, items: opened.filter((checkpoint) => checkpoint !== undefined) };
  }

  /** Of two sizes the tree has had. */
  async consistency(first: number, second: number): Promise<Consistency> {
    const stored = await this.store.around(this.dataSource.manager, [first - 1, first, second]);
    const hashes = consistencyPath(first, second, stored).map((hash) => hash.toString('base64url'));
    return { first, second, hashes };
  }

  /** Public halves of the keys that signed, by their ids. */
  async publicKeys(): Promise<ReadonlyMap<string, JWK>> {
    return this.keys.published();
  }

  /** `undefined` when it is not signed by a key of this trail. */
  async open(jws: string): Promise<SignedCheckpoint | undefined> {
    const keys = await this.publicKeys();
    return openCheckpoint(jws, (kid) => keys.get(kid));
  }
}
