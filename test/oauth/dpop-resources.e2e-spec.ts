import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminToken, opsClient, tokensOf } from '../support/actors.js';
import { get, request, type HttpResponse } from '../support/http.js';
import { messagesOf } from '../support/mcp.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { HeldKey, nonceOf, requestWith, tokenRequestWith, type ProofOptions } from '../support/proofs.js';
import { startServer, type TestServer } from '../support/server.js';
import {
  asOperator,
  atOnce,
  connectIn,
  events,
  freshCode,
  INSIDE,
  ROOMY,
  signedIn,
  webClient,
} from './harness.js';

type Where = 'mcp' | 'admin' | 'userinfo';

let server: TestServer;
const key = new HeldKey();
const other = new HeldKey();
const ALGS = 'algs="ES256 RS256 PS256 EdDSA Ed25519"';

const RESOURCES: Record<
  Where,
  { method: string; path: string; json?: unknown; headers?: Record<string, string> }
> = {
  mcp: {
    method: 'POST',
    path: '/mcp',
    headers: { accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2025-11-25' },
    json: { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} },
  },
  admin: { method: 'GET', path: '/admin/v1/grants?limit=1' },
  userinfo: { method: 'GET', path: '/oauth2/userinfo' },
};
const PLACES = Object.keys(RESOURCES) as Where[];

/** Tokens that are bound to `key`, and tokens that anybody may use. */
let bound: Record<Where, string>;
let unbound: Record<Where, string>;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
  bound = {
    mcp: await personToken('mcp'),
    admin: await boundAdmin(),
    userinfo: await personToken('userinfo'),
  };
  const { tokens } = await connectIn(server, await signedIn(server));
  const who = await connectIn(server, await signedIn(server), { resource: null, scope: 'openid' });
  unbound = { mcp: tokens.access_token, admin: await adminToken(server), userinfo: who.tokens.access_token };
});

async function personToken(where: 'mcp' | 'userinfo', at = server): Promise<string> {
  const client = await webClient(at);
  const asked = where === 'mcp' ? { scope: 'mcp:tools:read' } : { resource: null, scope: 'openid' };
  const { code, verifier } = await freshCode(at, client, { jar: await signedIn(at), ...asked });
  const form = { grant_type: 'authorization_code', code, code_verifier: verifier };
  return tokensOf(await tokenRequestWith(at, { client, key }, form)).access_token;
}

async function boundAdmin(scope = 'admin:grants:read'): Promise<string> {
  const form = { grant_type: 'client_credentials', resource: `${server.url}/admin`, scope };
  return tokensOf(await tokenRequestWith(server, { client: opsClient(), key }, form)).access_token;
}

const urlOf = (where: Where): string => server.url + RESOURCES[where].path.split('?')[0]!;

/** Calls a resource with a proof that is good but for what is changed. */
const call = (where: Where, proof: Partial<ProofOptions> = {}, by = key, token = bound[where]) =>
  requestWith(server, { token, key: by, proof }, RESOURCES[where]);

/** Calls a resource with exactly these headers. */
const callWith = (where: Where, headers: Record<string, string | string[]>) => {
  const { method, path, ...options } = RESOURCES[where];
  return request(method, server.base + path, { ...options, headers: { ...options.headers, ...headers } });
};

const goodProof = async (where: Where): Promise<string> =>
  key.proof({
    method: RESOURCES[where].method,
    url: urlOf(where),
    token: bound[where],
    nonce: await nonceOf(server),
  });

function expectChallenge(response: HttpResponse, error: string, what: string): void {
  const challenge = response.headers['www-authenticate'] ?? '';
  expect([what, response.status, challenge.slice(0, challenge.indexOf(','))]).toEqual([
    what,
    401,
    `DPoP error="${error}"`,
  ]);
  expect(challenge).toContain(ALGS);
  expect(challenge).not.toContain('Bearer');
  expect(response.text).not.toMatch(INSIDE);
}

describe.each(PLACES)('a bound token at %s', (where) => {
  it('is taken with a proof of its key', async () => {
    const response = await call(where);
    expect([response.status, response.headers['www-authenticate']]).toEqual([200, undefined]);
    if (where === 'mcp') expect(messagesOf(response)[0]).toHaveProperty('result.tools');
    expect(
      (await callWith(where, { authorization: `dpop ${bound[where]}`, dpop: await goodProof(where) })).status,
    ).toBe(200);
  });

  it('is refused as a bearer’s, with a proof or without', async () => {
    for (const proof of [{}, { dpop: await goodProof(where) }]) {
      const response = await callWith(where, { authorization: `Bearer ${bound[where]}`, ...proof });
      expectChallenge(response, 'invalid_token', 'as a bearer’s');
    }
  });

  it('is refused with the key of somebody else', async () => {
    expectChallenge(await call(where, {}, other), 'invalid_token', 'another key');
  });

  it('is refused without a proof that is for it, for here and for now', async () => {
    const now = Math.floor(Date.now() / 1_000);
    expectChallenge(
      await callWith(where, { authorization: `DPoP ${bound[where]}` }),
      'invalid_dpop_proof',
      'none',
    );
    const wrong: Record<string, Partial<ProofOptions>> = {
      'no ath': { over: { ath: undefined } },
      'the ath of another token': { over: { ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo' } },
      'an ath that is the token': { over: { ath: bound[where] } },
      'another method': { method: 'PUT' },
      'the token endpoint': { url: `${server.url}/oauth2/token` },
      'another resource': { url: urlOf(where === 'mcp' ? 'admin' : 'mcp') },
      'another host': { url: urlOf(where).replace('localhost', 'evil.test') },
      'an old one': { over: { iat: now - 61 } },
      'one to come': { over: { iat: now + 40 } },
      'no id': { over: { jti: undefined } },
      'another type': { header: { typ: 'JWT' } },
      'no algorithm': { header: { alg: 'none' } },
      'a private key': { header: { jwk: key.privateKey.export({ format: 'jwk' }) } },
      'another key than it is signed with': { header: { jwk: other.jwk } },
    };
    for (const [what, proof] of Object.entries(wrong))
      expectChallenge(await call(where, proof), 'invalid_dpop_proof', what);
    const dpop = await goodProof(where);
    const two = await callWith(where, { authorization: `DPoP ${bound[where]}`, dpop: [dpop, dpop] });
    expectChallenge(two, 'invalid_dpop_proof', 'two');
    expect((await callWith(where, { authorization: `DPoP ${bound[where]}`, dpop })).status).toBe(200);
  });

  it('is refused with a proof that was used', async () => {
    const headers = { authorization: `DPoP ${bound[where]}`, dpop: await goodProof(where) };
    expect((await callWith(where, headers)).status).toBe(200);
    expectChallenge(await callWith(where, headers), 'invalid_dpop_proof', 'again');
    const many = { ...headers, dpop: await goodProof(where) };
    const statuses = (await atOnce(10, () => callWith(where, many))).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, ...Array<number>(9).fill(401)]);
  });

  it('is asked for the nonce', async () => {
    for (const nonce of [undefined, '', 'stale'])
      for (const response of [await call(where, { over: { nonce } })]) {
        expectChallenge(response, 'use_dpop_nonce', `nonce ${nonce}`);
        expect(response.headers['dpop-nonce']).toBe(await nonceOf(server));
        expect(response.headers['cache-control']).toContain('no-store');
      }
    const nonce = (await call(where, { over: { nonce: undefined } })).headers['dpop-nonce'] as string;
    expect((await call(where, { nonce })).status).toBe(200);
  });

  it('that is not bound is refused with the scheme', async () => {
    const response = await call(where, {}, key, unbound[where]);
    expectChallenge(response, 'invalid_token', 'not bound');
    expect((await callWith(where, { authorization: `Bearer ${unbound[where]}` })).status).toBe(200);
  });

  it('that is none, or for another resource, is refused', async () => {
    const elsewhere = bound[where === 'admin' ? 'mcp' : 'admin'];
    for (const token of ['garbage', elsewhere])
      expectChallenge(await call(where, {}, key, token), 'invalid_token', token);
  });

  it('in a header that cannot be read is refused with 400', async () => {
    for (const authorization of ['DPoP', `DPoP ${bound[where]} x`, `DPoP "x"`]) {
      const response = await callWith(where, { authorization, dpop: await goodProof(where) });
      expect([authorization, response.status]).toEqual([authorization, 400]);
      expect(response.headers['www-authenticate']).toMatch(/^DPoP error="invalid_request"/);
    }
    const twice = await callWith(where, {
      authorization: [`DPoP ${bound[where]}`, `Bearer ${bound[where]}`],
    });
    expect(twice.status).toBe(400);
  });

  it('is not what a request without credentials is asked for first', async () => {
    const response = await callWith(where, {});
    expect(response.status).toBe(401);
    expect(response.headers['www-authenticate']).toMatch(/^Bearer(?: |$)/);
    expect(response.headers['www-authenticate']).not.toContain('error=');
    // A proof alone is no credential.
    const alone = await callWith(where, { dpop: await goodProof(where) });
    expect([alone.status, alone.headers['www-authenticate']]).toEqual([
      401,
      response.headers['www-authenticate'],
    ]);
  });
});

describe('a bound token', () => {
  it('that lacks a scope is told so in its own scheme', async () => {
    const tool = await requestWith(
      server,
      { token: bound.mcp, key },
      {
        ...RESOURCES.mcp,
        json: {
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name: 'notes_add', arguments: { text: 'x' } },
        },
      },
    );
    expect(tool.status).toBe(403);
    expect(tool.headers['www-authenticate']).toMatch(
      /^DPoP error="insufficient_scope", .*scope="[^"]+", algs="/,
    );
    const admin = await requestWith(
      server,
      { token: bound.admin, key },
      { method: 'GET', path: '/admin/v1/users' },
    );
    expect(admin.status).toBe(403);
    expect(admin.headers['www-authenticate']).toMatch(
      /^DPoP error="insufficient_scope", .*scope="admin:users:read", algs="/,
    );
  });

  it('is dead when its grant ends, whatever is proven', async () => {
    const token = await personToken('mcp');
    expect((await call('mcp', {}, key, token)).status).toBe(200);
    const grant = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).gid as string;
    expect((await asOperator(server, 'DELETE', `/grants/${grant}`)).status).toBe(200);
    expectChallenge(await call('mcp', {}, key, token), 'invalid_token', 'ended');
  });

  it('leaves the reason of a refusal in the audit trail, with whose it was', async () => {
    const response = await call('mcp', { over: { ath: 'x' } });
    const id = response.headers['x-decision-id'] as string;
    const event = (await asOperator(server, 'GET', `/audit/events/${id}`)).json();
    expect(event.outcome).toMatchObject({ reason_code: 'proof_of_another_token', http_status: 401 });
    expect(event.user_id).toEqual(expect.any(String));
    const downgrade = await callWith('mcp', { authorization: `Bearer ${bound.mcp}` });
    const [seen] = await events(server, { type: 'http.request.handled', limit: '1' });
    expect(seen?.event_id).toBe(downgrade.headers['x-decision-id']);
    expect(seen?.outcome.reason_code).toBe('bound_token_as_bearer');
  });
});

describe('what is said of DPoP', () => {
  it('is in the metadata of the authorization server and of every resource', async () => {
    const algs = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'];
    for (const path of [
      'oauth-authorization-server',
      'openid-configuration',
      'oauth-protected-resource/mcp',
      'oauth-protected-resource/admin',
    ]) {
      const document = (await get(`${server.base}/.well-known/${path}`)).json();
      expect([path, document.dpop_signing_alg_values_supported]).toEqual([path, algs]);
    }
  });

  it('lets web pages send proofs and read nonces', async () => {
    const origin = server.url;
    for (const path of ['/oauth2/token', '/oauth2/userinfo', '/mcp']) {
      const preflight = await request('OPTIONS', server.base + path, {
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization, dpop',
        },
      });
      const allowed = String(preflight.headers['access-control-allow-headers']).split(', ');
      expect([path, preflight.status, allowed.includes('dpop')]).toEqual([path, 204, true]);
      const answer = await request('POST', server.base + path, { headers: { origin } });
      expect([path, answer.headers['access-control-expose-headers']]).toEqual([
        path,
        expect.stringContaining('DPoP-Nonce'),
      ]);
    }
  });
});

describe('below a path and behind a proxy', () => {
  it('the URL of a proof is the public one, whether the proxy keeps the path or takes it off', async () => {
    const below = await startServer({
      env: { PUBLIC_URL: 'https://house.example/sso' },
      config: { limits: ROOMY },
    });
    const form = { grant_type: 'client_credentials' };
    const nonce = async () => {
      const dpop = key.proof({ url: 'https://house.example/sso/oauth2/token' });
      return (await request('POST', `${below.base}/oauth2/token`, { headers: { dpop }, form })).headers[
        'dpop-nonce'
      ] as string;
    };
    const { clientId, clientSecret } = opsClient();
    const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    const tokenAt = async (path: string, url: string) =>
      request('POST', below.origin + path, {
        headers: { authorization, dpop: key.proof({ url, nonce: await nonce() }), host: 'internal:8080' },
        form: { ...form, resource: 'https://house.example/sso/admin', scope: 'admin:grants:read' },
      });
    const right = 'https://house.example/sso/oauth2/token';
    for (const path of ['/sso/oauth2/token', '/oauth2/token']) {
      expect([path, (await tokenAt(path, right)).status]).toEqual([path, 200]);
      for (const url of [
        `${below.origin}${path}`,
        'https://house.example/oauth2/token',
        'http://house.example/sso/oauth2/token',
        'https://internal:8080/sso/oauth2/token',
        'https://house.example/sso/sso/oauth2/token',
      ])
        expect([path, url, (await tokenAt(path, url)).status]).toEqual([path, url, 400]);
    }
    // Clients of MCP’s 2025-03-26 revision look for it at the origin.
    for (const url of ['https://house.example/token', 'https://house.example/sso/token'])
      expect([url, (await tokenAt('/token', url)).status]).toEqual([url, 200]);
    const token = tokensOf(await tokenAt('/oauth2/token', right)).access_token;
    for (const path of ['/sso/admin/v1/grants', '/admin/v1/grants']) {
      const url = 'https://house.example/sso/admin/v1/grants';
      const dpop = key.proof({ method: 'GET', url, token, nonce: await nonce() });
      const response = await get(below.origin + path, { headers: { authorization: `DPoP ${token}`, dpop } });
      expect([path, response.status]).toEqual([path, 200]);
    }
  });
});

describeOnPostgres('with several replicas', () => {
  it('a proof that one has seen is refused by the other', async () => {
    const replica = await startServer({
      database: server.databaseUrl!,
      env: { PUBLIC_URL: server.url },
      config: { limits: ROOMY },
    });
    for (const where of PLACES) {
      const { method, path, ...options } = RESOURCES[where];
      const headers = {
        ...options.headers,
        authorization: `DPoP ${bound[where]}`,
        dpop: await goodProof(where),
      };
      const at = (one: TestServer) => request(method, one.base + path, { ...options, headers });
      const both = await Promise.all([at(server), at(replica), at(server), at(replica)]);
      expect([where, ...both.map(({ status }) => status).sort()]).toEqual([where, 200, 401, 401, 401]);
      expect((await at(replica)).status).toBe(401);
      const mine = {
        ...headers,
        dpop: key.proof({
          method,
          url: urlOf(where),
          token: bound[where],
          nonce: await nonceOf(replica),
          over: { jti: randomUUID() },
        }),
      };
      expect((await request(method, server.base + path, { ...options, headers: mine })).status).toBe(200);
    }
  });
});
