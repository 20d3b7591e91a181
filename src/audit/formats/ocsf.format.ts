import type { AuditEventBody } from '../audit-row.js';
import { SEVERITIES, type Severity } from '../event-types.js';
import type { SealedEvent } from '../proof/index.js';
import type { AuditFormat } from './audit-format.js';

const VERSION = '1.4.0';
const OTHER = 99;

/** Open Cybersecurity Schema Framework; what has no place there is under `unmapped`. */
export const OCSF_FORMAT: AuditFormat = {
  name: 'ocsf',
  mediaType: 'application/x-ndjson',
  extension: 'ocsf.ndjson',
  line: (event) => JSON.stringify(ocsfOf(event)),
};

export function ocsfOf({ body, seq, leafHash }: SealedEvent): object {
  const { class_uid: classUid, activity_id: activity = OTHER, outcome, timing } = body;
  return {
    class_uid: classUid,
    category_uid: Math.floor(classUid / 1_000),
    activity_id: activity,
    type_uid: classUid * 100 + activity,
    ...(activity === OTHER && { activity_name: body.type }),
    time: Date.parse(body.time),
    severity_id: SEVERITIES.indexOf(body.severity as Severity) + 1,
    severity: body.severity,
    status_id: outcome.result === 'allowed' ? 1 : 2,
    status: outcome.result,
    ...(outcome.reason_code && { status_detail: outcome.reason_code }),
    ...(timing && { duration: Math.round(timing.total_ms) }),
    metadata: metadataOf(body, seq),
    actor: { user: { uid: body.actor.id, name: body.actor.display, type: body.actor.type } },
    ...(body.user_id && { user: { uid: body.user_id } }),
    ...requestOf(body),
    attestation: {
      sequence: seq,
      fingerprint: { algorithm: 'SHA-256', value: leafHash.toString('base64url') },
    },
    unmapped: body,
  };
}

const metadataOf = (body: AuditEventBody, seq: number) => ({
  version: VERSION,
  product: { name: 'Gatehouse', vendor_name: 'Gatehouse' },
  uid: body.event_id,
  event_code: body.type,
  sequence: seq,
  correlation_uid: body.request?.['correlation_id'],
  profiles: ['record_integrity'],
});

function requestOf({ request, tool, type }: AuditEventBody): object {
  const operation = tool?.name ?? type;
  const api = { operation, ...(request && { request: { uid: request['request_id'] } }) };
  if (!request) return { api };
  const { ip, ua, method, route } = request;
  return {
    api,
    src_endpoint: { ip },
    http_request: { http_method: method, user_agent: ua, url: { path: route } },
  };
}
