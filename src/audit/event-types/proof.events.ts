import { admin, COUNT, TEXT, TEXTS } from './event-type.js';

/** What the trail says of its own sealing. */
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
};
