import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditEventBody } from '../audit-row.js';
import { EventMarks, type MarkVerdict } from '../event-marks.js';
import { OwnEvents } from '../own-events.js';
import { firstIdAt } from '../search/audit-conditions.js';
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
  readonly type: string;
  readonly mac: string | null;
  readonly sealed: boolean;
}

/**
 * The partitions of months that are over are left out of most looks: to plan for all of them, second by second, would
 * cost more than everything else. An event that comes there late is a number that is missing, and found by the next
 * look that leaves nothing out.
 */
const EVERYWHERE_MS = 20_000;
const RECENT_MS = 2 * 86_400_000;
/** Ids below are not of a moment at which there was a trail. */
const EARLIEST = firstIdAt(Date.UTC(2020, 0));
const EVERYWHERE = [firstIdAt(0), firstIdAt(0)];

const READ = `
SELECT e.arrival, e.event_id, e.type, e.mac, l.seq IS NOT NULL AS sealed
FROM (
  (SELECT arrival, event_id, type, mac FROM audit_events
   WHERE arrival > $1 AND (event_id < $4 OR event_id >= $5) ORDER BY arrival LIMIT ${BATCH})
  UNION ALL
  (SELECT arrival, event_id, type, mac
   FROM unnest($2::bigint[], $3::bigint[]) AS missing (low, high)
   JOIN audit_events ON arrival BETWEEN low AND high
   WHERE event_id < $4 OR event_id >= $5 ORDER BY arrival LIMIT ${BATCH})
) e LEFT JOIN audit_leaves l USING (event_id) ORDER BY e.arrival`;

const BODIES = 'SELECT event_id, body FROM audit_events WHERE event_id = ANY($1::uuid[])';

interface Text {
  readonly text: string;
  /** This process wrote it. */
  readonly own: boolean;
}

/** Reads committed events that have no place in the tree yet. */
@Injectable()
export class ArrivedEvents {
  private undecidedSince: number | undefined;
  private lookedEverywhere = -Infinity;

  constructor(
    private readonly marks: EventMarks,
    private readonly own: OwnEvents,
  ) {}

  /** The number that was given out last. */
  async newest(tx: EntityManager): Promise<number> {
    const [row] = await tx.query<{ newest: string }[]>(
      'SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS newest FROM audit_events_arrival_seq',
    );
    return Number(row!.newest);
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
    const now = performance.now();
    const everywhere = now - this.lookedEverywhere > EVERYWHERE_MS;
    const given = await this.newest(tx);
    // What is missing is given up for good only after a look that leaves nothing out.
    const snapshot = everywhere && missing.length > 0 ? await snapshotOf(tx) : undefined;
    const rows = await tx.query<Row[]>(READ, [
      newest,
      missing.map(({ low }) => low),
      missing.map(({ high }) => high),
      ...(everywhere ? EVERYWHERE : [EARLIEST, firstIdAt(Date.now() - RECENT_MS)]),
    ]);
    const more = rows.length >= BATCH;
    arrivals.note(
      rows.map(({ arrival }) => Number(arrival)),
      now,
    );
    if (!more) arrivals.expect(given, now);
    if (snapshot) arrivals.age(now, snapshot);
    if (everywhere && !more) this.lookedEverywhere = now;
    const unsealed = rows.filter(({ sealed }) => !sealed);
    const texts = await this.textsOf(tx, unsealed);
    return { ...this.sift(unsealed, texts, unmarkedUntil), more };
  }

  /** In canonical form. */
  private async textsOf(tx: EntityManager, rows: readonly Row[]): Promise<ReadonlyMap<string, Text>> {
    const texts = new Map<string, Text>();
    for (const { event_id: id, mac } of rows) {
      const text = this.own.take(id, mac);
      if (text !== undefined) texts.set(id, { text, own: true });
    }
    const others = rows.filter(({ event_id: id }) => !texts.has(id)).map(({ event_id: id }) => id);
    if (others.length === 0) return texts;
    const found = await tx.query<{ event_id: string; body: AuditEventBody }[]>(BODIES, [others]);
    for (const { event_id: id, body } of found) texts.set(id, { text: canonical(body), own: false });
    return texts;
  }

  private sift(
    rows: readonly Row[],
    texts: ReadonlyMap<string, Text>,
    unmarkedUntil: number,
  ): Omit<Arrived, 'more'> {
    const foreign: ForeignEvent[] = [];
    const leaves: NewLeaf[] = [];
    const undecided: ForeignEvent[] = [];
    for (const { event_id: eventId, type, mac, ...row } of rows) {
      const [arrival, found] = [Number(row.arrival), texts.get(eventId)];
      if (!found) continue;
      const verdict = found.own ? 'genuine' : this.verdict(found.text, mac, arrival <= unmarkedUntil);
      if (verdict === 'genuine') leaves.push({ eventId, type, text: found.text });
      else (verdict === 'unknown' ? undecided : foreign).push({ eventId, arrival });
    }
    const waits = this.waits(undecided.length > 0);
    return { leaves, foreign: waits ? foreign : [...foreign, ...undecided], waits };
  }

  private verdict(text: string, mac: string | null, mayLackIt: boolean): MarkVerdict {
    if (mac === null) return mayLackIt ? 'genuine' : 'forged';
    return this.marks.judge(text, mac);
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
