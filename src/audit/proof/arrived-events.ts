import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditEventBody } from '../audit-row.js';
import { EventMarks } from '../event-marks.js';
import type { Arrivals, Snapshot } from './arrivals.js';
import { canonical } from './canonical.js';

const UNDECIDED_MS = 600_000;

/** Rows of one batch; more wait for the next, which follows at once. */
export const BATCH = 1_000;

/** An event that is to get its place in the tree. */
export interface NewLeaf {
  readonly eventId: string;
  readonly type: string;
  /** The event in canonical form. */
  readonly text: string;
}

export interface ForeignEvent {
  readonly eventId: string;
  readonly arrival: number;
}

export interface Arrived {
  readonly leaves: readonly NewLeaf[];
  /** Events without a mark of this server: somebody else has put them there, and they are not sealed. */
  readonly foreign: readonly ForeignEvent[];
  /** Some are of a key that this replica has not got: leave the sealing to one that has. */
  readonly waits: boolean;
  /** There are more than fit in a batch. */
  readonly more: boolean;
}

interface Row {
  readonly arrival: string;
  readonly event_id: string;
  readonly sealed: boolean;
  readonly mac: string | null;
  readonly body: AuditEventBody | null;
}

const READ = `
SELECT e.arrival, e.event_id, e.mac, l.seq IS NOT NULL AS sealed, CASE WHEN l.seq IS NULL THEN e.body END AS body
FROM (
  (SELECT arrival, event_id, mac, body FROM audit_events WHERE arrival > $1 ORDER BY arrival LIMIT ${BATCH})
  UNION ALL
  (SELECT arrival, event_id, mac, body
   FROM unnest($2::bigint[], $3::bigint[]) AS missing (low, high)
   JOIN audit_events ON arrival BETWEEN low AND high ORDER BY arrival LIMIT ${BATCH})
) e LEFT JOIN audit_leaves l USING (event_id) ORDER BY e.arrival`;

/** Reads committed events that have no place in the tree yet. */
@Injectable()
export class ArrivedEvents {
  private undecidedSince: number | undefined;

  constructor(private readonly marks: EventMarks) {}

  /** The number of the event that came last, as far as can be seen. */
  async newest(tx: EntityManager): Promise<number> {
    const [row] = await tx.query<{ newest: string | null }[]>(
      'SELECT max(arrival) AS newest FROM audit_events',
    );
    return Number(row?.newest ?? 0);
  }

  /** Up to where events may be without a mark: what there was before marks were. */
  async unmarkedUntil(tx: EntityManager): Promise<number> {
    const [row] = await tx.query<{ last: string | null }[]>(
      'SELECT max(arrival) AS last FROM audit_events WHERE mac IS NULL',
    );
    return Number(row?.last ?? 0);
  }

  /** Reads one batch and notes it in `arrivals`. */
  async read(tx: EntityManager, arrivals: Arrivals, unmarkedUntil: number): Promise<Arrived> {
    const { missing, newest } = arrivals;
    const snapshot = missing.length > 0 ? await snapshotOf(tx) : undefined;
    const rows = await tx.query<Row[]>(READ, [
      newest,
      missing.map(({ low }) => low),
      missing.map(({ high }) => high),
    ]);
    arrivals.note(
      rows.map(({ arrival }) => Number(arrival)),
      performance.now(),
    );
    if (snapshot) arrivals.age(performance.now(), snapshot);
    return { ...this.sift(rows, unmarkedUntil), more: rows.length >= BATCH };
  }

  private sift(rows: readonly Row[], unmarkedUntil: number): Omit<Arrived, 'more'> {
    const foreign: ForeignEvent[] = [];
    const leaves: NewLeaf[] = [];
    const undecided: ForeignEvent[] = [];
    for (const { event_id: eventId, sealed, mac, body, ...row } of rows) {
      if (sealed || body === null) continue;
      const [arrival, text] = [Number(row.arrival), canonical(body)];
      const verdict =
        mac === null ? (arrival > unmarkedUntil ? 'forged' : 'genuine') : this.marks.judge(text, mac);
      if (verdict === 'genuine') leaves.push({ eventId, type: body.type, text });
      else (verdict === 'unknown' ? undecided : foreign).push({ eventId, arrival });
    }
    const waits = this.waits(undecided.length > 0);
    return { leaves, foreign: waits ? foreign : [...foreign, ...undecided], waits };
  }

  /** A replica that has the key will seal them; if none does for long, nobody has it. */
  private waits(undecided: boolean): boolean {
    const now = performance.now();
    this.undecidedSince = undecided ? (this.undecidedSince ?? now) : undefined;
    return this.undecidedSince !== undefined && now - this.undecidedSince < UNDECIDED_MS;
  }
}

async function snapshotOf(tx: EntityManager): Promise<Snapshot> {
  const [row] = await tx.query<{ xmin: string; xmax: string }[]>(
    `SELECT pg_snapshot_xmin(s)::text AS xmin, pg_snapshot_xmax(s)::text AS xmax FROM pg_current_snapshot() AS s`,
  );
  return { xmin: BigInt(row!.xmin), xmax: BigInt(row!.xmax) };
}
