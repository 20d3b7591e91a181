const EVENTS = `event_id, retention, type, schema_version, time, severity, result, reason, actor_type, actor_id, user_id,
  client_id, grant_id, session_id, tool, args_hmac, jti, ip, user_agent, request_id, correlation_id, body, mac`;

const events = (parameter: string): string => `
INSERT INTO audit_events (${EVENTS})
SELECT ${EVENTS}
FROM jsonb_to_recordset(${parameter}::jsonb) AS r (event_id uuid, retention text, type text,
  schema_version integer, time timestamptz, severity text, result text, reason text, actor_type text, actor_id text, user_id text, client_id text, grant_id text,
  session_id text, tool text, args_hmac text, jti text, ip text, user_agent text, request_id text, correlation_id text, body jsonb,
  mac text)`;

/** A key is stored even where its event is not, for it is remembered. */
const payloads = (parameter: string, condition: string): string => `
audit_payloads_sealed AS (
  INSERT INTO audit_payloads (event_id, key_id, sealed, brief, retention)
  SELECT event_id, (payload->>'key_id')::uuid, decode(payload->>'sealed', 'base64'), (payload->>'brief')::boolean,
    payload->>'retention'
  FROM jsonb_to_recordset(${parameter}::jsonb) AS p (event_id uuid, payload jsonb)
  WHERE payload IS NOT NULL AND ${condition}),
audit_keys_made AS (
  INSERT INTO audit_subject_keys (key_id, subject, sealed, created_at)
  SELECT (new_key->>'id')::uuid, new_key->>'subject', decode(new_key->>'sealed', 'base64'), now()
  FROM jsonb_to_recordset(${parameter}::jsonb) AS k (new_key jsonb) WHERE new_key IS NOT NULL)`;

/**
 * Inserts the rows that `AuditLog.prepare` made; `parameter` is where they are, such as `$1`. For statements that
 * make a change and record it at once: CTEs, which write when the condition holds.
 */
export const insertAudit = (parameter: string, condition: string): string =>
  `audited AS (${events(parameter)} WHERE ${condition}),${payloads(parameter, condition)}`;

/** Of rows without payloads. */
export const INSERT = events('$1');
export const INSERT_SEALED = `WITH ${payloads('$1', 'true')} ${events('$1')}`;
