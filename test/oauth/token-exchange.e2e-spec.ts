import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { refresh, registerClient, tokenRequest, tokensOf } from '../support/actors.js';
import { get, post } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { createDatabase } from '../support/postgres.js';
import { HeldKey, tokenRequestWith } from '../support/proofs.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator, claimsOf, events, mcpStatus, refusalOf, signedIn } from './harness.js';
import { SecondPeople } from './second-person.js';
import {
  ACCESS_TOKEN,
  EXCHANGE,
  EXCHANGE_CONFIG,
  exchanged,
  exchangeRequest,
  introspected,
  ORDERS,
  personAt,
  SEALED,
  serviceClient,
  STOCK,
  type Person,
} from './token-exchange.harness.js';

const people = new SecondPeople();
let server: TestServer;
let person: Person;
let token: string;

beforeAll(async () => {
  const identityProviders = await people.start();
  server = await startServer({ config: { ...EXCHANGE_CONFIG, identityProviders } });
  person = await personAt(server);
  token = person.tokens.access_token;
});
afterAll(() => people.stop());

const JWT = 'urn:ietf:params:oauth:token-type:jwt';

const ownToken = async (clientId: string, form: Record<string, string> = {}): Promise<string> =>
  tokensOf(await tokenRequest(server, serviceClient(clientId), { grant_type: 'client_credentials', ...form }))
    .access_token;

describe('Token exchange', () => {
  it('gives a service a token of its own for the same person, which says who acts', async () => {
    const response = await exchangeRequest(server, 'gateway', token);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.json()).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: expect.any(Number),
      scope: 'mcp:tools:read mcp:tools:execute',
      issued_token_type: ACCESS_TOKEN,
    });
    const [before, after] = [claimsOf(token), claimsOf(tokensOf(response).access_token)];
    for (const name of ['sub', 'gid', 'sid', 'auth_time', 'acr', 'amr', 'aud', 'iss'])
      expect([name, after[name]]).toEqual([name, before[name]]);
    expect(after).toMatchObject({ client_id: 'gateway', act: { sub: 'gateway' } });
    expect(after['jti']).not.toBe(before['jti']);
    expect(after['exp']).toBeLessThanOrEqual(Number(before['exp']));
    expect(await mcpStatus(server, tokensOf(response).access_token)).toBe(200);
    expect(await mcpStatus(server, token)).toBe(200);
  });

  it('is told by the trail: what was exchanged, by whom, for which resource', async () => {
    const made = claimsOf(await exchanged(server, 'gateway', token));
    const [event] = await events(server, { type: 'token.issued', client_id: 'gateway' });
    const { jti, gid, sub } = claimsOf(token);
    expect(event).toMatchObject({
      outcome: { result: 'allowed' },
      grant_id: gid,
      user_id: sub,
      details: {
        grant_type: EXCHANGE,
        refresh_token: false,
        subject_jti: jti,
        subject_client_id: person.client.clientId,
        subject_resource: `${server.url}/mcp`,
        actor: 'gateway',
      },
    });
    expect(event).toMatchObject({ token: { jti: made['jti'], aud: `${server.url}/mcp` } });
  });

  it('is told by the trail when it is refused, too', async () => {
    const refused = await exchangeRequest(server, 'stranger', token);
    expect(refusalOf(refused)).toEqual([400, 'invalid_request']);
    const [event] = await events(server, { type: 'token.request.rejected', client_id: 'stranger' });
    expect(event).toMatchObject({
      event_id: refused.headers['x-decision-id'],
      outcome: { result: 'denied', reason_code: 'subject_token_of_others', http_status: 400 },
      details: {
        grant_type: EXCHANGE,
        subject_jti: claimsOf(token)['jti'],
        subject_client_id: person.client.clientId,
      },
    });
    expect(JSON.stringify(event)).not.toContain(token.split('.')[2]);
  });

  it('is advertised', async () => {
    const metadata = await get(`${server.base}/.well-known/oauth-authorization-server`);
    expect(metadata.json<{ grant_types_supported: string[] }>().grant_types_supported).toContain(EXCHANGE);
  });
});

describe('The new token', () => {
  it('is for another resource when resource or audience names it, with what that resource knows', async () => {
    const { tokens } = await personAt(server, { resource: ORDERS, scope: 'orders:read orders:write' });
    for (const form of [{ resource: STOCK }, { audience: STOCK }, { resource: STOCK, audience: STOCK }]) {
      const response = await exchangeRequest(server, 'gateway', tokens.access_token, form);
      expect(tokensOf(response).scope).toBe('orders:read');
      expect(claimsOf(tokensOf(response).access_token)['aud']).toBe(STOCK);
      expect(await introspected(server, 'stock', tokensOf(response).access_token)).toMatchObject({
        active: true,
        client_id: 'gateway',
        act: { sub: 'gateway' },
      });
    }
  });

  it('is for one resource that there is', async () => {
    for (const form of [
      { resource: 'https://other.example/' },
      { audience: 'somebody' },
      { resource: [ORDERS, STOCK] },
      { audience: [ORDERS, STOCK] },
      { resource: ORDERS, audience: STOCK },
      { resource: `${server.url}/mcp#fragment` },
    ])
      expect([form, ...refusalOf(await exchangeRequest(server, 'gateway', token, form))]).toEqual([
        form,
        400,
        'invalid_target',
      ]);
  });

  it('may do less, and never more', async () => {
    const read = tokensOf(await exchangeRequest(server, 'gateway', token, { scope: 'mcp:tools:read' }));
    expect(read.scope).toBe('mcp:tools:read');
    for (const scope of [
      'mcp:tools:execute',
      'mcp:tools:read mcp:tools:execute',
      'mcp:tools:read orders:read',
      'mcp:tools:read offline_access',
      'openid',
      'admin:users:read',
      'nonsense',
      'a"b',
    ]) {
      const wider = await exchangeRequest(server, 'gateway', read.access_token, { scope });
      expect([scope, ...refusalOf(wider)]).toEqual([scope, 400, 'invalid_scope']);
    }
  });

  it('has nothing that the exchanging client may not have', async () => {
    const { tokens } = await personAt(server, { resource: ORDERS, scope: 'orders:read orders:write' });
    const response = await exchangeRequest(server, 'orders', tokens.access_token);
    expect(tokensOf(response).scope).toBe('orders:read');
    const above = await exchangeRequest(server, 'orders', tokens.access_token, { scope: 'orders:write' });
    expect(refusalOf(above)).toEqual([400, 'invalid_scope']);
  });

  it('has what an included scope allows when the including one is above the client', async () => {
    const { tokens } = await personAt(server, { scope: 'mcp:tools:execute' });
    const whole = await exchanged(server, 'gateway', tokens.access_token);
    expect(claimsOf(whole)['scope']).toBe('mcp:tools:execute');
    const part = await exchanged(server, 'chained', tokens.access_token);
    expect(claimsOf(part)['scope']).toBe('mcp:tools:read');
  });

  it('has no scope that stands for a refresh token', async () => {
    const { tokens } = await personAt(server, { scope: 'mcp:tools:read offline_access' });
    expect(claimsOf(await exchanged(server, 'gateway', tokens.access_token))['scope']).toBe('mcp:tools:read');
  });

  it('is refused when nothing is left of the scopes', async () => {
    const response = await exchangeRequest(server, 'gateway', token, { resource: ORDERS });
    expect(refusalOf(response)).toEqual([400, 'invalid_scope']);
  });

  it('is opaque where the resource wants that, and can be exchanged there', async () => {
    const { tokens } = await personAt(server, { resource: ORDERS, scope: 'orders:read' });
    const opaque = await exchanged(server, 'gateway', tokens.access_token, { resource: SEALED });
    expect(opaque).toMatch(/^gh_at_/);
    expect(await introspected(server, 'stock', opaque)).toMatchObject({
      active: true,
      act: { sub: 'gateway' },
    });
    const next = await exchanged(server, 'stock', opaque, { resource: STOCK });
    expect(claimsOf(next)).toMatchObject({ act: { sub: 'stock', act: { sub: 'gateway' } } });
    const asJwt = await exchangeRequest(server, 'stock', opaque, { subject_token_type: JWT });
    expect(refusalOf(asJwt)).toEqual([400, 'invalid_request']);
  });

  it('names everybody who acted, the latest outermost, five at most', async () => {
    let next = token;
    for (let count = 1; count <= 5; count++) {
      next = await exchanged(server, 'gateway', next);
      let depth = 0;
      for (let act = claimsOf(next)['act'] as { act?: never } | undefined; act; act = act.act) depth++;
      expect(depth).toBe(count);
    }
    expect(refusalOf(await exchangeRequest(server, 'gateway', next))).toEqual([400, 'invalid_request']);
  });
});

describe('A subject token', () => {
  it('is taken as an access token or as a JWT, and as nothing else', async () => {
    for (const type of [ACCESS_TOKEN, JWT])
      expect((await exchangeRequest(server, 'gateway', token, { subject_token_type: type })).status).toBe(
        200,
      );
    for (const type of ['refresh_token', 'id_token', 'saml2', 'ACCESS_TOKEN'].map(
      (name) => `urn:ietf:params:oauth:token-type:${name}`,
    ))
      expect(
        refusalOf(await exchangeRequest(server, 'gateway', token, { subject_token_type: type })),
      ).toEqual([400, 'invalid_request']);
  });

  it('comes with its type, and what comes back is an access token', async () => {
    for (const form of [
      { subject_token: '' },
      { subject_token_type: '' },
      { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
      { requested_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
      { actor_token_type: ACCESS_TOKEN },
      { actor_token: 'x' },
      { subject_token: [token, token] },
    ])
      expect([form, ...refusalOf(await exchangeRequest(server, 'gateway', token, form))]).toEqual([
        form,
        400,
        'invalid_request',
      ]);
    const asked = await exchangeRequest(server, 'gateway', token, { requested_token_type: ACCESS_TOKEN });
    expect(asked.status).toBe(200);
  });

  it('is exchanged by whom it was issued to and by the service it is for, and by nobody else', async () => {
    expect((await exchangeRequest(server, 'gateway', token)).status).toBe(200);
    expect(refusalOf(await exchangeRequest(server, 'orders', token))).toEqual([400, 'invalid_request']);
    const forOrders = await personAt(server, { resource: ORDERS, scope: 'orders:read' });
    const { access_token } = forOrders.tokens;
    expect((await exchangeRequest(server, 'orders', access_token)).status).toBe(200);
    expect(refusalOf(await exchangeRequest(server, 'stock', access_token))).toEqual([400, 'invalid_request']);
    // What gateway got for the resource of stock is gateway's as well.
    const own = await exchanged(server, 'gateway', access_token, { resource: STOCK });
    expect((await exchangeRequest(server, 'gateway', own)).status).toBe(200);
    expect((await exchangeRequest(server, 'stock', own)).status).toBe(200);
    expect(refusalOf(await exchangeRequest(server, 'orders', own))).toEqual([400, 'invalid_request']);
  });

  it('is about a person', async () => {
    const machine = await ownToken('gateway', { scope: 'mcp:tools:read' });
    expect(refusalOf(await exchangeRequest(server, 'gateway', machine))).toEqual([400, 'invalid_request']);
  });

  it('is an access token of this server, alive', async () => {
    const { tokens } = await personAt(server, { scope: 'openid mcp:tools:read' });
    const [header, , signature] = token.split('.');
    const forged = Buffer.from(JSON.stringify({ ...claimsOf(token), scope: 'admin:users' }));
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
    for (const bad of [
      tokens.refresh_token!,
      tokens.id_token!,
      'nonsense',
      'a.b.c',
      `gh_at_${'x'.repeat(43)}`,
      `${header}.${forged.toString('base64url')}.${signature}`,
      `${none}.${token.split('.')[1]}.`,
      `${token.slice(0, -4)}AAAA`,
      'x'.repeat(10_000),
    ])
      expect([bad.slice(0, 40), ...refusalOf(await exchangeRequest(server, 'gateway', bad))]).toEqual([
        bad.slice(0, 40),
        400,
        'invalid_request',
      ]);
  });
});

describe('An actor token', () => {
  it('is one that the client has for itself', async () => {
    const actor = await ownToken('gateway', { scope: 'mcp:tools:read' });
    const own = await exchanged(server, 'gateway', token, {
      actor_token: actor,
      actor_token_type: ACCESS_TOKEN,
    });
    expect(claimsOf(own)['act']).toEqual({ sub: 'gateway' });
    for (const bad of [await ownToken('stranger'), token, 'nonsense']) {
      const response = await exchangeRequest(server, 'gateway', token, {
        actor_token: bad,
        actor_token_type: ACCESS_TOKEN,
      });
      expect(refusalOf(response)).toEqual([400, 'invalid_request']);
    }
  });
});

describe('A client', () => {
  it('cannot make itself one that exchanges tokens', async () => {
    for (const token_endpoint_auth_method of ['client_secret_basic', 'none']) {
      const client = await registerClient(server, {
        token_endpoint_auth_method,
        redirect_uris: ['https://app.example/cb'],
        grant_types: ['authorization_code', EXCHANGE],
      });
      expect(client.registration['grant_types']).toEqual(['authorization_code']);
      expect(refusalOf(await exchangeRequest(server, client, token))).toEqual([400, 'unauthorized_client']);
    }
    const only = await registerClient(server, { grant_types: [EXCHANGE] }).catch(String);
    expect(only).toContain('400');
  });

  it('that was not made for it is refused, and one that does not authenticate is, too', async () => {
    expect(refusalOf(await exchangeRequest(server, 'worker', token))).toEqual([400, 'unauthorized_client']);
    const bare = { ...serviceClient('gateway'), authMethod: 'none' };
    expect(refusalOf(await exchangeRequest(server, bare, token))).toEqual([401, 'invalid_client']);
  });

  it('has a secret when an admin makes it for this', async () => {
    const json = { name: 'Service', grant_types: [EXCHANGE], scopes: ['mcp:tools:read'] };
    const open = await asOperator(server, 'POST', '/clients', { json: { ...json, auth_method: 'none' } });
    expect(open.status).toBe(400);
    const made = (await asOperator(server, 'POST', '/clients', { json })).json();
    expect(made).toMatchObject({ auth_method: 'client_secret_basic', client_secret: expect.any(String) });
  });
});

describe('A token that is bound to a key', () => {
  const keys = { person: new HeldKey(), service: new HeldKey() };

  async function boundToken(): Promise<string> {
    const client = serviceClient('gateway');
    const form = { grant_type: EXCHANGE, subject_token: token, subject_token_type: ACCESS_TOKEN };
    return tokensOf(await tokenRequestWith(server, { client, key: keys.person }, form)).access_token;
  }

  it('is what comes of a proof', async () => {
    const bound = await boundToken();
    expect(claimsOf(bound)).toMatchObject({ cnf: { jkt: keys.person.jkt }, act: { sub: 'gateway' } });
    expect(await mcpStatus(server, bound)).toBe(401);
  });

  it('is exchanged by its own client with the same key only', async () => {
    const bound = await boundToken();
    const client = serviceClient('gateway');
    const form = { grant_type: EXCHANGE, subject_token: bound, subject_token_type: ACCESS_TOKEN };
    const right = await tokenRequestWith(server, { client, key: keys.person }, form);
    expect(tokensOf(right).token_type).toBe('DPoP');
    const wrong = await tokenRequestWith(server, { client, key: keys.service }, form);
    expect(refusalOf(wrong)).toEqual([400, 'invalid_request']);
    expect(refusalOf(await tokenRequest(server, client, form))).toEqual([400, 'invalid_request']);
  });

  it('is exchanged by the service it is for when that proves a key of its own', async () => {
    const { tokens } = await personAt(server, { resource: ORDERS, scope: 'orders:read' });
    const gateway = serviceClient('gateway');
    const form = { grant_type: EXCHANGE, subject_token_type: ACCESS_TOKEN };
    const first = await tokenRequestWith(
      server,
      { client: gateway, key: keys.person },
      { ...form, subject_token: tokens.access_token },
    );
    const bound = { ...form, subject_token: tokensOf(first).access_token };
    const orders = serviceClient('orders');
    expect(refusalOf(await tokenRequest(server, orders, bound))).toEqual([400, 'invalid_request']);
    const second = await tokenRequestWith(server, { client: orders, key: keys.service }, bound);
    expect(claimsOf(tokensOf(second).access_token)).toMatchObject({ cnf: { jkt: keys.service.jkt } });
  });
});

describe('An exchanged token ends with', () => {
  interface Chain {
    readonly person: Person;
    readonly first: string;
    readonly second: string;
  }
  type End = (chain: Chain) => Promise<{ status: number }>;

  const byAdmin =
    (method: string, path: (chain: Chain) => string): End =>
    (chain) =>
      asOperator(server, method, path(chain), { ...(method === 'POST' && { json: {} }) });
  const claim = (token: string, name: string): string => String(claimsOf(token)[name]);

  /** What is ended, and whether the token in the middle survives. */
  const ENDINGS: Record<string, { end: End; first: boolean; undo?: End }> = {
    itself: { end: byAdmin('DELETE', ({ second }) => `/tokens/${claim(second, 'jti')}`), first: true },
    'the token it was exchanged for': {
      end: byAdmin('DELETE', ({ first }) => `/tokens/${claim(first, 'jti')}`),
      first: false,
    },
    'the token that one was exchanged for': {
      end: byAdmin('DELETE', ({ person: { tokens } }) => `/tokens/${claim(tokens.access_token, 'jti')}`),
      first: false,
    },
    'the grant': { end: byAdmin('DELETE', ({ first }) => `/grants/${claim(first, 'gid')}`), first: false },
    'the session': {
      end: byAdmin('DELETE', ({ first }) => `/sessions/${claim(first, 'sid')}`),
      first: false,
    },
    'the person, disabled': {
      end: byAdmin('POST', ({ first }) => `/users/${claim(first, 'sub')}/disable`),
      first: false,
      undo: byAdmin('POST', ({ first }) => `/users/${claim(first, 'sub')}/enable`),
    },
    'the refresh token of the app': {
      end: ({ person: { client, tokens } }) =>
        post(`${server.base}/oauth2/revoke`, {
          form: { token: tokens.refresh_token!, client_id: client.clientId },
        }),
      first: false,
    },
    'the app, suspended': {
      end: byAdmin('POST', ({ person: { client } }) => `/clients/${client.clientId}/suspend`),
      first: false,
    },
    'the app, deleted': {
      end: byAdmin('DELETE', ({ person: { client } }) => `/clients/${client.clientId}`),
      first: false,
    },
    'the client that has it, suspended': {
      end: byAdmin('POST', () => '/clients/chained/suspend'),
      first: true,
      undo: byAdmin('POST', () => '/clients/chained/approve'),
    },
    'the client that acted before, suspended': {
      end: byAdmin('POST', () => '/clients/gateway/suspend'),
      first: false,
      undo: byAdmin('POST', () => '/clients/gateway/approve'),
    },
  };

  it.each(Object.entries(ENDINGS))('%s', async (_name, { end, first: survives, undo }) => {
    const jar = await people.signIn(server, 'ann');
    const whose = await personAt(server, { jar, scope: 'mcp:tools:read' });
    const first = await exchanged(server, 'gateway', whose.tokens.access_token);
    // The second in the chain takes what was issued to the first as the service it is for.
    const second = await exchanged(server, 'chained', first);
    const chain = { person: whose, first, second };
    for (const one of [first, second]) expect(await mcpStatus(server, one)).toBe(200);
    expect((await end(chain)).status).toBe(200);
    expect(await mcpStatus(server, second)).toBe(401);
    expect(await mcpStatus(server, first)).toBe(survives ? 200 : 401);
    const again = await exchangeRequest(server, 'chained', second);
    expect(again.status).toBeGreaterThanOrEqual(400);
    if (!survives) expect((await exchangeRequest(server, 'chained', first)).status).toBe(400);
    await undo?.(chain);
    expect(await mcpStatus(server, second)).toBe(401);
  });
});

describe('An exchanged token expires with', () => {
  it('the token it was exchanged for', async () => {
    const short = await startServer({ config: { ...EXCHANGE_CONFIG, lifetimes: { accessToken: '4s' } } });
    const { tokens } = await personAt(short, { jar: await signedIn(short) });
    await sleep(1_500);
    const response = await exchangeRequest(short, 'gateway', tokens.access_token);
    expect(tokensOf(response).expires_in).toBeLessThanOrEqual(3);
    const made = tokensOf(response).access_token;
    expect(claimsOf(made)['exp']).toBe(claimsOf(tokens.access_token)['exp']);
    expect(await mcpStatus(short, made)).toBe(200);
    await sleep(3_000);
    expect(await mcpStatus(short, made)).toBe(401);
    expect(refusalOf(await exchangeRequest(short, 'gateway', tokens.access_token))).toEqual([
      400,
      'invalid_request',
    ]);
  });
});

describeOnPostgres('With a database beside it, token exchange', () => {
  it('refuses a token with a good signature that was never issued', async () => {
    const { tokens } = await personAt(server);
    const { jti } = claimsOf(tokens.access_token);
    expect((await exchangeRequest(server, 'gateway', tokens.access_token)).status).toBe(200);
    await server.sql('DELETE FROM access_tokens WHERE jti = $1', [jti]);
    expect(refusalOf(await exchangeRequest(server, 'gateway', tokens.access_token))).toEqual([
      400,
      'invalid_request',
    ]);
  });

  it('goes by what was issued, not by what the token says', async () => {
    const { tokens } = await personAt(server);
    const { jti } = claimsOf(tokens.access_token);
    for (const column of [
      "resource = 'https://elsewhere.example'",
      "kid = 'other'",
      "client_id = 'worker'",
    ]) {
      const [before] = await server.sql('SELECT resource, kid, client_id FROM access_tokens WHERE jti = $1', [
        jti,
      ]);
      await server.sql(`UPDATE access_tokens SET ${column} WHERE jti = $1`, [jti]);
      expect(refusalOf(await exchangeRequest(server, 'gateway', tokens.access_token))).toEqual([
        400,
        'invalid_request',
      ]);
      await server.sql('UPDATE access_tokens SET resource = $2, kid = $3, client_id = $4 WHERE jti = $1', [
        jti,
        before!['resource'],
        before!['kid'],
        before!['client_id'],
      ]);
    }
    expect((await exchangeRequest(server, 'gateway', tokens.access_token)).status).toBe(200);
  });

  it('leaves nothing alive that was exchanged while its token, its grant, its app or its key was being ended', async () => {
    const database = await createDatabase();
    const first = await startServer({ database, config: EXCHANGE_CONFIG });
    const second = await startServer({ database, config: EXCHANGE_CONFIG, env: { PUBLIC_URL: first.url } });
    const jar = await signedIn(first);
    for (const path of [
      (of: Record<string, unknown>) => ['DELETE', `/tokens/${String(of['jti'])}`],
      (of: Record<string, unknown>) => ['DELETE', `/grants/${String(of['gid'])}`],
      (of: Record<string, unknown>) => ['POST', `/clients/${String(of['client_id'])}/suspend`],
      (of: Record<string, unknown>) => ['POST', `/keys/${String(of['kid'])}/compromised`],
    ]) {
      const { tokens } = await personAt(first, { jar });
      const { kid } = decodeProtectedHeader(tokens.access_token);
      const [method, target] = path({ ...claimsOf(tokens.access_token), kid }) as [string, string];
      const [ended, ...answers] = await Promise.all([
        sleep(20).then(() => asOperator(first, method, target, { ...(method === 'POST' && { json: {} }) })),
        ...Array.from({ length: 30 }, (_, index) =>
          exchangeRequest(index % 2 ? first : second, 'gateway', tokens.access_token),
        ),
      ]);
      expect(ended.status).toBe(200);
      for (const answer of answers) {
        expect([200, 400]).toContain(answer.status);
        if (answer.status === 200) expect(await mcpStatus(second, tokensOf(answer).access_token)).toBe(401);
      }
    }
  });
});

describe('A grant that is exchanged from', () => {
  it('goes on for its app', async () => {
    const whose = await personAt(server);
    const { access_token, refresh_token } = whose.tokens;
    await exchanged(server, 'gateway', access_token);
    expect((await refresh(server, whose.client, refresh_token!)).status).toBe(200);
  });
});
