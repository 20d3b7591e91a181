import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditLog } from '../audit-log.js';
import { SealedFeed, type SealedPage } from '../feed/sealed-feed.js';
import { AuditStream } from './audit-stream.entity.js';
import { StreamSinks } from './stream-sinks.js';

const BATCH = 100;
const LONGEST_WAIT_SECONDS = 300;
/** Longer than a delivery may take. */
const LEASE = `interval '30 seconds'`;

/** A stream belongs to one replica as long as its lease: two would send out of order. */
const CLAIM = `
UPDATE audit_streams SET lease_by = $1, lease_until = now() + ${LEASE}
WHERE id IN (
  SELECT id FROM audit_streams
  WHERE state = 'active' AND next_attempt_at <= now() AND (lease_until IS NULL OR lease_until < now())
    AND position < (SELECT coalesce(max(seq) + 1, 0) FROM audit_leaves)
  ORDER BY next_attempt_at LIMIT 10 FOR UPDATE SKIP LOCKED
) RETURNING id`;

/** Every write of a delivery: nothing, when somebody has paused, replayed or taken over the stream meanwhile. */
const MINE = `WHERE id = $1 AND lease_by = $2 AND lease_until > now() AND position = $3 AND state = 'active'`;

const ADVANCE = `
UPDATE audit_streams SET position = $4, attempts = 0, problem = NULL, delivered = delivered + $5::bigint,
  delivered_at = CASE WHEN $5::bigint > 0 THEN now() ELSE delivered_at END, lease_until = now() + ${LEASE} ${MINE} RETURNING id`;

const POSTPONE = `
UPDATE audit_streams SET attempts = attempts + 1, problem = $4, lease_by = NULL, lease_until = NULL,
  next_attempt_at = now() + make_interval(secs => $5::float8) ${MINE} RETURNING id`;

const GIVE_UP = `
WITH moved AS (
  UPDATE audit_streams SET position = $4, attempts = 0, problem = $5, lease_until = now() + ${LEASE} ${MINE} RETURNING id
)
INSERT INTO audit_dead_letters (id, stream_id, seq, event_id, type, attempts, problem, died_at)
SELECT $6::uuid, id, $7::bigint, $8::uuid, $9::text, $10::integer, $5::text, now() FROM moved RETURNING id`;

/** Delivers what streams have not delivered yet, in order, each event at least once. */
@Injectable()
export class StreamDelivery {
  private readonly me = randomUUID();

  constructor(
    private readonly dataSource: DataSource,
    private readonly feed: SealedFeed,
    private readonly sinks: StreamSinks,
    private readonly audit: AuditLog,
  ) {}

  /** Ids of streams that have something to deliver, and are this replica's now. */
  async claim(): Promise<string[]> {
    const [rows] = await this.dataSource.query<[{ id: string }[], number]>(CLAIM, [this.me]);
    return rows.map(({ id }) => id);
  }

  /** One batch. Answers whether to go on at once. */
  async step(id: string): Promise<boolean> {
    const stream = await this.dataSource.getRepository(AuditStream).findOneBy({ id, leaseBy: this.me });
    if (!stream || stream.state !== 'active') return false;
    const isLastTry = stream.attempts + 1 >= stream.maxAttempts;
    const from = Number(stream.position);
    // What is given up is one event: the others may be good.
    const page = await this.feed.read({ filters: stream.filters, from, limit: isLastTry ? 1 : BATCH });
    if (page.next === from) return this.release(stream);
    const problem = page.events.length === 0 ? undefined : await this.sinks.deliver(stream, page.events);
    if (problem === undefined) return this.advance(stream, page);
    return isLastTry ? this.giveUp(stream, page, problem) : this.postpone(stream, problem);
  }

  private advance(stream: AuditStream, { next, events }: SealedPage): Promise<boolean> {
    return this.write(ADVANCE, stream, [next, events.length]);
  }

  private async postpone(stream: AuditStream, problem: string): Promise<boolean> {
    const seconds = Math.min(LONGEST_WAIT_SECONDS, 2 ** stream.attempts) * (0.75 + Math.random() / 4);
    await this.write(POSTPONE, stream, [problem, seconds]);
    return false;
  }

  private async giveUp(stream: AuditStream, { events }: SealedPage, problem: string): Promise<boolean> {
    const { seq, body } = events[0]!;
    const attempts = stream.attempts + 1;
    const letter = [uuidv7(), seq, body.event_id, body.type, attempts];
    return this.dataSource.transaction(async (tx) => {
      if (!(await this.write(GIVE_UP, stream, [seq + 1, problem, ...letter], tx))) return false;
      await this.audit.record(tx, {
        type: 'audit.stream.gave_up',
        actor: { type: 'system' },
        outcome: { result: 'error', reason: problem },
        targets: [{ type: 'audit_stream', id: stream.id, display: stream.name }],
        details: { seq, event_id: body.event_id, attempts },
      });
      return true;
    });
  }

  private async release({ id }: AuditStream): Promise<boolean> {
    await this.dataSource.query(
      'UPDATE audit_streams SET lease_by = NULL, lease_until = NULL WHERE id = $1 AND lease_by = $2',
      [id, this.me],
    );
    return false;
  }

  private async write(
    text: string,
    stream: AuditStream,
    values: readonly unknown[],
    db: EntityManager = this.dataSource.manager,
  ): Promise<boolean> {
    const answer = await db.query<unknown[]>(text, [stream.id, this.me, stream.position, ...values]);
    // TypeORM answers an UPDATE with its rows and their number, and an INSERT with its rows.
    const rows = Array.isArray(answer[0]) ? answer[0] : answer;
    return rows.length > 0;
  }
}
