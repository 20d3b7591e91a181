import { beforeAll, describe, expect, it } from '@jest/globals';
import { authorize, connect, refresh, tokenRequest, type TestClient } from '../support/actors.js';
import { CookieJar, post, request, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator, events, mcpStatus, refusalOf, ROOMY, signedIn } from './harness.js';

let server: TestServer;
let jar: CookieJar;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
  jar = await signedIn(server);
});

const WEB = { client_name: 'Managed', redirect_uris: ['https://c.test/cb'] };

interface Managed extends TestClient {
  readonly uri: string;
  readonly token: string;
}

async function registered(metadata: object = WEB): Promise<Managed> {
  const response = await post(`${server.base}/oauth2/register`, { json: metadata });
  expect(response.status).toBe(201);
  const registration = response.json<Record<string, unknown>>();
  const secret = registration['client_secret'] as string | undefined;
  return {
    clientId: registration['client_id'] as string,
    ...(secret !== undefined && { clientSecret: secret }),
    authMethod: registration['token_endpoint_auth_method'] as string,
    redirectUri: (registration['redirect_uris'] as string[])[0]!,
    registration,
    uri: registration['registration_client_uri'] as string,
    token: registration['registration_access_token'] as string,
  };
}

const manage = (client: Managed, method: string, json?: object, token: string | null = client.token) =>
  request(method, client.uri, {
    ...(json && { json }),
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
  });

const put = (client: Managed, over: object): Promise<HttpResponse> =>
  manage(client, 'PUT', { ...WEB, client_id: client.clientId, ...over });

const stored = async ({ clientId }: TestClient) =>
  (await asOperator(server, 'GET', `/clients/${clientId}`)).json<Record<string, unknown>>();

describe('A registration', () => {
  it('says where it is managed and with what, a token that is kept as a digest', async () => {
    const client = await registered();
    expect(client.uri).toBe(`${server.url}/oauth2/register/${client.clientId}`);
    expect(client.token).toMatch(/^gh_rat_[\w-]{43}$/);
    expect(JSON.stringify(await stored(client))).not.toContain(client.token);
    expect(server.output()).not.toContain(client.token);
  });
});

describe('A client reads its registration', () => {
  it('with its token, and never its secret again', async () => {
    const client = await registered({ ...WEB, token_endpoint_auth_method: 'client_secret_basic' });
    const response = await manage(client, 'GET');
    expect([response.status, response.headers['cache-control']]).toEqual([200, 'no-store']);
    const { client_secret, client_secret_expires_at, ...shown } = client.registration;
    expect(client_secret).toEqual(expect.any(String));
    expect(client_secret_expires_at).toBe(0);
    expect(response.json()).toEqual(shown);
  });
});

describe('Without the right token', () => {
  it.each(['GET', 'PUT', 'DELETE'])(
    '%s is refused, with the same answer for every reason',
    async (method) => {
      const client = await registered();
      const other = await registered();
      const body =
        method === 'PUT' ? { ...WEB, client_id: client.clientId, client_name: 'Stolen' } : undefined;
      const gone = { ...client, uri: `${server.url}/oauth2/register/gh_c_nobody` };
      const answers = [
        await manage(client, method, body, other.token),
        await manage(client, method, body, 'gh_rat_wrong'),
        await manage(client, method, body, `${client.token}x`),
        await manage(gone, method, body),
        await manage({ ...client, uri: `${server.url}/oauth2/register/%00` }, method, body),
        await manage({ ...client, uri: `${server.url}/oauth2/register/ops` }, method, body),
      ];
      const seen = answers.map((answer) => {
        const { error, error_description: description } = answer.json<Record<string, string>>();
        return [answer.status, answer.headers['www-authenticate'], error, description];
      });
      expect(new Set(seen.map((one) => JSON.stringify(one))).size).toBe(1);
      expect(seen[0]!.slice(0, 3)).toEqual([401, 'Bearer error="invalid_token"', 'invalid_token']);
      expect((await stored(client))['name']).toBe('Managed');
    },
  );

  it('a request without credentials is asked for them', async () => {
    const client = await registered();
    const answer = await manage(client, 'GET', undefined, null);
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    expect((await manage(client, 'GET', undefined, client.token)).status).toBe(200);
  });

  it('an access token of the client is none', async () => {
    const client = await registered();
    const { tokens } = await connect(server, { client, jar });
    expect((await manage(client, 'GET', undefined, tokens.access_token)).status).toBe(401);
  });
});

describe('A client replaces its registration', () => {
  it('as a whole: what it leaves out is gone', async () => {
    const client = await registered({ ...WEB, client_uri: 'https://c.test/', scope: 'mcp:tools:read' });
    const response = await put(client, { client_name: 'Renamed', redirect_uris: ['https://c.test/other'] });
    expect(response.status).toBe(200);
    expect(response.json()).toMatchObject({
      client_id: client.clientId,
      client_name: 'Renamed',
      redirect_uris: ['https://c.test/other'],
      registration_client_uri: client.uri,
      registration_access_token: client.token,
    });
    for (const name of ['client_uri', 'scope', 'client_secret'])
      expect(response.json()).not.toHaveProperty(name);
    expect((await manage(client, 'GET')).json()).toEqual(response.json());
    const moved = { ...client, redirectUri: 'https://c.test/other' };
    expect((await connect(server, { client: moved, jar })).tokens.access_token).toEqual(expect.any(String));
    const [event] = await events(server, { type: 'client.changed', client_id: client.clientId });
    expect(event).toMatchObject({
      actor: { type: 'client', id: client.clientId },
      details: { changes: { name: { before: 'Managed', after: 'Renamed' } } },
    });
  });

  it('and nothing is recorded when it says the same again', async () => {
    const client = await registered();
    expect((await put(client, {})).status).toBe(200);
    expect(await events(server, { type: 'client.changed', client_id: client.clientId })).toEqual([]);
  });

  it.each<[string, object]>([
    ['another client_id', { client_id: 'ops' }],
    ['no client_id', { client_id: undefined }],
    ['a registration access token', { registration_access_token: 'mine' }],
    ['a registration URI', { registration_client_uri: 'https://evil.test/' }],
    ['a time for the secret to expire', { client_secret_expires_at: 0 }],
    ['a time of issue', { client_id_issued_at: 1 }],
    ['a secret it chose', { client_secret: 'a secret that the client chose for itself' }],
    ['an empty secret', { client_secret: '' }],
    ['null for a secret', { client_secret: null }],
    ['a dangerous redirect URI', { redirect_uris: ['javascript:alert(1)'] }],
    ['no redirect URI', { redirect_uris: [] }],
    ['a right of its own', { grant_types: ['client_credentials'] }],
  ])('not with %s', async (_what, over) => {
    const client = await registered();
    const response = await put(client, { client_name: 'Changed', ...over });
    expect(response.status).toBe(400);
    expect(response.json().error).toMatch(/^invalid_(client_metadata|redirect_uri)$/);
    expect((await stored(client))['name']).toBe('Managed');
  });

  it('cannot lift its own ceiling, approve itself or skip consent', async () => {
    const client = await registered();
    const over = {
      trust_state: 'approved',
      skip_consent: true,
      allowed_scopes: ['admin:users'],
      scope: 'admin:users',
    };
    expect((await put(client, over)).status).toBe(200);
    expect(await stored(client)).toMatchObject({ trust_state: 'quarantined', skip_consent: false });
    expect(await stored(client)).not.toHaveProperty('allowed_scopes');
  });

  it('may repeat its secret, and keeps it', async () => {
    const client = await registered({ ...WEB, token_endpoint_auth_method: 'client_secret_post' });
    const same = { token_endpoint_auth_method: 'client_secret_post', client_secret: client.clientSecret };
    expect((await put(client, same)).status).toBe(200);
    expect((await put(client, {})).json()).toMatchObject({
      token_endpoint_auth_method: 'client_secret_post',
    });
    expect((await connect(server, { client, jar })).tokens.access_token).toEqual(expect.any(String));
  });

  it.each([
    ['client_secret_basic', 'none'],
    ['none', 'client_secret_basic'],
  ])('not from %s to %s: no secret is lost or made on the way', async (from, to) => {
    const client = await registered({ ...WEB, token_endpoint_auth_method: from });
    const response = await put(client, { token_endpoint_auth_method: to });
    expect(refusalOf(response)).toEqual([400, 'invalid_client_metadata']);
    expect((await stored(client))['auth_method']).toBe(from);
  });

  it('and a method nobody knows leaves it as it is', async () => {
    const client = await registered({ ...WEB, token_endpoint_auth_method: 'client_secret_basic' });
    const response = await put(client, { token_endpoint_auth_method: 'tls_client_auth' });
    expect(response.json()).toMatchObject({ token_endpoint_auth_method: 'client_secret_basic' });
    const bare = { ...client, clientSecret: undefined } as unknown as TestClient;
    const refused = await tokenRequest(server, bare, { grant_type: 'refresh_token', refresh_token: 'x' });
    expect(refusalOf(refused)).toEqual([401, 'invalid_client']);
  });
});

describe('What a change does to trust', () => {
  const approve = (client: TestClient) => asOperator(server, 'POST', `/clients/${client.clientId}/approve`);

  it('other redirect URIs put an approved client back into quarantine', async () => {
    const client = await registered();
    await approve(client);
    expect(await stored(client)).toMatchObject({ trust_state: 'approved' });
    await put(client, { redirect_uris: ['https://c.test/cb', 'https://evil.test/cb'] });
    expect(await stored(client)).toMatchObject({ trust_state: 'quarantined' });
  });

  it('another name does not', async () => {
    const client = await registered();
    await approve(client);
    await put(client, { client_name: 'Renamed' });
    expect(await stored(client)).toMatchObject({ trust_state: 'approved', name: 'Renamed' });
  });

  it('another name or other redirect URIs have people asked again, and nothing else does', async () => {
    const client = await registered();
    await connect(server, { client, jar });
    expect((await authorize(server, client, { jar })).pages).toEqual([]);
    await put(client, { scope: 'mcp:tools:read', tos_uri: 'https://c.test/tos' });
    expect((await authorize(server, client, { jar, scope: 'mcp:tools:read' })).pages).toEqual([]);
    await put(client, { client_name: 'Claude' });
    expect((await authorize(server, client, { jar })).pages).toEqual(['/consent']);
    expect((await authorize(server, client, { jar })).pages).toEqual([]);
    await put(client, { client_name: 'Claude', redirect_uris: ['https://c.test/cb', 'https://c.test/2'] });
    expect((await authorize(server, client, { jar })).pages).toEqual(['/consent']);
  });

  it.each([
    ['another way back after signing out', { post_logout_redirect_uris: ['https://evil.test/'] }],
    ['another receiver of logout tokens', { backchannel_logout_uri: 'https://evil.test/logout' }],
  ])('%s takes the approval away and has people asked again', async (_what, over) => {
    const client = await registered();
    await approve(client);
    await connect(server, { client, jar });
    expect((await authorize(server, client, { jar })).pages).toEqual([]);
    expect((await put(client, over)).status).toBe(200);
    expect(await stored(client)).toMatchObject({ trust_state: 'quarantined' });
    expect((await authorize(server, client, { jar })).pages).toEqual(['/consent']);
  });
});

describe('A client removes its registration', () => {
  it('with everything it was granted', async () => {
    const client = await registered();
    const { tokens } = await connect(server, { client, jar });
    expect(await mcpStatus(server, tokens.access_token)).toBe(200);
    const response = await manage(client, 'DELETE');
    expect([response.status, response.text]).toEqual([204, '']);
    expect(await mcpStatus(server, tokens.access_token)).toBe(401);
    expect(refusalOf(await refresh(server, client, tokens.refresh_token!))).toEqual([401, 'invalid_client']);
    expect((await manage(client, 'GET')).status).toBe(401);
    expect((await asOperator(server, 'GET', `/clients/${client.clientId}`)).status).toBe(404);
    const [event] = await events(server, { type: 'client.deleted', client_id: client.clientId });
    expect(event).toMatchObject({ actor: { type: 'client', id: client.clientId } });
  });
});

describe('A suspended client', () => {
  it('manages nothing until it is let in again', async () => {
    const client = await registered();
    await asOperator(server, 'POST', `/clients/${client.clientId}/suspend`);
    for (const method of ['GET', 'DELETE'])
      expect(refusalOf(await manage(client, method))).toEqual([403, 'access_denied']);
    expect(refusalOf(await put(client, {}))).toEqual([403, 'access_denied']);
    expect((await manage(client, 'GET', undefined, 'gh_rat_wrong')).status).toBe(401);
    await asOperator(server, 'POST', `/clients/${client.clientId}/unsuspend`);
    expect((await manage(client, 'GET')).status).toBe(200);
  });
});

describe('A client that did not register itself', () => {
  it('has no token to manage itself with', async () => {
    const made = await asOperator(server, 'POST', '/clients', {
      json: { name: 'Made', ...WEB, client_name: undefined },
    });
    const client = { uri: `${server.url}/oauth2/register/${made.json().id}` } as Managed;
    for (const token of ['', 'gh_rat_x', 'null'])
      expect((await manage(client, 'GET', undefined, token)).status).toBe(401);
  });
});

describeOnPostgres('Changes that come at once', () => {
  it('leave one whole registration, never a mixture', async () => {
    const client = await registered();
    const names = Array.from({ length: 12 }, (_, index) => `N${index}`);
    const answers = await Promise.all(
      names.map((name) =>
        put(client, { client_name: name, redirect_uris: [`https://${name.toLowerCase()}.test/cb`] }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
    const { name, redirect_uris: uris } = await stored(client);
    expect(uris).toEqual([`https://${String(name).toLowerCase()}.test/cb`]);
    expect(await events(server, { type: 'client.changed', client_id: client.clientId })).toHaveLength(12);
  });
});
