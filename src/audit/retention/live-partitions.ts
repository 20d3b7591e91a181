import type { EntityManager } from 'typeorm';
import { RETENTION_CLASSES, type RetentionClass } from '../event-types.js';
import { momentOf } from '../search/audit-conditions.js';

/** A partition as the database has it. */
export interface LivePartition {
  readonly name: string;
  readonly parent: string;
  /** Absent for events of an unknown class. */
  readonly retention?: RetentionClass;
  /** Absent for a default partition, which takes what no month takes. */
  readonly range?: { readonly from: Date; readonly to: Date };
  /** An estimate of the database; absent until it has made one. */
  readonly events?: number;
  readonly bytes: number;
}

const LIVE = `
SELECT c.relname AS name, p.relname AS parent, pg_get_expr(c.relpartbound, c.oid) AS bound,
  CASE WHEN c.reltuples >= 0 THEN c.reltuples END AS events, pg_total_relation_size(c.oid) AS bytes
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
WHERE c.relkind = 'r' AND (p.oid = 'audit_events'::regclass
  OR p.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'audit_events'::regclass))
ORDER BY c.relname`;

interface Row {
  readonly name: string;
  readonly parent: string;
  readonly bound: string;
  readonly events: number | null;
  readonly bytes: string;
}

/** The partitions that the trail is made of now. */
export async function livePartitions(tx: EntityManager): Promise<LivePartition[]> {
  const rows = await tx.query<Row[]>(LIVE);
  return rows.map(({ name, parent, bound, events, bytes }) => {
    const retention = RETENTION_CLASSES.find((one) => parent === `audit_events_${one}`);
    const range = rangeOf(bound);
    return {
      name,
      parent,
      ...(retention && { retention }),
      ...(range && { range }),
      ...(events !== null && { events: Math.round(events) }),
      bytes: Number(bytes),
    };
  });
}

function rangeOf(bound: string): { from: Date; to: Date } | undefined {
  const ids = /FROM \('([0-9a-f-]{36})'\) TO \('([0-9a-f-]{36})'\)/.exec(bound);
  if (!ids) return undefined;
  const [from, to] = ids.slice(1).map((id) => new Date(momentOf(id)));
  return { from: from!, to: to! };
}
