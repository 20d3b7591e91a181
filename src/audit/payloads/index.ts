import { Erasures } from './erasures.js';
import { EventSealing } from './event-sealing.js';
import { LegalHold } from './legal-hold.entity.js';
import { LegalHolds } from './legal-holds.js';
import { PayloadClock } from './payload-clock.js';
import { PayloadSweep } from './payload-sweep.js';
import { Payload } from './payload.entity.js';
import { Payloads } from './payloads.js';
import { SubjectKeyResealing } from './subject-key-resealing.js';
import { SubjectKey } from './subject-key.entity.js';
import { SubjectKeys } from './subject-keys.js';

export { Erasures, type Erasure } from './erasures.js';
export { LegalHolds, type LegalHoldView } from './legal-holds.js';
export { Payloads, type NoPayload, type OpenedPayload } from './payloads.js';

export const PAYLOAD_ENTITIES = [LegalHold, Payload, SubjectKey];
export const PAYLOAD_PROVIDERS = [
  Erasures,
  EventSealing,
  LegalHolds,
  PayloadClock,
  Payloads,
  PayloadSweep,
  SubjectKeyResealing,
  SubjectKeys,
];
