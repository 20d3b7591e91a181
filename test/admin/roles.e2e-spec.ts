import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { hash } from 'argon2';
import { adminCall, connect } from '../support/actors.js';
import { request } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { startServer, type TestServer } from '../support/server.js';
import { openApi, routesOf, type Route } from './routes.js';

const AREAS = ['clients', 'users', 'grants', 'keys', 'audit', 'settings'];
const ROLES: Record<string, (scope: string) => boolean> = {
  operator: (scope) => /^admin:(?:grants|clients)(?::read)?$/.test(scope),
  auditor: (scope) => scope.endsWith(':read') || ['admin:audit', 'admin:audit:unseal'].includes(scope),
};
const PASSWORD = 'a passphrase of the organisation';

/** The token of a person with a role, who asks for all there is. */
async function tokenOf(server: TestServer, role: string): Promise<string> {
  const email = `${role}@example.com`;
  await server.sql(
    `INSERT INTO users (id, email, email_key, email_verified, password_hash, created_at, roles, assigned_roles)
     VALUES ($1, $2, $2, true, $3, now(), $4, $4)`,
    [randomUUID(), email, await hash(PASSWORD), [role]],
  );
  const redirectUri = 'http://127.0.0.1:41997/callback';
  const made = await adminCall(server, 'POST', '/clients', {
    json: { name: 'Operator tool', redirect_uris: [redirectUri], auth_method: 'none' },
  });
  const client = { clientId: made.json().id, authMethod: 'none', redirectUri, registration: {} };
  const scope = [
    'openid',
    ...AREAS.map((area) => `admin:${area}`),
    ...AREAS.map((area) => `admin:${area}:read`),
    'admin:audit:unseal',
  ];
  const options = {
    client,
    scope: scope.join(' '),
    resource: `${server.url}/admin`,
    email,
    password: PASSWORD,
  };
  return (await connect(server, options)).tokens.access_token;
}

describeOnPostgres('every route of the admin API', () => {
  it('serves a role what its scopes allow, and refuses it everything else', async () => {
    const server = await startServer();
    const routes = routesOf(await openApi(server));
    for (const [role, allows] of Object.entries(ROLES)) {
      const authorization = `Bearer ${await tokenOf(server, role)}`;
      // An empty parameter: nothing that is allowed does anything, or streams for ever.
      const call = ({ method, path }: Route) =>
        request(method, `${server.base}/admin/v1${path.replace(/\{\w+\}/g, randomUUID())}?not_there=`, {
          headers: { authorization },
        });
      const found: Record<string, unknown> = {};
      const expected: Record<string, unknown> = {};
      for (const route of routes) {
        const name = `${route.method} ${route.path}`;
        const answer = await call(route);
        found[name] = answer.status === 403 ? answer.json<{ code: string }>().code : answer.status;
        expected[name] = allows(route.scope) ? 400 : 'insufficient_scope';
      }
      expect({ role, found }).toEqual({ role, found: expected });
    }
    await server.stop();
  });

  it('loses nobody’s change when two people change one thing at once, and takes no more than a request says', async () => {
    const server = await startServer();
    const made = (
      await adminCall(server, 'POST', '/clients', {
        json: { name: 'Shared', redirect_uris: ['https://c.test/cb'], auth_method: 'none' },
      })
    ).json();
    const path = `/clients/${made.id}`;
    const { headers } = await adminCall(server, 'GET', path);
    const change = (json: object) =>
      adminCall(server, 'PATCH', path, { json, headers: { 'if-match': String(headers['etag']) } });
    const outcomes = await Promise.all([change({ name: 'One' }), change({ client_uri: 'https://c.test/' })]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 412]);
    const assigned = [
      'id',
      'trust_state',
      'registration',
      'created_at',
      'secret_digest',
      'client_secret',
      'user',
    ];
    for (const member of assigned) {
      const refused = await adminCall(server, 'PATCH', path, { json: { [member]: 'x' } });
      expect([member, refused.status, refused.json().errors[0].field]).toEqual([member, 400, member]);
    }
    await server.stop();
  });
});
