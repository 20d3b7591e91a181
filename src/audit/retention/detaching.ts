import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { AuditLog } from '../audit-log.js';
import { AuditPartition } from './audit-partition.entity.js';
import type { LivePartition } from './live-partitions.js';
import { partitionFact } from './partition-fact.js';

/** To wait for the lock is to make every insert wait: there is a next time. */
const LOCK_MS = 1_000;

const MEASURE = (name: string) => `
SELECT count(*)::int AS events, (count(*) - count(l.seq))::int AS unsealed, min(l.seq) AS first, max(l.seq) AS last
FROM "${name}" LEFT JOIN audit_leaves l USING (event_id)`;

/** A collector that is behind would never get what is taken out. */
const BEHIND = `SELECT name FROM audit_streams WHERE state = 'active' AND position <= $1 LIMIT 1`;

const HELD = (name: string) => `
SELECT h.user_id AS id FROM audit_legal_holds h
WHERE EXISTS (SELECT 1 FROM "${name}" e WHERE e.user_id = h.user_id::text) LIMIT 1`;

interface Measured {
  readonly events: number;
  readonly unsealed: number;
  readonly first: string | null;
  readonly last: string | null;
}

export type WithRange = LivePartition & Required<Pick<LivePartition, 'retention' | 'range'>>;

/** Takes partitions off the table. */
@Injectable()
export class Detaching {
  constructor(private readonly audit: AuditLog) {}

  /** `CONCURRENTLY` is refused where there is a default partition; this is one short lock. Answers why not, if not. */
  async detach(owner: DataSource, partition: WithRange, now: Date): Promise<string | undefined> {
    return owner.transaction(async (tx) => {
      await tx.query(`SET LOCAL lock_timeout = ${LOCK_MS}`);
      // Nobody adds to it while it is measured.
      await tx.query(`LOCK TABLE ONLY "${partition.name}" IN SHARE MODE`);
      const [measured] = await tx.query<[Measured]>(MEASURE(partition.name));
      const problem = await reasonToStay(tx, partition.name, measured);
      if (problem !== undefined) {
        await this.note(tx, { ...rowOf(partition, measured), problem });
        return problem;
      }
      await tx.query(`ALTER TABLE "${partition.parent}" DETACH PARTITION "${partition.name}"`);
      const row = { ...rowOf(partition, measured), state: 'detached', detachedAt: now } as const;
      await this.note(tx, row);
      await this.audit.record(tx, partitionFact('audit.partition.detached', row));
      return undefined;
    });
  }

  private async note(tx: EntityManager, row: AuditPartition): Promise<void> {
    await tx.upsert(AuditPartition, row, ['name']);
  }
}

async function reasonToStay(
  tx: EntityManager,
  name: string,
  { unsealed, last }: Measured,
): Promise<string | undefined> {
  if (unsealed > 0) return `${unsealed} of its events are not sealed`;
  const [held] = await tx.query<{ id: string }[]>(HELD(name));
  if (held) return `it has events of ${held.id}, who is under legal hold`;
  const [stream] = await tx.query<{ name: string }[]>(BEHIND, [last]);
  return stream && `the stream ${stream.name} has not delivered all of it`;
}

function rowOf({ name, retention, range }: WithRange, { events, first, last }: Measured): AuditPartition {
  return {
    name,
    retention,
    fromTime: range.from,
    toTime: range.to,
    state: 'live',
    events: String(events),
    firstSeq: first,
    lastSeq: last,
    places: null,
    statement: null,
    archive: null,
    digest: null,
    bytes: null,
    problem: null,
    detachedAt: null,
    archivedAt: null,
    droppedAt: null,
  };
}
