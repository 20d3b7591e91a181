import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Propagation, RevocationReceipt } from './revocation.js';

const HEARTBEAT_MS = 5_000;
/** A replica not seen for longer is gone; its own fuse keeps it from answering with an old view. */
const GONE_SECONDS = 15;
const WAIT_MS = 1_500;
const LOOK_MS = 15;

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly callsEnded: number;
}

interface AckRow {
  readonly replica: string;
  readonly ms: number | null;
  readonly calls_ended: number;
  readonly behind: boolean;
}

/** Of a replica that started later there is no row: it had the ledger from the beginning. */
const PROPAGATION = `
SELECT coalesce(a.replica_id, r.id) AS replica, coalesce(a.calls_ended, 0) AS calls_ended,
  greatest(0, round(extract(epoch FROM a.acked_at - $3::timestamptz) * 1000))::int AS ms,
  coalesce(r.acked_seq < $1, false) AS behind
FROM (SELECT * FROM revocation_acks WHERE to_seq >= $1 AND from_seq <= $1) a
FULL JOIN (SELECT * FROM replicas WHERE seen_at > now() - make_interval(secs => $2)) r ON r.id = a.replica_id
WHERE a.replica_id IS NOT NULL OR r.started_at < $3::timestamptz
ORDER BY 1`;

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
    await this.dataSource.query(`DELETE FROM revocation_acks WHERE acked_at < now() - interval '90 days'`);
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

  /** A stretch of the ledger is applied here: one statement says how far this replica is, and what that ended. */
  async took({ from, to, callsEnded }: Stretch): Promise<void> {
    this.acked = to;
    this.beatAt = performance.now();
    await this.dataSource.query(
      `WITH ack AS (
         INSERT INTO revocation_acks (replica_id, to_seq, from_seq, acked_at, calls_ended)
         VALUES ($1, $2, $3, clock_timestamp(), $4) ON CONFLICT (replica_id, to_seq) DO NOTHING)
       UPDATE replicas SET acked_seq = $2, seen_at = now() WHERE id = $1`,
      [this.id, to, from, callsEnded],
    );
  }

  /** What each replica that was told, or is to be, says of the rows up to `seq`. */
  async propagation(seq: number, since: Date): Promise<Propagation> {
    const rows = await this.dataSource.query<AckRow[]>(PROPAGATION, [seq, GONE_SECONDS, since]);
    const replicas = rows.map(({ replica, ms, calls_ended }) => ({
      replica,
      ...(ms !== null && { ms }),
      callsEnded: calls_ended,
    }));
    return { done: rows.every(({ behind }) => !behind), replicas };
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

  async living(): Promise<{ id: string; acked: number }[]> {
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
