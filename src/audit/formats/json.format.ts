import type { AuditFormat } from './audit-format.js';

/** Events as they are stored, with their place in the trail. */
export const JSON_FORMAT: AuditFormat = {
  name: 'json',
  mediaType: 'application/x-ndjson',
  extension: 'ndjson',
  line: ({ body, seq, leafHash }) =>
    JSON.stringify({ ...body, integrity: { seq, leaf_hash: leafHash.toString('base64url') } }),
};
