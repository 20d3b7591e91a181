import { COUNT, MOMENT, SEVERITIES, TEXT, TEXTS, type EventTypeInfo, type JsonSchema } from './event-type.js';

const ID: JsonSchema = { type: 'string', format: 'uuid' };
const MILLISECONDS: JsonSchema = { type: 'number', minimum: 0 };
const MINUS: JsonSchema = { type: 'integer' };
const ANYTHING: JsonSchema = {};

const closed = (properties: Record<string, JsonSchema>, required: readonly string[] = []): JsonSchema => ({
  type: 'object',
  properties,
  additionalProperties: false,
  ...(required.length > 0 && { required }),
});

const QUOTA = closed({ name: TEXT, calls: COUNT, per: COUNT, by: TEXT, retry_after: COUNT }, ['name']);

/** What an event of any type may have beside its own details. */
const COMMON: Record<string, JsonSchema> = {
  event_id: ID,
  schema_version: { type: 'integer', const: 1 },
  time: MOMENT,
  severity: { enum: SEVERITIES },
  outcome: closed(
    {
      result: { enum: ['allowed', 'denied', 'throttled', 'error', 'aborted'] },
      reason_code: TEXT,
      http_status: COUNT,
      rpc_code: MINUS,
    },
    ['result'],
  ),
  actor: closed(
    { type: { enum: ['user', 'client', 'admin', 'system', 'anonymous'] }, id: TEXT, display: TEXT },
    ['type'],
  ),
  request: closed({
    request_id: TEXT,
    correlation_id: TEXT,
    method: TEXT,
    route: TEXT,
    ip: TEXT,
    ua: TEXT,
  }),
  user_id: TEXT,
  client_id: TEXT,
  grant_id: TEXT,
  session_id: TEXT,
  token: closed(
    {
      jti: TEXT,
      kind: { enum: ['access', 'refresh', 'code', 'id', 'api_key'] },
      scopes: TEXTS,
      aud: TEXT,
      exp: COUNT,
      kid: TEXT,
      rev: COUNT,
    },
    ['kind'],
  ),
  tool: closed(
    {
      name: TEXT,
      phase: { enum: ['decision', 'outcome'] },
      risk: { enum: ['read', 'change', 'destructive'] },
      args_bytes: COUNT,
      args_shown: ANYTHING,
      args_hmac: TEXT,
      result_bytes: COUNT,
      is_error: { type: 'boolean' },
      decision_id: ID,
    },
    ['name', 'phase'],
  ),
  authz: closed({
    required: TEXTS,
    granted: TEXTS,
    missing: TEXTS,
    implied: TEXTS,
    any_of: { type: 'array', items: TEXTS },
    roles_required: { type: 'array', items: TEXTS },
    roles: TEXTS,
    sign_in_required: closed({ acrs: TEXTS, max_age: COUNT }, ['acrs']),
    sign_in: closed({ acrs: TEXTS, age: COUNT }, ['acrs']),
    quotas: { type: 'array', items: QUOTA },
    disabled_by: TEXTS,
    policies: { type: 'array', items: closed({ name: TEXT, version: COUNT }, ['name', 'version']) },
  }),
  targets: { type: 'array', items: closed({ type: TEXT, id: TEXT, display: TEXT }, ['type', 'id']) },
  timing: closed({ total_ms: MILLISECONDS }),
  change: closed(
    {
      before_hash: { type: ['string', 'null'] },
      after_hash: { type: ['string', 'null'] },
      patch: { type: 'array', items: { type: 'object', required: ['op', 'path'] } },
    },
    ['patch'],
  ),
  reason: TEXT,
  ticket: TEXT,
  claimed: closed({ traceparent: TEXT, tracestate: TEXT }, ['traceparent']),
  privacy: closed({ payload_digest: TEXT, key_id: ID, fields: TEXTS }, [
    'payload_digest',
    'key_id',
    'fields',
  ]),
};

const REQUIRED = [
  'event_id',
  'type',
  'schema_version',
  'class_uid',
  'activity_id',
  'time',
  'severity',
  'outcome',
  'actor',
];

/** Where any event may have personal data itself. */
const PII = ['actor.id', 'user_id', 'request.ip', 'request.ua'];
/** What is sealed of any event. */
const SEALED = ['actor.display'];

/** JSON Schema (2020-12) of the events of a type, as they are stored, searched and exported. */
export function schemaOf(type: string, info: EventTypeInfo): JsonSchema {
  const { ocsfClass, activity, details, otherDetails } = info;
  const own = (details ?? otherDetails) && detailsSchema(info);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: type,
    ...closed(
      {
        ...COMMON,
        type: { const: type },
        class_uid: { const: ocsfClass },
        activity_id: { const: activity },
        ...(own && { details: own }),
      },
      REQUIRED,
    ),
  };
}

const detailsSchema = ({ details = {}, otherDetails }: EventTypeInfo): JsonSchema => ({
  type: 'object',
  properties: details,
  additionalProperties: otherDetails ?? false,
});

export const sealedOf = ({ sealed = [] }: EventTypeInfo): readonly string[] => [...SEALED, ...sealed];

export const piiOf = (info: EventTypeInfo): readonly string[] => [
  ...PII,
  ...(info.pii ?? []),
  ...sealedOf(info),
];
