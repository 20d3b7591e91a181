import { createHash } from 'node:crypto';

// Audit events by the million, made in the database, and the searches that must be quick among them.

/** Inserts `count` events of the last 90 days, oldest first; user, client, address and so on are spread as they would be. */
export const generateRows = (count) => `
SELECT audit_make_partition(class, now() - ago * interval '1 month')
FROM unnest(ARRAY['security', 'admin', 'tool_call', 'verbose']) AS class, generate_series(0, 3) AS ago;
INSERT INTO audit_events (event_id, retention, type, schema_version, time, severity, result, reason, actor_type, actor_id, user_id,
  client_id, grant_id, session_id, tool, args_hmac, jti, ip, user_agent, request_id, correlation_id, body)
SELECT id, CASE WHEN type LIKE 'mcp.%' THEN 'tool_call' WHEN type LIKE 'admin.%' THEN 'admin' ELSE 'security' END, type, 1, time, severity, result, CASE WHEN result <> 'allowed' THEN 'insufficient_scope' END, 'user', user_id,
  user_id, client_id, grant_id, session_id, tool, args_hmac, jti, ip, 'Mozilla/5.0 (X11; Linux x86_64)', request_id, request_id,
  jsonb_strip_nulls(jsonb_build_object(
    'event_id', id, 'type', type, 'schema_version', 1, 'class_uid', 6003, 'activity_id', 2, 'time', time,
    'severity', severity, 'outcome', jsonb_build_object('result', result),
    'actor', jsonb_build_object('type', 'user', 'id', user_id),
    'request', jsonb_build_object('ip', ip, 'request_id', request_id), 'user_id', user_id, 'client_id', client_id,
    'grant_id', grant_id, 'session_id', session_id, 'tool', jsonb_build_object('name', tool, 'args_hmac', args_hmac),
    'targets', CASE WHEN i % 20 = 0 THEN jsonb_build_array(jsonb_build_object('type', 'group', 'id', 'g' || i % 5000)) END,
    'timing', jsonb_build_object('total_ms', i % 400)))
FROM (
  SELECT i, time, h,
    (lpad(to_hex((extract(epoch FROM time) * 1000)::bigint), 12, '0') || '7' || substr(h, 1, 3) || 'a' || substr(h, 4, 15))::uuid AS id,
    (ARRAY['mcp.tool.called', 'mcp.tool.called', 'mcp.tool.called', 'token.refreshed', 'token.issued', 'auth.login.succeeded',
      'admin.request.handled', 'mcp.tools.listed', 'auth.login.failed', 'grant.opened'])[1 + i % 10] AS type,
    CASE WHEN i % 5000 = 0 THEN 'high' WHEN i % 50 = 0 THEN 'low' ELSE 'info' END AS severity,
    CASE WHEN i % 100 = 0 THEN 'denied' ELSE 'allowed' END AS result,
    'u' || (abs(hashint8(i)) % 50000) AS user_id, 'c' || (abs(hashint8(i * 7)) % 500) AS client_id,
    'g' || (abs(hashint8(i * 3)) % 200000) AS grant_id, 's' || (abs(hashint8(i * 5)) % 100000) AS session_id,
    CASE WHEN i % 10 < 3 THEN 'tool_' || i % 40 END AS tool,
    CASE WHEN i % 10 < 3 THEN '1.h' || i % 20000 END AS args_hmac, CASE WHEN i % 3 = 0 THEN h END AS jti,
    '10.' || i % 200 || '.' || (i / 200) % 250 || '.' || (i / 7) % 250 AS ip, 'r-' || h AS request_id
  FROM (
    SELECT i, md5(i::text) AS h, now() - interval '90 days' * (1 - i::float8 / ${count}) AS time
    FROM generate_series(1, ${count}) AS i
  ) AS numbered
) AS made`;

/** What people look for most; each must be read from an index. `n` varies the values. */
export const SEARCHES = {
  newest: () => ({}),
  'a time range': (n) => ({ since: daysAgo(10 + (n % 60)), until: daysAgo(9 + (n % 60)) }),
  'a person': (n) => ({ user_id: `u${(n * 97) % 50000}` }),
  'a person in a time range': (n) => ({ user_id: `u${(n * 97) % 50000}`, since: daysAgo(30) }),
  'an actor': (n) => ({ actor: `u${(n * 89) % 50000}` }),
  'a client': (n) => ({ client_id: `c${n % 500}` }),
  'refusals of a client': (n) => ({ client_id: `c${n % 500}`, outcome: ['denied'] }),
  'a grant': (n) => ({ grant_id: `g${(n * 31) % 200000}` }),
  'a session': (n) => ({ session_id: `s${(n * 37) % 100000}` }),
  'a token': (n) => ({ jti: hashed(3 * (1 + (n % 60000))) }),
  'the same arguments': (n) => ({ args_hmac: `1.h${20 * (n % 900) + 1}` }),
  'a tool': (n) => ({ tool: `tool_${n % 3}` }),
  'a type': () => ({ type: ['auth.login.failed'] }),
  'types by prefix': () => ({ type_prefix: ['auth.'] }),
  refusals: () => ({ outcome: ['denied', 'throttled'] }),
  'serious events': () => ({ severity_gte: 'high' }),
  'an address': (n) => ({ ip: `10.${n % 200}.1.1` }),
  'a network': (n) => ({ ip: `10.${n % 200}.${n % 250}.0/24` }),
  'a target': (n) => ({ target: `group:g${20 * (n % 250)}` }),
  'a correlation id': (n) => ({ correlation_id: `r-${hashed(1 + (n % 100000))}` }),
  'nothing there': (n) => ({ user_id: `nobody-${n}` }),
};

const hashed = (n) => createHash('md5').update(String(n)).digest('hex');
const daysAgo = (days) => new Date(Date.now() - days * 86_400_000).toISOString();
