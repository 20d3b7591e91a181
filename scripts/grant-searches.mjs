import { createHash } from 'node:crypto';

// Grants by the million, made in the database, and the lists that must be quick among them.

const CLIENTS = 500;
const peopleAmong = (count) => Math.ceil(count / 20);

/** Inserts `count` grants of the last year, oldest first, with their people, clients and sessions; nine of ten have ended. */
export const generateGrants = (count) => `
INSERT INTO users (id, email, email_key, created_at)
SELECT md5('u' || i)::uuid, 'u' || i || '@example.com', 'u' || i || '@example.com', now()
FROM generate_series(0, ${peopleAmong(count) - 1}) AS i;

INSERT INTO clients (id, name, registration, trust_state, auth_method, application_type, redirect_uris, grant_types, scopes, created_at)
SELECT 'c' || i, 'Client ' || i, 'dynamic', 'approved', 'none', 'native', '{http://127.0.0.1/callback}',
  '{authorization_code,refresh_token}', '{}', now()
FROM generate_series(0, ${CLIENTS - 1}) AS i;

INSERT INTO sessions (id, digest, user_id, created_at, last_seen_at, expires_at, auth_time, acr, amr)
SELECT md5('s' || i)::uuid, decode(md5('s' || i), 'hex'), md5('u' || i % ${peopleAmong(count)})::uuid, now(), now(),
  now() + interval '1 day', now(), 'urn:gatehouse:acr:pwd', '{pwd}'
FROM generate_series(0, ${2 * peopleAmong(count) - 1}) AS i;

INSERT INTO grants (id, user_id, client_id, session_id, resource, scopes, auth_time, acr, amr, created_at, activated_at,
  expires_at, last_used_at, revoked_at, revoked_reason)
SELECT (lpad(to_hex((extract(epoch FROM time) * 1000)::bigint), 12, '0') || '7' || substr(h, 1, 3) || 'a' || substr(h, 4, 15))::uuid,
  md5('u' || i % ${peopleAmong(count)})::uuid, 'c' || abs(hashint8(i)) % ${CLIENTS}, md5('s' || i % ${2 * peopleAmong(count)})::uuid,
  'https://id.example.com/mcp',
  CASE WHEN i % 10000 = 0 THEN '{mcp:tools:read,payroll:write}' WHEN i % 2 = 0 THEN '{mcp:tools:read}' ELSE '{mcp:tools:execute}' END::text[],
  time, 'urn:gatehouse:acr:pwd', '{pwd}', time, time, time + interval '90 days', time,
  CASE WHEN i % 10 <> 0 THEN time + interval '1 hour' END, CASE WHEN i % 10 <> 0 THEN 'by_user' END
FROM (
  SELECT i, md5(i::text) AS h, now() - interval '365 days' * (1 - i::float8 / ${count}) AS time
  FROM generate_series(1, ${count}) AS i
) AS numbered`;

/** What operators look for most, among so many grants; `n` varies the values. */
export const grantSearches = (count) => ({
  'the newest grants': () => ({}),
  'grants of a person': (n) => ({ userId: uuidOf(`u${(n * 97) % peopleAmong(count)}`) }),
  'living grants of a person': (n) => ({ userId: uuidOf(`u${(n * 97) % peopleAmong(count)}`), active: true }),
  'grants of a client': (n) => ({ clientId: `c${n % CLIENTS}` }),
  'living grants of a client': (n) => ({ clientId: `c${n % CLIENTS}`, active: true }),
  'grants of a session': (n) => ({ sessionId: uuidOf(`s${(n * 31) % peopleAmong(count)}`) }),
  'living grants': () => ({ active: true }),
  'ended grants': () => ({ active: false }),
  'grants with a usual scope': () => ({ scope: 'mcp:tools:read' }),
  'grants with a rare scope': () => ({ scope: 'payroll:write' }),
  'grants with a scope nobody has': () => ({ scope: 'nobody:has' }),
  'grants of nobody': (n) => ({ userId: uuidOf(`nobody${n}`) }),
});

const uuidOf = (text) =>
  createHash('md5')
    .update(text)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
