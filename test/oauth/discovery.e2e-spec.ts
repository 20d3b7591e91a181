import { beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import {
  authorize,
  connect,
  exchange,
  mcpCall,
  opsClient,
  refresh,
  registerClient,
  submitForm,
  tokenRequest,
  tokensOf,
} from '../support/actors.js';
import { DocumentSite } from '../support/document-site.js';
import { formOf } from '../support/html.js';
import { CookieJar, get, post, request, type HttpResponse } from '../support/http.js';
import { freePort } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import { decide, deviceClient, poll, ROOMY_DEVICES, start } from './device-harness.js';
import {
  authorizeQuery,
  connectIn,
  freshCode,
  raw,
  rawGet,
  refusalOf,
  ROOMY,
  signedIn,
  webClient,
} from './harness.js';

// Members are texts, lists and flags; each test states what it expects.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Metadata = Record<string, any>;

const SPELLINGS = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'];
const GRANT_TYPES = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange',
];

let server: TestServer;
let jar: CookieJar;
let metadata: Metadata;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
  jar = await signedIn(server);
  metadata = (await get(`${server.base}${SPELLINGS[0]!}`)).json();
});

describe('the metadata', () => {
  it('is the same document in both spellings, for anybody to keep for a while', async () => {
    for (const path of SPELLINGS) {
      const response = await get(server.base + path);
      expect(response.status).toBe(200);
      expect(response.headers['content-type']).toMatch(/^application\/json/);
      expect(response.headers['cache-control']).toMatch(/^public, max-age=\d+$/);
      expect(response.headers['access-control-allow-origin']).toBe('*');
      expect(response.json()).toEqual(metadata);
    }
  });

  it('names the issuer byte for byte, and every URL is below it and answers', async () => {
    expect(metadata['issuer']).toBe(server.url);
    const urls = Object.entries(metadata).filter(([name]) => /_endpoint$|_uri$/.test(name));
    expect(urls.length).toBeGreaterThanOrEqual(5);
    for (const [name, url] of urls) {
      expect([name, String(url).startsWith(`${server.url}/`)]).toEqual([name, true]);
      const response = await get(url);
      expect([name, response.status < 500]).toEqual([name, true]);
      const posted = await post(url, { form: {} });
      expect([name, [response.status, posted.status].some((status) => status !== 404)]).toEqual([name, true]);
    }
    expect(metadata['protected_resources']).toEqual([`${server.url}/mcp`, `${server.url}/admin`]);
  });

  it('has what RFC 8414 and OpenID Connect Discovery require, and says what OAuth 2.1 demands', () => {
    for (const name of [
      'issuer',
      'authorization_endpoint',
      'token_endpoint',
      'jwks_uri',
      'registration_endpoint',
      'scopes_supported',
      'response_types_supported',
      'subject_types_supported',
      'id_token_signing_alg_values_supported',
      'grant_types_supported',
      'token_endpoint_auth_methods_supported',
      'claims_supported',
    ])
      expect([name, metadata[name]?.length]).toEqual([name, expect.any(Number)]);
    expect(metadata).toMatchObject({
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
    });
    expect(metadata['token_endpoint_auth_methods_supported']).toContain('none');
    expect(metadata['scopes_supported']).toEqual(
      expect.arrayContaining(['openid', 'offline_access', 'mcp:tools:read']),
    );
    const algorithms = Object.entries(metadata).filter(([name]) => /_alg_values_supported$/.test(name));
    expect(JSON.stringify(algorithms)).not.toMatch(/none|HS\d/i);
    expect(JSON.stringify(metadata)).not.toMatch(/"(?:plain|password|implicit|token|id_token)"/);
  });

  it('is not there at a path that is nobody’s', async () => {
    for (const path of [
      '/.well-known/oauth-authorization-server/mcp',
      '/.well-known/oauth-authorization-server/x/y',
      '/.well-known/openid-configuration/admin',
      '/.well-known/oauth-authorization-server.json',
      '/mcp/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server/%2e%2e/',
      '/.well-known/oauth-authorization-server/%ff',
      '/.well-known/oauth-authorization-server/%00',
      '/.well-known/',
      '/.well-known/openid-configuration/constructor',
    ]) {
      const answer = await rawGet(server, path);
      expect([path, [400, 404].includes(answer.status)]).toEqual([path, true]);
      expect(answer.body).not.toContain('token_endpoint');
    }
  });

  it('may be asked for with HEAD and not changed', async () => {
    for (const path of SPELLINGS) {
      expect((await request('HEAD', server.base + path)).status).toBe(200);
      for (const method of ['POST', 'PUT', 'DELETE']) {
        const response = await request(method, server.base + path, { json: {} });
        expect([404, 405]).toContain(response.status);
      }
    }
  });
});

describe('the metadata and the headers of a request', () => {
  const targets = [
    ...SPELLINGS,
    '/.well-known/oauth-protected-resource',
    '/.well-known/oauth-protected-resource/mcp',
  ];

  it('have nothing to do with each other, and no cache is poisoned', async () => {
    for (const path of targets) {
      const before = await rawGet(server, path);
      expect(before.status).toBe(200);
      const asked = [
        await rawGet(server, path, ['Host: evil.test']),
        await rawGet(server, path, [
          'X-Forwarded-Host: evil.test',
          'X-Forwarded-Proto: https',
          'X-Forwarded-Port: 1',
        ]),
        await rawGet(server, path, ['Forwarded: host=evil.test;proto=https']),
        await rawGet(server, path, [
          'X-Original-Host: evil.test',
          'X-Host: evil.test',
          'X-Original-URL: /evil',
        ]),
        await rawGet(server, path, ['X-Forwarded-Prefix: /evil', 'X-Forwarded-Path: /evil']),
        await raw(server, `GET http://evil.test${path}`),
        await rawGet(server, `${path}?issuer=https://evil.test`),
      ];
      for (const answer of asked) expect([answer.status, answer.body]).toEqual([200, before.body]);
      const twice = await rawGet(server, path, [`Host: localhost:${server.port}`, 'Host: evil.test']);
      // RFC 9112 §3.2
      expect([twice.status, twice.body.includes('evil.test')]).toEqual([400, false]);
      expect(before.headers['vary'] ?? '').not.toMatch(/host/i);
      expect((await rawGet(server, path)).body).toBe(before.body);
    }
  });

  it('do not name the issuer of tokens or redirects either', async () => {
    const lines = ['Host: evil.test', 'X-Forwarded-Host: evil.test'];
    const client = await webClient(server);
    const answer = await rawGet(
      server,
      `/oauth2/authorize?${authorizeQuery(server, client, { prompt: 'none' })}`,
      lines,
    );
    expect(answer.headers['location']).toContain(encodeURIComponent(server.url));
    expect(answer.head + answer.body).not.toContain('evil.test');
    const mcp = await post(`${server.base}/mcp`, { json: {}, headers: { 'x-forwarded-host': 'evil.test' } });
    expect(String(mcp.headers['www-authenticate'])).toContain(`resource_metadata="${server.url}/`);
  });
});

describe('what is advertised is accepted, and nothing else', () => {
  it('grant types', async () => {
    expect([...metadata['grant_types_supported']!].sort()).toEqual([...GRANT_TYPES].sort());
    const { client, tokens } = await connectIn(server, jar);
    expect((await refresh(server, client, tokens.refresh_token!)).status).toBe(200);
    const machine = await tokenRequest(server, opsClient(), {
      grant_type: 'client_credentials',
      resource: `${server.url}/admin`,
    });
    expect(machine.status).toBe(200);
    for (const grant_type of [
      'password',
      'implicit',
      'AUTHORIZATION_CODE',
      'urn:ietf:params:oauth:grant-type:token-exchange',
      'urn:ietf:params:oauth:grant-type:saml2-bearer',
      'urn:ietf:params:oauth:grant-type:jwt-bearer',
      'urn:nobody',
      '__proto__',
      'constructor',
    ]) {
      if (metadata['grant_types_supported']!.includes(grant_type)) continue;
      const response = await tokenRequest(server, client, { grant_type, username: 'x', password: 'y' });
      expect([grant_type, ...refusalOf(response)]).toEqual([grant_type, 400, 'unsupported_grant_type']);
    }
  });

  it('client authentication methods', async () => {
    expect([...metadata['token_endpoint_auth_methods_supported']!].sort()).toEqual([
      'client_secret_basic',
      'client_secret_post',
      'none',
      'private_key_jwt',
    ]);
    for (const token_endpoint_auth_method of ['client_secret_basic', 'client_secret_post', 'none']) {
      const client = await webClient(server, { token_endpoint_auth_method });
      expect(client.authMethod).toBe(token_endpoint_auth_method);
      const { tokens } = await connect(server, { client, jar });
      expect(tokens.access_token).toEqual(expect.any(String));
    }
    const client = await webClient(server);
    const { code, verifier } = await freshCode(server, client, { jar });
    const assertion = await tokenRequest(
      server,
      { ...client, clientId: '' },
      {
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: 'a.b.c',
      },
    );
    expect(refusalOf(assertion)).toEqual([401, 'invalid_client']);
  });

  it('response types, response modes and code challenge methods', async () => {
    const client = await webClient(server);
    const error = async (over: Record<string, string>): Promise<string | null | undefined> => {
      const query = authorizeQuery(server, client, over);
      const url = `${server.base}/oauth2/authorize?${query}`;
      return (await get(url, { cookies: jar })).location?.searchParams.get('error');
    };
    for (const response_type of metadata['response_types_supported']!)
      expect(await error({ response_type })).toBeNull();
    for (const response_mode of metadata['response_modes_supported']!)
      expect(await error({ response_mode })).toBeNull();
    for (const code_challenge_method of metadata['code_challenge_methods_supported']!)
      expect(await error({ code_challenge_method })).toBeNull();
    expect(await error({ response_type: 'token' })).toBe('unsupported_response_type');
    expect(await error({ code_challenge_method: 'plain' })).toBe('invalid_request');
    if (!metadata['response_modes_supported']!.includes('form_post'))
      expect(await error({ response_mode: 'form_post' })).toBe('invalid_request');
  });

  it('scopes', async () => {
    const client = await webClient(server);
    const administration = /^(?:admin:|scim$)/;
    for (const scope of metadata['scopes_supported']!.filter((name: string) => !administration.test(name))) {
      // A scope about the person alone goes with one of the resource.
      const { tokens } = await connectIn(server, jar, { client, scope: `${scope} mcp:tools:read` });
      expect(tokens.scope.split(' ')).toContain(scope);
    }
  });
});

describe('a client that knows the MCP URL alone', () => {
  it('finds its way to a token', async () => {
    const challenge = (await mcpCall(server, undefined, 'tools/list')).challenge!;
    expect(challenge).toMatch(/^Bearer /);
    const resourceUrl = /resource_metadata="([^"]+)"/.exec(challenge)![1]!;
    const resource = (await get(resourceUrl)).json();
    expect(resource.resource).toBe(`${server.url}/mcp`);
    const found = (
      await get(`${resource.authorization_servers[0]}/.well-known/oauth-authorization-server`)
    ).json();
    expect(found.issuer).toBe(resource.authorization_servers[0]);
    const registered = await post(found.registration_endpoint, {
      json: { redirect_uris: ['http://127.0.0.1/cb'], scope: resource.scopes_supported.join(' ') },
    });
    expect(registered.status).toBe(201);
    const client = await registerClient(server);
    const { code, verifier } = await authorize(server, client, { jar, resource: resource.resource });
    const { access_token } = tokensOf(await exchange(server, client, code, verifier));
    expect((await mcpCall(server, access_token, 'tools/list')).status).toBe(200);
  });
});

describe('the key set', () => {
  interface Keys {
    keys: Record<string, unknown>[];
  }
  const fetchKeys = async (headers = {}): Promise<HttpResponse> => get(metadata['jwks_uri'], { headers });

  it('has public members only, and what verifiers need', async () => {
    const { keys } = (await fetchKeys()).json<Keys>();
    expect(keys.length).toBeGreaterThanOrEqual(1);
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
    for (const key of keys) {
      expect(key).toMatchObject({
        kid: expect.any(String),
        use: 'sig',
        alg: expect.stringMatching(/^(ES|RS|Ed)/),
      });
      expect(key['kty']).not.toBe('oct');
      for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth'])
        expect(key).not.toHaveProperty(member);
    }
    expect(metadata['id_token_signing_alg_values_supported']).toEqual([
      ...new Set(keys.map(({ alg }) => alg)),
    ]);
  });

  it('may be kept for less than keys overlap, and is not sent again when it has not changed', async () => {
    const response = await fetchKeys();
    const age = /^public, max-age=(\d+)$/.exec(response.headers['cache-control']!)?.[1];
    expect(Number(age)).toBeGreaterThan(0);
    expect(Number(age)).toBeLessThanOrEqual(3_600);
    const etag = response.headers.etag!;
    expect(etag).toMatch(/^"[\w-]+"$/);
    const same = await fetchKeys({ 'if-none-match': etag });
    expect([same.status, same.text, same.headers.etag]).toEqual([304, '', etag]);
    expect((await fetchKeys({ 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('verifies an access token and an id token with a stock library', async () => {
    const keySet = createLocalJWKSet((await fetchKeys()).json<JSONWebKeySet>());
    const { client, tokens } = await connectIn(server, jar, { scope: 'openid mcp:tools:read' });
    const access = await jwtVerify(tokens.access_token, keySet, {
      issuer: server.url,
      audience: `${server.url}/mcp`,
      typ: 'at+jwt',
    });
    expect(access.payload['client_id']).toBe(client.clientId);
    const id = await jwtVerify(tokens.id_token!, keySet, { issuer: server.url, audience: client.clientId });
    expect(id.payload.sub).toBe(access.payload.sub);
    await expect(
      jwtVerify(tokens.access_token, keySet, { audience: `${server.url}/admin` }),
    ).rejects.toThrow();
  });
});

describe('CORS', () => {
  const open = [
    ['GET', '/.well-known/oauth-authorization-server'],
    ['GET', '/.well-known/openid-configuration'],
    ['GET', '/.well-known/oauth-protected-resource/mcp'],
    ['GET', '/.well-known/nothing'],
    ['GET', '/oauth2/jwks'],
    ['POST', '/oauth2/token'],
    ['POST', '/token'],
    ['POST', '/oauth2/register'],
    ['POST', '/register'],
    ['POST', '/oauth2/revoke'],
    ['POST', '/oauth2/par'],
    ['GET', '/oauth2/userinfo'],
  ];
  const shut = [
    '/oauth2/authorize',
    '/authorize',
    '/login',
    '/consent',
    '/account',
    '/account/end-all',
    '/device',
    '/device/decision',
    '/sso/nobody',
    '/sso/nobody/callback',
    '/oauth2/logout',
    '/oauth2/introspect',
    '/oauth2/device_authorization',
    '/admin/v1/users',
    '/admin/v1/openapi.json',
    '/admin/docs',
    '/',
    '/nothing',
    '/oauth2/tokenx',
    '/health/live',
  ];

  for (const origin of ['https://evil.test', 'null', 'http://localhost:1']) {
    it(`is for everybody and without credentials where no cookie counts: ${origin}`, async () => {
      for (const [method, path] of open) {
        for (const response of [
          await request('OPTIONS', server.base + path!, {
            headers: {
              origin,
              'access-control-request-method': method!,
              'access-control-request-headers': 'authorization, content-type',
            },
          }),
          await request(method!, server.base + path!, { headers: { origin } }),
        ]) {
          expect([path, response.headers['access-control-allow-origin']]).toEqual([path, '*']);
          expect(response.headers['access-control-allow-credentials']).toBeUndefined();
        }
        const preflight = await request('OPTIONS', server.base + path!, {
          headers: { origin, 'access-control-request-method': method! },
        });
        expect(preflight.status).toBe(204);
        expect(preflight.headers['access-control-allow-methods']).toContain(method);
        expect(preflight.headers['access-control-allow-headers']).toMatch(/authorization.*content-type/);
      }
    });

    it(`is for nobody anywhere else: ${origin}`, async () => {
      for (const path of shut) {
        for (const method of ['GET', 'POST', 'OPTIONS']) {
          const headers = { origin, 'access-control-request-method': 'POST' };
          const response = await request(method, server.base + path, { headers, cookies: jar.copy() });
          const granted = Object.keys(response.headers).filter((name) =>
            name.startsWith('access-control-allow'),
          );
          expect([method, path, granted]).toEqual([method, path, []]);
        }
      }
    });
  }
});

describe('a PUBLIC_URL with a path', () => {
  let below: TestServer;
  beforeAll(async () => {
    const port = await freePort();
    below = await startServer({
      port,
      env: { PUBLIC_URL: `http://localhost:${port}/id/one/` },
      config: { limits: ROOMY_DEVICES, policies: { outboundLoopback: true } },
    });
  });

  it('is found inserted and appended, and the issuer has no slash at its end', async () => {
    const documents = [];
    for (const path of [
      '/.well-known/oauth-authorization-server/id/one',
      '/.well-known/openid-configuration/id/one',
      '/id/one/.well-known/openid-configuration',
      '/id/one/.well-known/oauth-authorization-server',
    ]) {
      const response = await get(below.origin + path);
      expect([path, response.status]).toEqual([path, 200]);
      documents.push(response.json());
    }
    expect(new Set(documents.map((document) => JSON.stringify(document))).size).toBe(1);
    expect(documents[0]).toMatchObject({
      issuer: `${below.origin}/id/one`,
      token_endpoint: `${below.origin}/id/one/oauth2/token`,
      jwks_uri: `${below.origin}/id/one/oauth2/jwks`,
    });
    for (const path of ['/id/on', '/id/one/two', '/id', '/ID/one', '/id/one/mcp'])
      expect((await get(`${below.origin}/.well-known/oauth-authorization-server${path}`)).status).toBe(404);
  });

  it('works from registration to a tool, and every redirect stays below it', async () => {
    const browser = new CookieJar();
    const client = await webClient(below);
    const first = await get(`${below.base}/oauth2/authorize?${authorizeQuery(below, client)}`, {
      cookies: browser,
    });
    expect(first.headers.location).toMatch(/^\/id\/one\/login\?return_to=%2Foauth2%2Fauthorize/);
    const outcome = await authorize(below, client, { jar: browser });
    expect(outcome.pages).toEqual(['/id/one/login', '/id/one/consent']);
    expect(outcome.iss).toBe(`${below.origin}/id/one`);
    const { access_token } = tokensOf(await exchange(below, client, outcome.code, outcome.verifier));
    expect((await mcpCall(below, access_token, 'tools/list')).status).toBe(200);
  });

  it('lets devices, clients with a document, pushed requests and people at their account in below it too', async () => {
    const device = await start(below, await deviceClient(below));
    expect(device.verification_uri).toBe(`${below.url}/device`);
    expect(device.verification_uri_complete).toContain(`${below.url}/device?`);
    await decide(below, await signedIn(below), device);
    expect(
      (await mcpCall(below, tokensOf(await poll(below, device)).access_token, 'tools/list')).status,
    ).toBe(200);

    const site = await DocumentSite.start();
    const clientId = site.publish({
      redirect_uris: ['https://app.example/cb'],
      client_name: 'By its document',
    });
    const published = {
      clientId,
      redirectUri: 'https://app.example/cb',
      authMethod: 'none',
      registration: {},
    };
    const browser = await signedIn(below);
    const byDocument = await connectIn(below, browser, { client: published });
    expect((await mcpCall(below, byDocument.tokens.access_token, 'tools/list')).status).toBe(200);
    site.stop();

    const query = authorizeQuery(below, await webClient(below));
    const pushed = await post(`${below.base}/oauth2/par`, {
      form: Object.fromEntries(new URLSearchParams(query)),
    });
    const about = new URLSearchParams({
      client_id: new URLSearchParams(query).get('client_id')!,
      request_uri: pushed.json().request_uri,
    });
    const leaving = await get(`${below.base}/oauth2/authorize?${about.toString()}`, { cookies: browser });
    expect(leaving.headers.location).toMatch(/^\/id\/one\/consent\?/);

    for (const page of ['/', '/login', '/account', '/device', '/nothing', leaving.headers.location!.slice(7)])
      await expectBelow(below, page, browser);
    const account = await get(`${below.base}/account`, { cookies: browser });
    const end = formOf(account.text, (form) => Object.values(form.hidden).includes(clientId));
    const ended = await submitForm(below, account, end, { cookies: browser });
    expect(ended.headers.location).toMatch(/^\/id\/one\/account\?/);
    expect((await mcpCall(below, byDocument.tokens.access_token, 'tools/list')).status).toBe(401);
    const out = await submitForm(below, account, formOf(account.text, '/oauth2/logout'), {
      cookies: browser,
    });
    expect([out.status, out.headers.location ?? '/id/one/']).toEqual([200, '/id/one/']);
  });
});

/** Every link, form and file of a page is below the path of the server, and is there. */
async function expectBelow(below: TestServer, path: string, cookies: CookieJar): Promise<void> {
  const page = await get(below.base + path, { cookies });
  const local = [...page.text.matchAll(/(?:href|action|src)="(\/[^"]*)"/g)].map(([, target]) => target!);
  expect([path, local.length > 0]).toEqual([path, true]);
  for (const target of local.map((each) => each.replaceAll('&amp;', '&'))) {
    expect([path, target]).toEqual([path, expect.stringMatching(/^\/id\/one(?:\/|$)/)]);
    const { status } = await get(below.origin + target, { cookies: cookies.copy() });
    if (!page.text.includes(`action="${target}"`))
      expect([path, target, status]).toEqual([path, target, 200]);
  }
}
