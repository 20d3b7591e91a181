import type { AuditFact, Json } from '../audit-fact.js';
import type { EventType } from '../event-types.js';
import type { AuditPartition } from './audit-partition.entity.js';

type Told = Pick<AuditPartition, 'name' | 'retention' | 'fromTime' | 'toTime' | 'events'>;

/** What the trail says of a step that a partition has made. */
export const partitionFact = (
  type: EventType,
  { name, retention, fromTime, toTime, events }: Told,
  more: { readonly [key: string]: Json } = {},
): AuditFact => ({
  type,
  actor: { type: 'system' },
  targets: [{ type: 'audit_partition', id: name }],
  details: {
    retention,
    from: fromTime.toISOString(),
    to: toTime.toISOString(),
    events: Number(events),
    ...more,
  },
});
