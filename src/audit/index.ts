export { AuditLog, type PreparedAudit } from './audit-log.js';
export { insertAudit } from './payloads/payload-statements.js';
export { AuditRehearsal } from './audit-rehearsal.js';
export { AuditModule } from './audit.module.js';
export { AuditTrail, type AuditPage } from './audit-trail.js';
export {
  Erasures,
  LegalHolds,
  Payloads,
  type Erasure,
  type LegalHoldView,
  type NoPayload,
  type OpenedPayload,
} from './payloads/index.js';
export { ExportDownloads } from './exports/export-downloads.js';
export { ExportOrders, type AuditExportView } from './exports/export-orders.js';
export { EXPORT_FORMATS, formatOf, STREAM_FORMATS } from './formats/index.js';
export {
  AuditStreams,
  SecretNeeded,
  STREAM_KINDS,
  StreamSinks,
  StreamTrials,
  type AuditStreamView,
  type Lag,
  type StreamKind,
  type StreamSettings,
} from './streams/index.js';
export {
  ExportSchedules,
  PERIODS,
  ScheduleNameTaken,
  type ExportScheduleView,
  type Period,
} from './schedules/index.js';
export { PartitionList, type ListedPartition } from './retention/index.js';
export { SealedFeed, type SealedPage } from './feed/sealed-feed.js';
export {
  NotTheirs,
  SavedSearches,
  TooManyAlerts,
  TooManySearches,
  type SavedSearchView,
  type SearchAlert,
  type WantedSearch,
} from './saved-searches/saved-searches.js';
export {
  AuditAggregates,
  BUCKETS,
  GROUPINGS,
  type AggregateGroup,
  type Grouping,
} from './search/audit-aggregates.js';
export { AUDIT_FILTERS, type AuditFilters } from './search/audit-filters.js';
export type { AuditQuery } from './search/search-statements.js';
export { Audited } from './audit.interceptor.js';
export { Refusals } from './refusals.js';
export {
  aside,
  auditContext,
  currentAudit,
  identify,
  loggedPath,
  withOwnContext,
  type AuditContext,
} from './audit-context.js';
export type { Change, Snapshot } from './change.js';
export { cleanText } from './clean.js';
export { piiOf, schemaOf, sealedOf } from './event-types/event-schema.js';
export {
  EVENT_TYPES,
  RETENTION_CLASSES,
  SEVERITIES,
  type EventType,
  type EventTypeInfo,
} from './event-types.js';
export type { Actor, AuditFact, AuthzFacts, Json, Outcome, OutcomeResult, Target } from './audit-fact.js';
export type { AuditEventBody } from './audit-row.js';
export {
  AuditExports,
  AuditProofs,
  AuditVerification,
  canonical,
  Checkpoints,
  CheckpointSigner,
  ProvenExport,
  SealClock,
  type Consistency,
  type ExportLine,
  type Finding,
  type InclusionProof,
  type Integrity,
  type SignedCheckpoint,
  type Verified,
} from './proof/index.js';
