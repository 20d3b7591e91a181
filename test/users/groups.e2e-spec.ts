import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  adminCall,
  adminToken,
  attemptAuthorize,
  authorize,
  connect,
  exchange,
  refresh,
  tokenRequest,
  tokensOf,
} from '../support/actors.js';
import { CookieJar, get } from '../support/http.js';
import { FakeIdp } from '../support/fake-idp.js';
import { startServer, type TestServer } from '../support/server.js';
import { until } from '../keys/harness.js';
import { leaveFor } from '../sso/sign-in.js';
import { AssertionIssuer, JWT_BEARER } from '../oauth/id-jag.harness.js';
import { decide, deviceClient, poll, ROOMY_DEVICES, start } from '../oauth/device-harness.js';
import { asOperator, claimsOf, events, refusalOf, webClient } from '../oauth/harness.js';
import { SecondPeople } from '../oauth/second-person.js';
import { ACCESS_TOKEN, EXCHANGE } from '../oauth/token-exchange.harness.js';
import { administer, groupNamed, listGrants, listTools, membersOf, person } from './harness.js';

const BILLING = 'https://billing.example/api';
const SECRET = 'a-secret-of-a-service-in-a-test';
const people = new SecondPeople();
const issuer = new AssertionIssuer();
let server: TestServer;

beforeAll(async () => {
  await issuer.start();
  server = await startServer({
    config: {
      limits: ROOMY_DEVICES,
      identityProviders: await people.start(),
      trustedIssuers: [
        { issuer: issuer.issuer, jwksUri: `${issuer.url}/jwks`, linkByEmail: ['example.com'] },
      ],
      groups: [
        {
          name: 'Operators',
          roles: ['operator'],
          members: [{ provider: 'other', claim: 'groups', value: 'ops' }],
        },
        {
          name: 'Engineering',
          members: [
            { provider: 'other', claim: 'groups', value: ['eng', 'eng-*'] },
            { provider: 'other', claim: 'realm.department', value: 'R&D' },
          ],
        },
        { name: 'Invoices' },
        {
          name: 'Night crew',
          roles: ['auditor'],
          members: [{ provider: 'crew', claim: 'team', value: 'night' }],
        },
      ],
      scopes: ['billing:read', 'stock:read'].map((name) => ({ name, sentence: `Use ${name}` })),
      resources: [
        { id: 'mcp', introspection: ['gateway'] },
        { id: BILLING, scopes: ['billing:read'], claims: ['groups'] },
      ],
      policies: {
        outboundLoopback: true,
        scopeRules: [
          { scopes: ['mcp:tools:execute'], groups: ['engineering'] },
          { scopes: ['billing:read'], groups: ['invoices'], clients: ['billing.example'] },
          { scopes: ['billing:read'], groups: ['engineering'] },
          { scopes: ['stock:read'], groups: ['engineering'], clients: ['app.example'] },
        ],
      },
      clients: [
        {
          clientId: 'gateway',
          name: 'Gateway',
          clientSecret: SECRET,
          grantTypes: [EXCHANGE, JWT_BEARER],
          scopes: ['mcp:tools:read', 'mcp:tools:execute', 'stock:read'],
        },
        {
          clientId: 'desk',
          name: 'Desk',
          clientSecret: SECRET,
          grantTypes: [JWT_BEARER],
          scopes: ['mcp:tools:read', 'mcp:tools:execute'],
        },
      ],
    },
  });
});
afterAll(async () => {
  await people.stop();
  await issuer.stop();
});

const confidential = (clientId: string) => ({
  clientId,
  clientSecret: SECRET,
  authMethod: 'client_secret_basic',
  redirectUri: '',
  registration: {},
});
const BOTH = 'mcp:tools:read mcp:tools:execute';
const mail = (name: string): string => `${name}@example.com`;
const comeIn = (name: string, claims = {}, jar = new CookieJar()) => people.signIn(server, name, jar, claims);
const scopesOf = (scope: string): string[] => scope.split(' ').sort();

async function move(group: string, steps: { add?: string[]; remove?: string[] }) {
  const { id } = await groupNamed(server, group);
  const ids = async (names: string[] = []) =>
    Promise.all(names.map(async (name) => (await person(server, mail(name))).id));
  const json = { add: await ids(steps.add), remove: await ids(steps.remove) };
  return asOperator(server, 'PATCH', `/groups/${id}/members`, { json });
}

describe('groups by what a provider says', () => {
  it('are joined at sign-in and left at the next one, with their roles', async () => {
    await comeIn('olga', { groups: ['ops', 'sales'] });
    expect(await person(server, mail('olga'))).toMatchObject({
      roles: ['operator'],
      assigned_roles: [],
      groups: ['Operators'],
    });
    await comeIn('olga', { groups: ['eng-platform'] });
    expect(await person(server, mail('olga'))).toMatchObject({ roles: [], groups: ['Engineering'] });
    await comeIn('olga', { realm: { department: 'R&D' }, groups: ['ops'] });
    expect((await person(server, mail('olga'))).groups).toEqual(['Engineering', 'Operators']);
    const { id } = await person(server, mail('olga'));
    const changes = await events(server, { type: 'user.roles.changed', user_id: id });
    expect(changes.map(({ details }) => [details!['before'], details!['after']])).toEqual([
      [[], ['operator']],
      [['operator'], []],
      [[], ['operator']],
    ]);
  });

  it('are left when the provider says nothing of groups any more', async () => {
    await comeIn('nina', { groups: ['ops'] });
    await comeIn('nina');
    expect(await person(server, mail('nina'))).toMatchObject({ roles: [], groups: [] });
  });

  it('stay as they are when the provider says that they are too many to say, and that is recorded', async () => {
    await comeIn('oscar', { groups: ['ops'] });
    await comeIn('oscar', {
      realm: { department: 'R&D' },
      _claim_names: { groups: 'src1' },
      _claim_sources: { src1: { endpoint: 'https://graph.example/groups' } },
    });
    expect((await person(server, mail('oscar'))).groups).toEqual(['Engineering', 'Operators']);
    const { id } = await person(server, mail('oscar'));
    const [withheld] = await events(server, { type: 'idp.groups.withheld', user_id: id });
    expect(withheld!.details).toEqual({ provider: 'other', groups_left_as_they_are: ['operators'] });
  });

  it('are not left because of what others said: an operator put the person there', async () => {
    await comeIn('paul', { groups: ['ops'] });
    expect((await move('Operators', { add: ['paul'] })).status).toBe(200);
    expect(await move('Invoices', { add: ['paul'] }).then(({ status }) => status)).toBe(200);
    await comeIn('paul', { groups: [] });
    expect(await person(server, mail('paul'))).toMatchObject({
      roles: ['operator'],
      groups: ['Invoices', 'Operators'],
    });
    const { id } = await groupNamed(server, 'Operators');
    expect((await membersOf(server, id))[mail('paul')]).toEqual(['admin']);
  });

  it('are left when the provider is removed, and what was given out before ends', async () => {
    const crew = new FakeIdp('gatehouse', SECRET);
    await crew.start();
    const settings = { kind: 'oidc', issuer: crew.issuer, clientId: 'gatehouse', clientSecret: SECRET };
    const made = await asOperator(server, 'POST', '/identity-providers', { json: { id: 'crew', settings } });
    expect(made.status).toBe(201);
    const jar = new CookieJar();
    crew.claims = { sub: 'carl', email: 'carl@crew.example', email_verified: true, team: 'night' };
    await get(crew.answer(await leaveFor(server, jar, 'crew')), { cookies: jar });
    expect(await person(server, 'carl@crew.example')).toMatchObject({
      roles: ['auditor'],
      groups: ['Night crew'],
    });
    const { tokens } = await administer(server, jar, 'admin:grants:read openid');
    expect(await listGrants(server, tokens.access_token)).toBe(200);
    expect((await asOperator(server, 'DELETE', '/identity-providers/crew')).status).toBe(200);
    expect(await person(server, 'carl@crew.example')).toMatchObject({ roles: [], groups: [] });
    await until(
      'the token is refused',
      async () => (await listGrants(server, tokens.access_token)) === 401,
      2_000,
    );
    await crew.stop();
  });

  it('that are left at sign-in end what was given out before', async () => {
    const jar = await comeIn('quinn', { groups: ['ops'] });
    const { client, tokens } = await administer(server, jar, 'admin:grants openid');
    expect(await listGrants(server, tokens.access_token)).toBe(200);
    await comeIn('quinn', { groups: [] });
    await until(
      'the token is refused',
      async () => (await listGrants(server, tokens.access_token)) === 401,
      2_000,
    );
    // The grant lives on with what is left of it.
    expect(tokensOf(await refresh(server, client, tokens.refresh_token!)).scope).toBe('openid');
  });
});

describe('a person who is taken out of a group by an operator', () => {
  it('is refused at once with what they held, and the next refresh gives less', async () => {
    const jar = await comeIn('rosa');
    await move('Operators', { add: ['rosa'] });
    await move('Engineering', { add: ['rosa'] });
    const administration = await administer(server, jar, 'admin:grants openid');
    const tools = await connect(server, { client: await webClient(server), jar, scope: BOTH });
    expect(scopesOf(tools.tokens.scope)).toEqual(scopesOf(BOTH));

    const left = await move('Engineering', { remove: ['rosa'] });
    expect(left.json().receipt).toMatchObject({ replicas: 1, acknowledged: 1, missing: [] });
    expect(await listTools(server, tools.tokens.access_token)).toBe(401);
    const narrower = tokensOf(await refresh(server, tools.client, tools.tokens.refresh_token!));
    expect(narrower.scope).toBe('mcp:tools:read');
    expect(await listTools(server, narrower.access_token)).toBe(200);

    const again = tokensOf(
      await refresh(server, administration.client, administration.tokens.refresh_token!),
    );
    expect(await listGrants(server, again.access_token)).toBe(200);
    expect((await move('Operators', { remove: ['rosa'] })).json().receipt.acknowledged).toBe(1);
    expect(await listGrants(server, again.access_token)).toBe(401);
    expect(tokensOf(await refresh(server, administration.client, again.refresh_token!)).scope).toBe('openid');
    // Who comes in loses nothing.
    expect((await move('Operators', { add: ['rosa'] })).json()).not.toHaveProperty('receipt');
  });

  it('cannot use a code or a device code from before for what they may no longer grant', async () => {
    const jar = await comeIn('sven', { groups: ['eng'] });
    const client = await webClient(server);
    const { code, verifier } = await authorize(server, client, { jar, scope: BOTH });
    const device = await deviceClient(server);
    const waiting = await start(server, device, { scope: BOTH, resource: `${server.url}/mcp` });
    await decide(server, jar, waiting);
    await comeIn('sven', { groups: [] });
    expect(tokensOf(await exchange(server, client, code, verifier)).scope).toBe('mcp:tools:read');
    expect(tokensOf(await poll(server, waiting)).scope).toBe('mcp:tools:read');
  });
});

describe('a scope that a rule keeps for groups', () => {
  it('is neither asked nor granted at the authorization endpoint for others', async () => {
    const [jar, outsider] = [await comeIn('tara', { groups: ['eng'] }), await comeIn('uwe')];
    const client = await webClient(server);
    expect(scopesOf((await connect(server, { client, jar, scope: BOTH })).tokens.scope)).toEqual(
      scopesOf(BOTH),
    );
    expect((await connect(server, { client, jar: outsider, scope: BOTH })).tokens.scope).toBe(
      'mcp:tools:read',
    );
    expect(
      await attemptAuthorize(server, client, { jar: outsider, scope: 'mcp:tools:execute' }),
    ).toMatchObject({ error: 'access_denied' });
  });

  it('is not granted to a device of others', async () => {
    const outsider = await comeIn('ute');
    const waiting = await start(server, await deviceClient(server), {
      scope: BOTH,
      resource: `${server.url}/mcp`,
    });
    await decide(server, outsider, waiting);
    expect(tokensOf(await poll(server, waiting)).scope).toBe('mcp:tools:read');
  });

  it('is not granted by an identity assertion for others', async () => {
    const about = { email: 'admin@example.com', email_verified: true, scope: BOTH, sub: 'the-admin' };
    const ask = (claims = {}) =>
      tokenRequest(server, confidential('desk'), {
        grant_type: JWT_BEARER,
        assertion: issuer.assertion(server, { ...about, ...claims }),
      });
    expect(tokensOf(await ask()).scope).toBe('mcp:tools:read');
    const adminId = (await person(server, 'admin@example.com')).id;
    const { id } = await groupNamed(server, 'Engineering');
    await asOperator(server, 'PATCH', `/groups/${id}/members`, { json: { add: [adminId] } });
    const all = tokensOf(await ask());
    expect(scopesOf(all.scope)).toEqual(scopesOf(BOTH));
    await asOperator(server, 'PATCH', `/groups/${id}/members`, { json: { remove: [adminId] } });
    expect(await listTools(server, all.access_token)).toBe(401);
    expect(tokensOf(await ask()).scope).toBe('mcp:tools:read');
    expect(refusalOf(await ask({ scope: 'mcp:tools:execute' }))).toEqual([400, 'invalid_grant']);
  });

  it('is not passed on by an exchange to clients of no rule', async () => {
    const jar = await comeIn('wim', { groups: ['eng'] });
    const scope = 'mcp:tools:read stock:read';
    const { tokens } = await connect(server, { client: await webClient(server), jar, scope });
    expect(scopesOf(tokens.scope)).toEqual(scopesOf(scope));
    const passedOn = await tokenRequest(server, confidential('gateway'), {
      grant_type: EXCHANGE,
      subject_token: tokens.access_token,
      subject_token_type: ACCESS_TOKEN,
    });
    expect(tokensOf(passedOn).scope).toBe('mcp:tools:read');
  });

  it('is kept for clients too: each rule has its own', async () => {
    const jar = await comeIn('xena');
    await move('Invoices', { add: ['xena'] });
    const ask = async (redirect: string, groups: string[]) => {
      const client = await webClient(server, { redirect_uris: [redirect] });
      const who = groups.length > 0 ? await comeIn('yves', { groups }) : jar;
      const scope = 'openid billing:read';
      return (await connect(server, { client, jar: who, scope, resource: BILLING })).tokens.scope;
    };
    expect(await ask('https://billing.example/cb', [])).toContain('billing:read');
    expect(await ask('https://other.example/cb', [])).not.toContain('billing:read');
    expect(await ask('https://other.example/cb', ['eng'])).toContain('billing:read');
  });

  it('is not got around by a decision beforehand', async () => {
    const client = await webClient(server);
    const json = { client_id: client.clientId, audience: 'everyone', scopes: scopesOf(BOTH) };
    expect((await asOperator(server, 'POST', '/pre-consents', { json })).status).toBe(201);
    const done = await connect(server, { client, jar: await comeIn('zoe'), scope: BOTH });
    expect(done.tokens.scope).toBe('mcp:tools:read');
  });
});

describe('a decision beforehand for a group', () => {
  it('spares its people the question, and nobody else', async () => {
    const client = await webClient(server);
    const json = { client_id: client.clientId, scopes: ['mcp:tools:read'] };
    const decided = await asOperator(server, 'POST', '/pre-consents', {
      json: { ...json, audience: 'group:ENGINEERING' },
    });
    expect([decided.status, decided.json().audience]).toEqual([201, 'group:engineering']);
    const pages = async (jar: CookieJar) =>
      (await attemptAuthorize(server, client, { jar, scope: 'mcp:tools:read' })).pages;
    expect(await pages(await comeIn('abel', { groups: ['eng'] }))).toEqual([]);
    expect(await pages(await comeIn('bert'))).toEqual(['/consent']);
    const nobody = { ...json, audience: 'group:nobody' };
    expect((await asOperator(server, 'POST', '/pre-consents', { json: nobody })).status).toBe(400);
  });
});

describe('the groups of a person', () => {
  it('are told to apps that were granted the scope, and to resources that ask for them', async () => {
    const jar = await comeIn('cleo', { groups: ['ops', 'eng'] });
    const scope = 'openid groups';
    const client = await webClient(server);
    const { tokens } = await connect(server, { client, jar, scope, resource: null });
    expect(claimsOf(tokens.id_token!)['groups']).toEqual(['Engineering', 'Operators']);
    expect(claimsOf(tokens.access_token)).not.toHaveProperty('groups');
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    const userinfo = await get(`${server.base}/oauth2/userinfo`, { headers });
    expect(userinfo.json().groups).toEqual(['Engineering', 'Operators']);

    const billing = await connect(server, { client, jar, scope: 'billing:read openid', resource: BILLING });
    expect(claimsOf(billing.tokens.access_token)['groups']).toEqual(['Engineering', 'Operators']);
    expect(claimsOf(billing.tokens.id_token!)).not.toHaveProperty('groups');
    await comeIn('cleo', { groups: ['eng'] });
    const later = tokensOf(await refresh(server, client, billing.tokens.refresh_token!));
    expect(claimsOf(later.access_token)['groups']).toEqual(['Engineering']);
  });

  it('are not written into a token that they would make too long for a header', async () => {
    await comeIn('dora', { groups: ['eng'] });
    const { id } = await person(server, mail('dora'));
    for (let number = 0; number < 12; number++) {
      const name = `${'A group with a long name '.repeat(7)}${number}`;
      const json = { name, members: [id] };
      expect((await asOperator(server, 'POST', '/groups', { json })).status).toBe(201);
    }
    const jar = await comeIn('dora', { groups: ['eng'] });
    const client = await webClient(server);
    const scope = 'billing:read openid groups';
    const { tokens } = await connect(server, { client, jar, scope, resource: BILLING });
    expect(claimsOf(tokens.access_token)).toMatchObject({ hasgroups: true });
    expect(claimsOf(tokens.access_token)).not.toHaveProperty('groups');
    expect(claimsOf(tokens.id_token!)).toMatchObject({ _claim_names: { groups: 'userinfo' } });
    expect(tokens.access_token.length).toBeLessThan(4_096);
  });
});

describe('groups in the admin API', () => {
  const call = (method: string, path: string, json?: object, headers = {}) =>
    asOperator(server, method, path, { ...(json && { json }), headers });

  it('are made, read, changed and removed, with a version', async () => {
    const { id: userId } = await person(server, 'admin@example.com');
    const made = await call('POST', '/groups', {
      name: 'Night shift',
      roles: ['auditor'],
      members: [userId],
    });
    expect([made.status, made.headers['location']]).toEqual([
      201,
      `${server.url}/admin/v1/groups/${made.json().id}`,
    ]);
    const { id } = made.json();
    expect(made.json()).toMatchObject({ name: 'Night shift', origin: 'admin', configured: false });
    expect((await person(server, 'admin@example.com')).roles).toEqual(['admin', 'auditor']);
    expect(await membersOf(server, id)).toEqual({ 'admin@example.com': ['admin'] });

    const read = await call('GET', `/groups/${id}`);
    const etag = read.headers['etag'] as string;
    const changed = await call('PATCH', `/groups/${id}`, { name: 'Late shift' }, { 'if-match': etag });
    expect([changed.status, changed.json().name]).toEqual([200, 'Late shift']);
    expect((await call('PATCH', `/groups/${id}`, { name: 'x' }, { 'if-match': etag })).status).toBe(412);
    const removed = await call('DELETE', `/groups/${id}?reason=over`);
    // The role was lost with it.
    expect([removed.status, removed.json().receipt.acknowledged]).toEqual([200, 1]);
    expect((await call('GET', `/groups/${id}`)).status).toBe(404);
    expect((await person(server, 'admin@example.com')).roles).toEqual(['admin']);
    const trail = await events(server, { type: 'group.deleted' });
    expect(trail[0]!.details).toMatchObject({ name: 'Late shift', roles: ['auditor'], reason: 'over' });
  });

  it('have one name each, and what the configuration says of one is said there alone', async () => {
    expect((await call('POST', '/groups', { name: ' ENGINEERING ' })).json()).toMatchObject({
      status: 409,
      code: 'conflict',
    });
    const { id } = await groupNamed(server, 'Engineering');
    for (const json of [{ name: 'Engineers' }, { roles: ['admin'] }])
      expect((await call('PATCH', `/groups/${id}`, json)).json()).toMatchObject({
        status: 403,
        code: 'forbidden',
      });
    expect((await call('DELETE', `/groups/${id}`)).status).toBe(403);
  });

  it('refuse people who are not there, and words that are no roles', async () => {
    const { id } = await groupNamed(server, 'Invoices');
    const nobody = '00000000-0000-4000-8000-000000000000';
    for (const json of [{ add: [nobody] }, { add: ['x'] }, { add: [`${nobody}\u0000`] }, { add: 'x' }])
      expect((await call('PATCH', `/groups/${id}/members`, json)).status).toBe(400);
    expect((await call('PATCH', `/groups/${id}/members`, { remove: [nobody] })).status).toBe(200);
    for (const json of [{ name: 'y', roles: ['root'] }, { name: '' }, { name: 'a\u0000' }, { name: ['y'] }])
      expect((await call('POST', '/groups', json)).status).toBe(400);
    expect((await call('PATCH', `/groups/${nobody}`, { name: 'y' })).status).toBe(404);
  });

  it('give no role by which somebody gets more than they have', async () => {
    const token = await adminToken(server, 'admin:users');
    const asUsersAdmin = (method: string, path: string, json: object) =>
      adminCall(server, method, path, { token, json });
    const { id } = await person(server, 'admin@example.com');
    expect((await asUsersAdmin('POST', '/groups', { name: 'z', roles: ['operator'] })).status).toBe(403);
    expect((await asUsersAdmin('PATCH', `/users/${id}`, { roles: ['admin', 'auditor'] })).status).toBe(403);
    const operators = await groupNamed(server, 'Operators');
    const path = `/groups/${operators.id}/members`;
    expect((await asUsersAdmin('PATCH', path, { add: [id] })).status).toBe(403);
    expect((await asUsersAdmin('PATCH', path, { remove: [id] })).status).toBe(200);
    expect((await asUsersAdmin('POST', '/groups', { name: 'z', members: [id] })).status).toBe(201);
  });
});

describe('roles that are assigned to a person', () => {
  it('count at once, stand beside those of groups, and end what was held when they are taken', async () => {
    const jar = await comeIn('ella', { groups: ['ops'] });
    const { id } = await person(server, mail('ella'));
    const assign = (roles: string[]) => asOperator(server, 'PATCH', `/users/${id}`, { json: { roles } });
    expect((await assign(['auditor'])).json()).toMatchObject({
      roles: ['auditor', 'operator'],
      assigned_roles: ['auditor'],
    });
    const { client, tokens } = await administer(server, jar, 'admin:grants admin:audit');
    expect(scopesOf(tokens.scope)).toEqual(['admin:audit', 'admin:grants']);
    const taken = await assign([]);
    expect(taken.json()).toMatchObject({ roles: ['operator'], receipt: { acknowledged: 1 } });
    expect(await listGrants(server, tokens.access_token)).toBe(401);
    expect(tokensOf(await refresh(server, client, tokens.refresh_token!)).scope).toBe('admin:grants');
    expect((await assign(['root'])).status).toBe(400);
  });

  it('leave one administrator who may sign in', async () => {
    const { id } = await person(server, 'admin@example.com');
    const refused = await asOperator(server, 'PATCH', `/users/${id}`, { json: { roles: [] } });
    expect(refused.json()).toMatchObject({
      status: 409,
      code: 'conflict',
      detail: expect.stringContaining('admin'),
    });
    expect((await person(server, 'admin@example.com')).roles).toEqual(['admin']);
    // A second one who is switched off is none.
    await comeIn('fred');
    const fred = await person(server, mail('fred'));
    await asOperator(server, 'PATCH', `/users/${fred.id}`, { json: { roles: ['admin'] } });
    await asOperator(server, 'POST', `/users/${fred.id}/disable`, { amongFewAdmins: true });
    expect((await asOperator(server, 'PATCH', `/users/${id}`, { json: { roles: [] } })).status).toBe(409);
    await asOperator(server, 'POST', `/users/${fred.id}/enable`);
    expect((await asOperator(server, 'PATCH', `/users/${id}`, { json: { roles: [] } })).status).toBe(200);
    expect((await asOperator(server, 'PATCH', `/users/${id}`, { json: { roles: ['admin'] } })).status).toBe(
      200,
    );
    expect((await asOperator(server, 'PATCH', `/users/${fred.id}`, { json: { roles: [] } })).status).toBe(
      200,
    );
  });
});
