import { ArrivedEvents } from './arrived-events.js';
import { AuditCheckpoint } from './audit-checkpoint.entity.js';
import { AuditKey } from './audit-key.entity.js';
import { AuditLeaf } from './audit-leaf.entity.js';
import { AuditNode } from './audit-node.entity.js';
import { AuditExports } from './audit-exports.js';
import { AuditProofs } from './audit-proofs.js';
import { AuditSealer } from './audit-sealer.js';
import { AuditVerification } from './audit-verification.js';
import { CheckpointKeyStore } from './checkpoint-key-store.js';
import { CheckpointSigner } from './checkpoint-signer.js';
import { CheckpointController } from './checkpoint.controller.js';
import { Checkpoints } from './checkpoints.js';
import { SealClock } from './seal-clock.js';
import { SealReports } from './seal-reports.js';
import { TreeGrowth } from './tree-growth.js';
import { TreeStore } from './tree-store.js';

export const PROOF_ENTITIES = [AuditCheckpoint, AuditKey, AuditLeaf, AuditNode];

export const PROOF_PROVIDERS = [
  ArrivedEvents,
  AuditExports,
  AuditProofs,
  AuditSealer,
  AuditVerification,
  CheckpointKeyStore,
  CheckpointSigner,
  Checkpoints,
  SealClock,
  SealReports,
  TreeGrowth,
  TreeStore,
];

export const PROOF_CONTROLLERS = [CheckpointController];

export { heldAgainstManifest } from './archive-manifest.js';
export { ARCHIVE_TYPE, openArchive, placesDigest, type ArchiveClaims } from './archive-statement.js';
export { AuditExports } from './audit-exports.js';
export { AuditProofs, type InclusionProof } from './audit-proofs.js';
export { canonical } from './canonical.js';
export { AuditVerification } from './audit-verification.js';
export type { SignedCheckpoint } from './checkpoint.js';
export { CheckpointSigner } from './checkpoint-signer.js';
export { Checkpoints, type Consistency } from './checkpoints.js';
export type { Finding, Verified } from './export-finding.js';
export { ExportVerifier } from './export-verifier.js';
export type { EventLine, ExportLine, Integrity, TrailLine } from './export-lines.js';
export { PlacesWriter } from './places.js';
export { ProvenExport, type SealedEvent } from './proven-export.js';
export { SealClock } from './seal-clock.js';
