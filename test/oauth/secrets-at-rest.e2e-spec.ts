import { expect, it } from '@jest/globals';
import { exchange, refresh, tokenRequest, tokensOf } from '../support/actors.js';
import { CookieJar, get, post } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { ADMIN_PASSWORD, OPS_CLIENT_SECRET, startServer, type TestServer } from '../support/server.js';
import { DEVICE_CODE, deviceClient, ROOMY_DEVICES, start } from './device-harness.js';
import {
  asOperator,
  authorizeQuery,
  connectIn,
  freshCode,
  mcpStatus,
  ROOMY,
  signedIn,
  webClient,
} from './harness.js';

const API = 'https://api.example.com';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

interface Column {
  table: string;
  column: string;
  type: string;
}

/** Every value of every column, as text and, for bytes, in the forms they may be written in. */
async function dump(server: TestServer): Promise<{ where: string; value: string }[]> {
  const columns = await server.sql<Column>(
    `SELECT c.table_name AS table, c.column_name AS column, c.data_type AS type FROM information_schema.columns c
     JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema NOT IN ('pg_catalog', 'information_schema') AND t.table_type = 'BASE TABLE'`,
  );
  const found: { where: string; value: string }[] = [];
  for (const { table, column, type } of columns) {
    const rows = await server.sql<{ value: string | Buffer | null }>(
      type === 'bytea'
        ? `SELECT "${column}" AS value FROM "${table}"`
        : `SELECT "${column}"::text AS value FROM "${table}"`,
    );
    for (const { value } of rows) {
      if (value === null) continue;
      const forms = Buffer.isBuffer(value)
        ? [
            value.toString('latin1'),
            value.toString('base64'),
            value.toString('base64url'),
            value.toString('hex'),
          ]
        : [value];
      for (const form of forms) found.push({ where: `${table}.${column}`, value: form });
    }
  }
  return found;
}

describeOnPostgres('the database', () => {
  it('has none of the secrets that were given out, and none of what it has is accepted', async () => {
    const server = await startServer({
      config: {
        limits: ROOMY_DEVICES,
        scopes: [{ name: 'api:read', sentence: 'Read your things' }],
        resources: [{ id: API, format: 'opaque', scopes: ['api:read'] }],
      },
    });
    const jar = await signedIn(server);
    const client = await webClient(server, { token_endpoint_auth_method: 'client_secret_basic' });
    const opaque = await connectIn(server, jar, { scope: 'api:read', resource: API });
    const device = await start(server, await deviceClient(server));
    const invited = await asOperator(server, 'POST', '/initial-access-tokens', { json: { note: 'x' } });
    const open = await webClient(server);
    const pushed = await post(`${server.base}/oauth2/par`, {
      body: authorizeQuery(server, open),
      headers: FORM,
    });
    expect([invited.status, pushed.status]).toEqual([201, 201]);
    const scope = 'openid mcp:tools:read offline_access';
    const used = await freshCode(server, client, { jar, scope, extra: { nonce: 'n-0' } });
    const first = tokensOf(await exchange(server, client, used.code, used.verifier));
    const second = tokensOf(await refresh(server, client, first.refresh_token!));
    const unused = await freshCode(server, client, { jar, scope });
    const secrets: Record<string, string> = {
      'the password': ADMIN_PASSWORD,
      'the secret of the bootstrap client': OPS_CLIENT_SECRET,
      'the secret of a client': client.clientSecret!,
      'a used code': used.code,
      'an unused code': unused.code,
      'a verifier': used.verifier,
      'an access token': first.access_token,
      'an id token': first.id_token!,
      'a rotated refresh token': first.refresh_token!,
      'a living refresh token': second.refresh_token!,
      'another access token': second.access_token,
      'an opaque access token': opaque.tokens.access_token,
      'a device code': device.device_code,
      'what a person types for a device': device.user_code,
      'the same without its line': device.user_code.replace('-', ''),
      'an initial access token': invited.json<{ token: string }>().token,
      'a registration access token': client.registration['registration_access_token'] as string,
      'the reference of a pushed request': pushed
        .json<{ request_uri: string }>()
        .request_uri.split(':')
        .at(-1)!,
      'the key-encryption key': server.env['ENCRYPTION_KEYS']!.slice(2).replace(/=+$/, ''),
      'the session cookie': jar.get('gatehouse_session')!,
      'the browser cookie': jar.get('gatehouse_browser')!,
    };
    const values = await dump(server);
    expect(values.length).toBeGreaterThan(200);
    // The search can find something: the client's id is there.
    expect(values.filter(({ value }) => value.includes(client.clientId)).length).toBeGreaterThan(3);
    for (const [what, secret] of Object.entries(secrets)) {
      const forms = [
        secret,
        Buffer.from(secret).toString('base64').replace(/=+$/, ''),
        Buffer.from(secret).toString('hex'),
        // What the prefix of a token leaves, and the signed part of a JWT.
        secret.replace(/^gh_[a-z]+_/, ''),
        secret.split('.').at(-1)!,
      ];
      const hits = values.filter(({ value }) => forms.some((form) => value.includes(form)));
      expect([what, hits.map(({ where }) => where)]).toEqual([what, []]);
    }
    await expectNothingAccepted(server, values, client);
    expect(await mcpStatus(server, second.access_token)).toBe(200);
    expect((await refresh(server, client, second.refresh_token!)).status).toBe(200);
  });

  it('has no private key in clear', async () => {
    const server = await startServer({ config: { limits: ROOMY } });
    const keys = (await dump(server)).filter(({ where }) => where.startsWith('signing_keys.'));
    expect(keys.length).toBeGreaterThan(3);
    expect(keys.filter(({ value }) => /"d"\s*:|PRIVATE KEY/.test(value))).toEqual([]);
  });
});

/** Digests and ciphertexts are tried as what they stand for. */
async function expectNothingAccepted(
  server: TestServer,
  values: readonly { where: string; value: string }[],
  client: Awaited<ReturnType<typeof webClient>>,
): Promise<void> {
  const stored = values.filter(({ where }) =>
    /\.(digest|secret_digest|registration_token_digest|user_code_mac|sealed_answer|password_hash|code_challenge|jti|id|successor_id)$/.test(
      where,
    ),
  );
  const kinds = new Set(stored.map(({ where }) => where));
  expect(kinds.size).toBeGreaterThanOrEqual(6);
  const sample = [...kinds].flatMap((kind) => stored.filter(({ where }) => where === kind).slice(0, 8));
  for (const { where, value } of sample) {
    // eslint-disable-next-line no-control-regex -- what cannot be sent in a header is not tried
    if (/[\u0000-\u001f\u007f-\uffff]/.test(value)) continue;
    const cookie = new CookieJar();
    cookie.set('gatehouse_session', value);
    expect([where, (await get(`${server.base}/account`, { cookies: cookie })).status]).toEqual([where, 303]);
    expect([where, [400, 401].includes(await mcpStatus(server, value))]).toEqual([where, true]);
    for (const form of [
      { grant_type: 'refresh_token', refresh_token: value },
      { grant_type: 'authorization_code', code: value, code_verifier: 'v'.repeat(43) },
      { grant_type: DEVICE_CODE, device_code: value },
    ])
      expect([where, (await tokenRequest(server, client, form)).status]).toEqual([where, 400]);
    const managed = `${server.base}/oauth2/register/${client.clientId}`;
    const headers = { authorization: `Bearer ${value}` };
    expect([where, (await get(managed, { headers })).status]).toEqual([where, 401]);
    const impostor = { ...client, clientSecret: value };
    const answer = await tokenRequest(server, impostor, { grant_type: 'refresh_token', refresh_token: 'x' });
    expect([where, answer.status]).toEqual([where, 401]);
  }
  const { tokens } = await connectIn(server, await signedIn(server));
  expect(tokens.access_token).toEqual(expect.any(String));
}
