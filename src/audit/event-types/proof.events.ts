import { admin, COUNT, MOMENT, TEXT, TEXTS } from './event-type.js';

const PARTITION = { retention: TEXT, from: MOMENT, to: MOMENT, events: COUNT };

/** What the trail says of its own sealing, and of what is taken out of it. */
export const PROOF_EVENTS = {
  'audit.checkpoint.signed': admin('info', 'entityOther', 'A checkpoint of the audit trail was signed', {
    details: { tree_size: COUNT, root: TEXT },
  }),
  'audit.verification.failed': admin('critical', 'finding', 'The audit trail does not verify', {
    details: {
      finding: TEXT,
      count: COUNT,
      event_ids: TEXTS,
      first_arrival: COUNT,
      last_arrival: COUNT,
      seq: COUNT,
      event_id: TEXT,
      had: COUNT,
      has: COUNT,
    },
  }),
  'audit.key.generated': admin('high', 'created', 'A key that signs checkpoints was made', {
    details: { alg: TEXT },
  }),
  'audit.key.resealed': admin('high', 'updated', 'A key that signs checkpoints was sealed under another key'),
  'audit.partition.detached': admin(
    'high',
    'deactivated',
    'Events whose time was over were taken out of the audit trail, to be archived',
    { details: PARTITION },
  ),
  'audit.partition.archived': admin('high', 'entityOther', 'Events of the audit trail were archived', {
    details: { ...PARTITION, archive: TEXT, sha256: TEXT, bytes: COUNT },
  }),
  'audit.partition.dropped': admin('high', 'deleted', 'Events that were archived were dropped', {
    details: { ...PARTITION, archive: TEXT, sha256: TEXT },
  }),
  'audit.hold.started': admin('high', 'suspended', 'A legal hold began: nothing is taken out of the trail', {
    details: { hold: TEXT },
  }),
  'audit.hold.ended': admin('high', 'resumed', 'A legal hold on the audit trail ended'),
};
