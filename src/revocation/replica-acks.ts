import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { RevocationReceipt } from './revocation.js';

const HEARTBEAT_MS = 5_000;
/** A replica not seen for longer is gone; its own fuse keeps it from answering with an old view. */
const GONE_SECONDS = 15;
const WAIT_MS = 1_500;
const LOOK_MS = 15;

/** How far each replica has come in the ledger; what a revocation's receipt is made of. */
@Injectable()
export class ReplicaAcks {
  readonly id = randomUUID();
  private acked = 0;
  private beatAt = 0;

  constructor(private readonly dataSource: DataSource) {}

  async join(position: number): Promise<void> {
    await this.dataSource.query(
      'INSERT INTO replicas (id, started_at, seen_at, acked_seq) VALUES ($1, now(), now(), $2)',
      [this.id, position],
    );
    await this.dataSource.query(`DELETE FROM replicas WHERE seen_at < now() - interval '1 day'`);
    this.acked = position;
    this.beatAt = performance.now();
  }

  async acknowledge(position: number): Promise<void> {
    this.acked = position;
    this.beatAt = performance.now();
    await this.dataSource.query('UPDATE replicas SET acked_seq = $2, seen_at = now() WHERE id = $1', [
      this.id,
      position,
    ]);
  }

  async heartbeat(position: number): Promise<void> {
    if (this.beatAt > 0 && performance.now() - this.beatAt > HEARTBEAT_MS) await this.acknowledge(position);
  }

  async leave(): Promise<void> {
    await this.dataSource.query('DELETE FROM replicas WHERE id = $1', [this.id]);
  }

  /** Waits, for a bounded time, until every living replica has applied `seq`. */
  async await(seq: number, committedAt: number): Promise<RevocationReceipt> {
    for (;;) {
      const replicas = await this.living();
      const missing = replicas.filter((replica) => replica.acked < seq).map(({ id }) => id);
      const propagationMs = Math.round(performance.now() - committedAt);
      if (missing.length === 0 || propagationMs > WAIT_MS) {
        return {
          seq,
          replicas: replicas.length,
          acknowledged: replicas.length - missing.length,
          missing,
          propagationMs,
        };
      }
      await sleep(LOOK_MS);
    }
  }

  private async living(): Promise<{ id: string; acked: number }[]> {
    const rows = await this.dataSource.query<{ id: string; acked_seq: string }[]>(
      `SELECT id, acked_seq FROM replicas WHERE seen_at > now() - make_interval(secs => $1)`,
      [GONE_SECONDS],
    );
    return rows.map(({ id, acked_seq }) => ({
      id,
      acked: id === this.id ? Math.max(this.acked, Number(acked_seq)) : Number(acked_seq),
    }));
  }
}
