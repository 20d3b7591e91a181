import type { EntityManager } from 'typeorm';

const DETACHED = `
SELECT c.relname AS name FROM audit_partitions p JOIN pg_class c ON c.relname = p.name
WHERE p.statement IS NULL AND p.name ~ '^audit_events_[a-z0-9_]+$' AND NOT c.relispartition
  AND c.relnamespace = 'public'::regnamespace`;

/**
 * Where events are read from that must not be missing: the table, and the partitions that were taken off it and are not
 * archived yet. For a FROM clause.
 */
export async function eventsAndDetached(tx: EntityManager): Promise<string> {
  const detached = await tx.query<{ name: string }[]>(DETACHED);
  if (detached.length === 0) return 'audit_events';
  const parts = ['audit_events', ...detached.map(({ name }) => `"${name}"`)];
  return `(${parts.map((part) => `SELECT event_id, arrival, mac, body FROM ${part}`).join(' UNION ALL ')})`;
}
