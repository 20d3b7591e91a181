import { Archiving } from './archiving.js';
import { AuditPartition } from './audit-partition.entity.js';
import { Detaching } from './detaching.js';
import { Dropping } from './dropping.js';
import { LegalHold } from './legal-hold.js';
import { PartitionList } from './partition-list.js';
import { RetentionClock } from './retention-clock.js';
import { RetentionPolicy } from './retention-policy.js';
import { RetentionRun } from './retention-run.js';

export const RETENTION_ENTITIES = [AuditPartition];

export const RETENTION_PROVIDERS = [
  Archiving,
  Detaching,
  Dropping,
  LegalHold,
  PartitionList,
  RetentionClock,
  RetentionPolicy,
  RetentionRun,
];

export { PartitionList, type ListedPartition } from './partition-list.js';
