import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  adminCall,
  adminToken,
  attemptAuthorize,
  registerClient,
  type TestClient,
} from '../support/actors.js';
import { textOf } from '../support/html.js';
import { get, type CookieJar, type HttpResponse } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator, authorizeQuery, events, ROOMY, signedIn, webClient } from '../oauth/harness.js';
import { SecondPeople } from '../oauth/second-person.js';

const people = new SecondPeople();
let server: TestServer;
let admin: CookieJar;
let grace: CookieJar;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY, identityProviders: await people.start() } });
  admin = await signedIn(server);
  grace = await people.signIn(server, 'grace');
});
afterAll(() => people.stop());

const decide = (client: TestClient, over: object = {}): Promise<HttpResponse> =>
  asOperator(server, 'POST', '/pre-consents', {
    json: { client_id: client.clientId, audience: 'everyone', scopes: ['mcp:tools:read'], ...over },
  });

const pages = async (client: TestClient, jar: CookieJar, options = {}): Promise<string[]> =>
  (await attemptAuthorize(server, client, { jar, ...options })).pages;

const native = () => registerClient(server, { redirect_uris: ['http://127.0.0.1/cb'] });

describe('what an admin allows beforehand', () => {
  it('for everybody asks nobody, on this computer too, and every grant tells so', async () => {
    for (const client of [await webClient(server), await native()]) {
      expect(await pages(client, grace)).toEqual(['/consent']);
      expect((await decide(client)).status).toBe(201);
      for (const jar of [admin, grace]) expect(await pages(client, jar)).toEqual([]);
      const opened = await events(server, { type: 'grant.opened', client_id: client.clientId });
      expect(opened[0]!.details).toMatchObject({ consent: 'preapproved' });
      // Nothing is recorded as a yes of the person's.
      expect(await events(server, { type: 'consent.granted', client_id: client.clientId })).toHaveLength(1);
    }
  });

  it('for a role asks the others', async () => {
    const client = await webClient(server);
    expect((await decide(client, { audience: 'role:admin' })).status).toBe(201);
    expect(await pages(client, admin)).toEqual([]);
    expect(await pages(client, grace)).toEqual(['/consent']);
  });

  it('is no more than it says: more scopes, another resource, another client are asked for', async () => {
    const client = await webClient(server);
    await decide(client);
    expect(await pages(client, grace, { scope: 'mcp:tools:read mcp:tools:execute' })).toEqual(['/consent']);
    expect(
      await pages(client, grace, { scope: 'openid', resource: `${server.url}/oauth2/userinfo` }),
    ).toEqual(['/consent']);
    expect(await pages(await webClient(server), grace)).toEqual(['/consent']);
  });

  it('is marked where something else has to be asked, cannot be left out, and is not remembered as said', async () => {
    const client = await webClient(server);
    const made = await decide(client, { scopes: ['mcp:tools:read', 'email'] });
    const scope = 'mcp:tools:read email profile';
    const sent = await get(`${server.base}/oauth2/authorize?${authorizeQuery(server, client, { scope })}`, {
      cookies: grace,
    });
    const page = await get(sent.location!, { cookies: grace });
    expect(textOf(page.text).match(/Allowed by Gatehouse/g)).toHaveLength(2);
    expect(page.text.match(/name="leave_out" value="[^"]*"/g)).toEqual(['name="leave_out" value="profile"']);
    expect(await pages(client, grace, { scope })).toEqual(['/consent']);
    expect(await pages(client, grace, { scope })).toEqual([]);
    expect((await asOperator(server, 'DELETE', `/pre-consents/${made.json().id}`)).status).toBe(200);
    expect(await pages(client, grace, { scope })).toEqual(['/consent']);
  });

  it('satisfies prompt=consent, unless the policy says otherwise', async () => {
    const client = await native();
    await decide(client);
    const extra = { prompt: 'consent' };
    expect(await pages(client, grace, { extra })).toEqual([]);
    const strict = await startServer({
      config: { limits: ROOMY, policies: { clients: { preapproval_satisfies_consent: false } } },
    });
    const asker = await registerClient(strict);
    await asOperator(strict, 'POST', '/pre-consents', {
      json: { client_id: asker.clientId, audience: 'everyone', scopes: ['mcp:tools:read'] },
    });
    const jar = await signedIn(strict);
    expect((await attemptAuthorize(strict, asker, { jar })).pages).toEqual([]);
    expect((await attemptAuthorize(strict, asker, { jar, extra })).pages).toEqual(['/consent']);
  });

  it('does not sign anybody in, and lets nobody grant what their role forbids', async () => {
    const client = await webClient(server);
    await asOperator(server, 'POST', `/clients/${client.clientId}/approve`);
    expect((await decide(client, { scopes: ['mcp:tools:read', 'admin:audit:read'] })).status).toBe(201);
    const asked = authorizeQuery(server, client, {
      prompt: 'none',
      scope: 'mcp:tools:read admin:audit:read',
    });
    const nobody = await get(`${server.base}/oauth2/authorize?${asked}`);
    expect(nobody.location!.searchParams.get('error')).toBe('login_required');
    await get(`${server.base}/oauth2/authorize?${asked}`, { cookies: grace });
    const [opened] = await events(server, { type: 'grant.opened', client_id: client.clientId });
    expect(JSON.stringify(opened)).not.toMatch(/"granted":\[[^\]]*admin:/);
  });
});

describe('the list', () => {
  it('has what was decided, newest first, and one decision for each client, audience and resource', async () => {
    const client = await webClient(server);
    const first = (await decide(client)).json();
    const second = await decide(client, { scopes: ['mcp:tools:read', 'mcp:tools:read', 'email'] });
    const third = (await decide(client, { audience: 'role:operator' })).json();
    expect(second.headers.location).toBe(`${server.url}/admin/v1/pre-consents/${second.json().id}`);
    const listed = (await asOperator(server, 'GET', `/pre-consents?client_id=${client.clientId}`)).json();
    expect(listed.items).toEqual([third, second.json()]);
    expect(listed.items[1]).toMatchObject({
      client_id: client.clientId,
      audience: 'everyone',
      resource: `${server.url}/mcp`,
      scopes: ['mcp:tools:read', 'email'],
      created_by: 'ops',
    });
    expect((await asOperator(server, 'GET', `/pre-consents/${first.id}`)).status).toBe(404);
    expect((await asOperator(server, 'GET', `/pre-consents/${third.id}`)).json()).toEqual(third);
    const page = (
      await asOperator(server, 'GET', `/pre-consents?client_id=${client.clientId}&limit=1`)
    ).json();
    const rest = await asOperator(
      server,
      'GET',
      `/pre-consents?client_id=${client.clientId}&limit=1&cursor=${page.next}`,
    );
    expect(rest.json().items).toEqual([second.json()]);
  });

  it('loses what is taken back, with an event each', async () => {
    const client = await webClient(server);
    const { id } = (await decide(client)).json();
    expect((await asOperator(server, 'DELETE', `/pre-consents/${id}?reason=over`)).status).toBe(200);
    expect((await asOperator(server, 'DELETE', `/pre-consents/${id}`)).status).toBe(404);
    const filter = { client_id: client.clientId };
    const [made] = await events(server, { type: 'consent.preapproved', ...filter });
    const [removed] = await events(server, { type: 'consent.preapproval_removed', ...filter });
    expect(made).toMatchObject({ actor: { id: 'ops' }, details: { audience: 'everyone' } });
    expect(removed!.details).toMatchObject({ audience: 'everyone', reason: 'over' });
  });

  it('goes with its client', async () => {
    const client = await webClient(server);
    const { id } = (await decide(client)).json();
    await asOperator(server, 'DELETE', `/clients/${client.clientId}`);
    expect((await asOperator(server, 'GET', `/pre-consents/${id}`)).status).toBe(404);
  });

  it('holds one of two decisions at once, and neither fails', async () => {
    const client = await webClient(server);
    const answers = await Promise.all(Array.from({ length: 10 }, () => decide(client)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
    const { items } = (await asOperator(server, 'GET', `/pre-consents?client_id=${client.clientId}`)).json();
    expect(items).toHaveLength(1);
  });
});

describe('a decision that cannot be', () => {
  it('names the member that is wrong', async () => {
    const client = await webClient(server);
    for (const [over, field] of [
      [{ client_id: 'nobody' }, 'client_id'],
      [{ client_id: undefined }, 'client_id'],
      [{ audience: 'group:x' }, 'audience'],
      [{ audience: 'role:root' }, 'audience'],
      [{ audience: ['everyone'] }, 'audience'],
      [{ scopes: [] }, 'scopes'],
      [{ scopes: 'mcp:tools:read' }, 'scopes'],
      [{ scopes: ['nonsense'] }, 'scopes'],
      [{ scopes: ['mcp:tools:read'], resource: `${server.url}/admin` }, 'scopes'],
      [{ resource: 'https://other.example/' }, 'resource'],
      [{ skip: true }, 'skip'],
    ] as const) {
      const answer = await decide(client, over);
      expect([over, answer.status]).toEqual([over, 400]);
      expect(JSON.stringify(answer.json().errors)).toContain(field);
    }
    expect((await asOperator(server, 'GET', `/pre-consents/${randomUUID()}`)).status).toBe(404);
  });

  it('of admin scopes is for those who have them', async () => {
    const client = await webClient(server);
    await asOperator(server, 'POST', `/clients/${client.clientId}/approve`);
    const token = await adminToken(server, 'admin:clients');
    const json = { client_id: client.clientId, audience: 'everyone' };
    const escalating = { ...json, scopes: ['admin:users'] };
    const refused = await adminCall(server, 'POST', '/pre-consents', { token, json: escalating });
    expect([refused.status, refused.json().code]).toEqual([403, 'forbidden']);
    const own = { ...json, scopes: ['admin:clients:read'] };
    expect((await adminCall(server, 'POST', '/pre-consents', { token, json: own })).status).toBe(201);
    const reader = await adminToken(server, 'admin:clients:read');
    expect((await adminCall(server, 'POST', '/pre-consents', { token: reader, json: own })).status).toBe(403);
  });
});
