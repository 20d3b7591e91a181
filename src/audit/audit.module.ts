import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditEvent } from './audit-event.entity.js';
import { AuditLog } from './audit-log.js';
import { AuditRehearsal } from './audit-rehearsal.js';
import { AuditTrail } from './audit-trail.js';
import { EventMarks } from './event-marks.js';
import { OwnEvents } from './own-events.js';
import { AuditExport } from './exports/audit-export.entity.js';
import { ExportDownloads } from './exports/export-downloads.js';
import { ExportJobs } from './exports/export-jobs.js';
import { ExportManifests } from './exports/export-manifests.js';
import { ExportOrders } from './exports/export-orders.js';
import { ExportText } from './exports/export-text.js';
import { SealedFeed } from './feed/sealed-feed.js';
import { Erasures, LegalHolds, PAYLOAD_ENTITIES, PAYLOAD_PROVIDERS, Payloads } from './payloads/index.js';
import {
  AuditExports,
  AuditProofs,
  AuditVerification,
  Checkpoints,
  CheckpointSigner,
  PROOF_CONTROLLERS,
  PROOF_ENTITIES,
  PROOF_PROVIDERS,
  SealClock,
} from './proof/index.js';
import { Refusals } from './refusals.js';
import { PartitionList, RETENTION_ENTITIES, RETENTION_PROVIDERS } from './retention/index.js';
import { AlertWatch } from './alerts/alert-watch.js';
import { SavedSearch } from './saved-searches/saved-search.entity.js';
import { SavedSearches } from './saved-searches/saved-searches.js';
import { ExportSchedules, SCHEDULE_ENTITIES, SCHEDULE_PROVIDERS } from './schedules/index.js';
import {
  AuditStreams,
  STREAM_ENTITIES,
  STREAM_PROVIDERS,
  StreamSinks,
  StreamTrials,
} from './streams/index.js';
import { AuditAggregates } from './search/audit-aggregates.js';

@Global()
@Module({
  imports: [
    TypeOrmModule.forFeature([
      AuditEvent,
      AuditExport,
      SavedSearch,
      ...PAYLOAD_ENTITIES,
      ...PROOF_ENTITIES,
      ...RETENTION_ENTITIES,
      ...SCHEDULE_ENTITIES,
      ...STREAM_ENTITIES,
    ]),
  ],
  controllers: [...PROOF_CONTROLLERS],
  providers: [
    AlertWatch,
    AuditAggregates,
    AuditLog,
    AuditRehearsal,
    AuditTrail,
    EventMarks,
    ExportDownloads,
    ExportJobs,
    ExportManifests,
    ExportOrders,
    ExportText,
    SavedSearches,
    SealedFeed,
    OwnEvents,
    Refusals,
    ...PAYLOAD_PROVIDERS,
    ...PROOF_PROVIDERS,
    ...RETENTION_PROVIDERS,
    ...SCHEDULE_PROVIDERS,
    ...STREAM_PROVIDERS,
  ],
  exports: [
    AuditAggregates,
    AuditLog,
    AuditRehearsal,
    AuditTrail,
    AuditExports,
    AuditProofs,
    AuditVerification,
    Checkpoints,
    CheckpointSigner,
    Erasures,
    ExportDownloads,
    ExportOrders,
    ExportSchedules,
    PartitionList,
    LegalHolds,
    Payloads,
    Refusals,
    SavedSearches,
    SealClock,
    SealedFeed,
    AuditStreams,
    StreamSinks,
    StreamTrials,
  ],
})
export class AuditModule {}
