import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import {
  attemptAuthorize,
  authorize,
  connect,
  exchange,
  refresh,
  tokenRequest,
  tokensOf,
  type TestClient,
} from '../support/actors.js';
import { clientDocument, DocumentSite, selfSigned } from '../support/document-site.js';
import { textOf } from '../support/html.js';
import { get, post, type CookieJar, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { sleep } from '../support/server-process.js';
import { runToExit, startServer, temporaryFolder, type TestServer } from '../support/server.js';
import {
  asOperator,
  atOnce,
  authorizeQuery,
  events,
  freshCode,
  grantsOf,
  INSIDE,
  mcpStatus,
  rawGet,
  refusalOf,
  ROOMY,
  signedIn,
} from './harness.js';

const REDIRECT = 'https://app.example/cb';

const PRIVATE_KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
};

let secure: DocumentSite;
let plain: DocumentSite;
let server: TestServer;
let jar: CookieJar;

beforeAll(async () => {
  const tls = selfSigned();
  [secure, plain] = await Promise.all([DocumentSite.start(tls), DocumentSite.start()]);
  server = await startServer({
    env: { NODE_EXTRA_CA_CERTS: tls.cert },
    config: { limits: ROOMY, policies: { outboundLoopback: true } },
  });
  jar = await signedIn(server);
});
afterAll(() => {
  secure.stop();
  plain.stop();
});

const byDocument = (clientId: string, redirectUri = REDIRECT): TestClient => ({
  clientId,
  redirectUri,
  authMethod: 'none',
  registration: {},
});

/** What the authorization endpoint answers before anybody is asked anything. */
const ask = (
  clientId: string,
  at = server,
  over: Record<string, string | null> = {},
): Promise<HttpResponse> =>
  get(`${at.base}/oauth2/authorize?${authorizeQuery(at, byDocument(clientId), over)}`);

/** On the way to sign-in: the client is known and its redirect URI is good. */
/** What a client sends for a fresh code, but for how it proves who it is. */
async function redemption(client: TestClient): Promise<Record<string, string>> {
  const { code, verifier } = await freshCode(server, client, { jar });
  return {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: client.redirectUri,
  };
}

const isTaken = ({ status, location }: HttpResponse): boolean =>
  [302, 303].includes(status) && location?.pathname === '/login';

/** A page that leads nowhere and says nothing of what is inside. */
function expectRefused(response: HttpResponse): void {
  expect(response.status).toBe(400);
  expect(response.headers.location).toBeUndefined();
  expect(response.headers['content-type']).toMatch(/^text\/html/);
  expect(response.text).not.toMatch(/http-equiv="refresh"|<form/i);
  expect(response.text).not.toMatch(INSIDE);
}

const reasonOf = async (clientId: string, at = server): Promise<string | undefined> => {
  const [event] = await events(at, { client_id: clientId, type: 'client.document.refused' });
  return event?.outcome.reason_code;
};

const isStored = async (clientId: string, at = server): Promise<boolean> =>
  (await asOperator(at, 'GET', `/clients/${encodeURIComponent(clientId)}`)).status === 200;

describe('metadata documents', () => {
  it('make a quarantined client of their URL, and are asked for once', async () => {
    const url = secure.publish();
    const { client, tokens } = await connect(server, { client: byDocument(url), jar });
    tokensOf(await refresh(server, client, tokens.refresh_token!));
    const stored = (await asOperator(server, 'GET', `/clients/${encodeURIComponent(url)}`)).json();
    expect(stored).toMatchObject({ id: url, registration: 'cimd', trust_state: 'quarantined' });
    expect(secure.countOf(url)).toBe(1);
  });

  it('are announced in discovery beside the method that they use', async () => {
    for (const path of ['oauth-authorization-server', 'openid-configuration']) {
      const metadata = (await get(`${server.base}/.well-known/${path}`)).json();
      expect(metadata.client_id_metadata_document_supported).toBe(true);
      expect(metadata.token_endpoint_auth_methods_supported).toContain('none');
    }
  });

  it('may be at http on loopback where the development switch is on', async () => {
    const { tokens } = await connect(server, { client: byDocument(plain.publish()), jar });
    await expect(mcpStatus(server, tokens.access_token)).resolves.toBe(200);
  });

  it('are asked for politely and by nobody in particular', async () => {
    const url = secure.publish();
    expect(isTaken(await ask(url))).toBe(true);
    const { headers } = secure.requests.find(({ path }) => url.endsWith(path))!;
    expect(headers.accept).toBe('application/json');
    expect(Object.keys(headers).sort()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'host',
      'user-agent',
    ]);
  });

  it('are in the audit trail with what they registered', async () => {
    const url = secure.publish();
    await ask(url);
    const [event] = await events(server, { client_id: url, type: 'client.registered' });
    expect(event).toMatchObject({
      actor: { type: 'client', id: url },
      details: { registration: 'cimd', redirect_uris: [REDIRECT], auth_method: 'none' },
    });
  });

  it('never give more than a quarantined client may have', async () => {
    const outcome = await attemptAuthorize(server, byDocument(secure.publish({ scope: 'admin:users' })), {
      jar,
      scope: 'admin:users',
      resource: `${server.url}/admin`,
    });
    expect(outcome).toMatchObject({ error: 'invalid_scope' });
  });
});

describe('the URL', () => {
  const at = (path: string) => `http://127.0.0.1:${plain.port}${path}`;
  const FORBIDDEN: [string, () => string][] = [
    ['no path', () => `http://127.0.0.1:${plain.port}`],
    ['a fragment', () => at('/a#f')],
    ['an empty fragment', () => at('/a#')],
    ['user information', () => at('/a').replace('//', '//u:p@')],
    ['a dot segment', () => at('/./a')],
    ['a double-dot segment', () => at('/b/../a')],
    ['an encoded double-dot segment', () => at('/b/%2e%2e/a')],
    ['5000 characters', () => at(`/${'a'.repeat(5_000)}`)],
    ['a backslash', () => at('/b\\a')],
    ['a line break', () => at('/a\r\nX-Y: z')],
    ['a NUL', () => at('/a\0')],
    ['another spelling of the host', () => at('/a').replace('127.0.0.1', '127.1')],
    ['the host in upper case', () => `https://LOCALHOST:${secure.port}/a`],
    ['another scheme', () => at('/a').replace('http:', 'ftp:')],
    ['http outside this machine', () => 'http://c.test/a'],
    ['nothing but a scheme', () => 'https:'],
  ];

  it.each(FORBIDDEN)('with %s is refused, and nobody is asked', async (_what, url) => {
    const [before, beforeSecure] = [plain.connections, secure.connections];
    plain.show('/a', { body: clientDocument(url()) });
    expectRefused(await ask(url()));
    expect([plain.connections, secure.connections]).toEqual([before, beforeSecure]);
  });

  it('with a port, a query or any path is taken, each as a client of its own', async () => {
    for (const path of ['/a', '/a?x=1', '/a/', '/a/b.json']) {
      plain.show(at(path), { body: clientDocument(at(path)) });
      expect(isTaken(await ask(at(path)))).toBe(true);
    }
    const listed = await asOperator(server, 'GET', `/clients?q=${encodeURIComponent(at('/a'))}`);
    expect(listed.json().items).toHaveLength(4);
  });

  it('of this server itself is refused', async () => {
    expectRefused(await ask(`${server.url}/client.json`));
    await expect(reasonOf(`${server.url}/client.json`)).resolves.toBe('document_url_own');
  });

  it('is compared as it is: what is encoded differently is another client', async () => {
    const url = secure.newUrl();
    secure.show(url, { body: clientDocument(url) });
    const other = url.replace('client-', 'client%2D');
    secure.show(other, { body: clientDocument(url) });
    expect(isTaken(await ask(url))).toBe(true);
    expectRefused(await ask(other));
  });

  it('repeated in one request is refused', async () => {
    const url = secure.publish();
    const query = `${authorizeQuery(server, byDocument(url))}&client_id=${encodeURIComponent(url)}`;
    const answer = await rawGet(server, `/oauth2/authorize?${query}`);
    expect(answer.status).toBe(400);
    expect(secure.countOf(url)).toBe(0);
  });
});

describe('a document', () => {
  type Case = [string, string, (url: string) => Parameters<DocumentSite['show']>[1]];
  const said = (over: Record<string, unknown>) => (url: string) => ({ body: clientDocument(url, over) });
  const CASES: Case[] = [
    ['names another URL', 'document_names_another', (url) => ({ body: clientDocument(`${url}x`) })],
    [
      'names its URL with a slash more',
      'document_names_another',
      (url) => ({ body: clientDocument(`${url}/`) }),
    ],
    [
      'names its URL in other case',
      'document_names_another',
      (url) => ({ body: clientDocument(url.replace('https', 'HTTPS')) }),
    ],
    ['names nobody', 'document_names_another', said({ client_id: undefined })],
    [
      'names a list',
      'document_names_another',
      (url) => ({ body: clientDocument(url, { client_id: [url] }) }),
    ],
    ['has no name', 'document_without_name', said({ client_name: undefined })],
    ['has a name of spaces', 'document_without_name', said({ client_name: '  ' })],
    ['has no redirect URIs', 'document_without_redirect_uris', said({ redirect_uris: undefined })],
    ['has an empty list of redirect URIs', 'document_without_redirect_uris', said({ redirect_uris: [] })],
    [
      'has a redirect URI that nobody may have',
      'document_invalid_redirect_uri',
      said({ redirect_uris: [REDIRECT, 'http://app.example/cb'] }),
    ],
    [
      'has a script for a redirect URI',
      'document_invalid_redirect_uri',
      said({ redirect_uris: ['javascript:alert(1)'] }),
    ],
    ['has a text for redirect URIs', 'document_malformed_redirect_uris', said({ redirect_uris: REDIRECT })],
    [
      'wants client_secret_basic',
      'document_auth_method',
      said({ token_endpoint_auth_method: 'client_secret_basic' }),
    ],
    [
      'wants client_secret_post',
      'document_auth_method',
      said({ token_endpoint_auth_method: 'client_secret_post' }),
    ],
    [
      'wants client_secret_jwt',
      'document_auth_method',
      said({ token_endpoint_auth_method: 'client_secret_jwt' }),
    ],
    ['wants a method nobody knows', 'document_auth_method', said({ token_endpoint_auth_method: 'magic' })],
    ['carries a secret', 'document_with_secret', said({ client_secret: 's3cret' })],
    ['says when its secret ends', 'document_with_secret', said({ client_secret_expires_at: 0 })],
    [
      'has private_key_jwt without keys',
      'document_invalid_client_metadata',
      said({ token_endpoint_auth_method: 'private_key_jwt' }),
    ],
    [
      'has a private key',
      'document_jwks_refused',
      said({ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [PRIVATE_KEY] } }),
    ],
    [
      'has keys inside this network',
      'document_invalid_client_metadata',
      said({ token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://10.0.0.1/jwks' }),
    ],
    ['has a NUL in its name', 'document_nul_character', said({ client_name: 'a\0b' })],
    [
      'is HTML by its type',
      'document_not_json',
      (url) => ({ ...said({})(url), headers: { 'content-type': 'text/html' } }),
    ],
    [
      'is JSON by no type',
      'document_not_json',
      (url) => ({ ...said({})(url), headers: { 'content-type': '' } }),
    ],
    ['is a list', 'document_not_json', () => ({ body: '[]' })],
    ['is null', 'document_not_json', () => ({ body: 'null' })],
    ['is cut short', 'document_not_json', () => ({ body: '{"client_id":' })],
    ['is empty', 'document_not_json', () => ({ body: '' })],
    ['is larger than 5 KiB', 'document_answer_too_large', said({ x: 'x'.repeat(5_200) })],
    ['is 6 MB long', 'document_answer_too_large', () => ({ body: Buffer.alloc(6_000_000, 'x') })],
    [
      'is a gzip bomb',
      'document_answer_encoded',
      () => ({ body: gzipSync(Buffer.alloc(10_000_000)), headers: { 'content-encoding': 'gzip' } }),
    ],
    ['is not there', 'document_status_404', (url) => ({ ...said({})(url), status: 404 })],
    ['comes with an error', 'document_status_500', (url) => ({ ...said({})(url), status: 500 })],
    ['comes with another success', 'document_status_201', (url) => ({ ...said({})(url), status: 201 })],
    ['is said not to have changed, to somebody who has none', 'document_status_304', () => ({ status: 304 })],
  ];

  it.each(CASES)('that %s is refused and leaves nothing behind', async (_what, reason, page) => {
    const url = secure.newUrl();
    secure.show(url, page(url));
    const response = await ask(url);
    expectRefused(response);
    expect(response.text).not.toMatch(/s3cret|document/i);
    await expect(reasonOf(url)).resolves.toBe(reason);
    await expect(isStored(url)).resolves.toBe(false);
    // Neither the refusal nor what was refused is remembered.
    secure.show(url, said({})(url));
    expect(isTaken(await ask(url))).toBe(true);
  });

  it.each([
    ['never comes', 'answers'],
    ['never ends', 'ends'],
  ] as const)('that %s is given up in time', async (_what, never) => {
    const url = secure.newUrl();
    secure.show(url, { never });
    const started = Date.now();
    expectRefused(await ask(url));
    expect(Date.now() - started).toBeLessThan(7_000);
    await expect(reasonOf(url)).resolves.toBe('document_timeout');
    await expect(isStored(url)).resolves.toBe(false);
  });

  it.each([301, 302, 303, 307, 308])('is not looked for where a %d points', async (status) => {
    const target = secure.newUrl();
    const url = secure.newUrl();
    secure.show(target, { body: clientDocument(url) });
    secure.show(url, { status, headers: { location: target } });
    expectRefused(await ask(url));
    expect([secure.countOf(url), secure.countOf(target)]).toEqual([1, 0]);
    await expect(reasonOf(url)).resolves.toBe(`document_status_${status}`);
  });

  it('without the redirect URI of the request leads nowhere', async () => {
    const url = secure.publish();
    expectRefused(await ask(url, server, { redirect_uri: 'https://evil.test/cb' }));
    expect(isTaken(await ask(url))).toBe(true);
  });

  it.each(['application/json; charset=utf-8', 'application/oauth-client+json', 'Application/JSON'])(
    'of type %s is taken',
    async (type) => {
      const url = secure.publish({}, { headers: { 'content-type': type } });
      expect(isTaken(await ask(url))).toBe(true);
    },
  );

  it('of exactly the size allowed is taken', async () => {
    const url = secure.newUrl();
    const body = JSON.stringify(clientDocument(url));
    secure.show(url, { body: body + ' '.repeat(5_120 - body.length) });
    expect(isTaken(await ask(url))).toBe(true);
  });

  it('with a member twice means the last one, for the check and for what is stored', async () => {
    const url = secure.newUrl();
    const twice = JSON.stringify(clientDocument(url)).replace(
      '"redirect_uris":',
      '"redirect_uris":["https://evil.test/cb"],"redirect_uris":',
    );
    secure.show(url, { body: twice });
    expectRefused(await ask(url, server, { redirect_uri: 'https://evil.test/cb' }));
    expect(isTaken(await ask(url))).toBe(true);
  });

  it('with members that would be inherited changes nothing', async () => {
    const url = secure.newUrl();
    secure.show(url, { body: `{"__proto__":${JSON.stringify(clientDocument(url))}}` });
    expectRefused(await ask(url));
    await expect(reasonOf(url)).resolves.toBe('document_names_another');
  });
});

describe('what people are shown', () => {
  const consentPage = async (client: TestClient): Promise<string> => {
    let page = await get(`${server.base}/oauth2/authorize?${authorizeQuery(server, client)}`, {
      cookies: jar,
    });
    while (page.location) page = await get(page.location, { cookies: jar });
    expect(page.status).toBe(200);
    return page.text;
  };

  it('is the URL that proved who asks, and the host that gets the answer', async () => {
    const url = secure.publish({ client_name: 'Honest app' });
    const text = textOf(await consentPage(byDocument(url)));
    expect(text).toContain('Honest app');
    expect(text).toContain(new URL(url).host);
    expect(text).toContain('app.example');
  });

  it('warns of a client that only has redirect URIs on this computer, and never lets it through silently', async () => {
    const url = secure.publish({ redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'] });
    const client = byDocument(url, 'http://127.0.0.1:40001/callback');
    expect(await consentPage(client)).toMatch(/class="note warning"/);
    const first = await authorize(server, client, { jar });
    const second = await authorize(server, client, { jar });
    expect([first.pages, second.pages]).toEqual([['/consent'], ['/consent']]);
  });

  it('is asked once of a client whose redirect proves it', async () => {
    const client = byDocument(secure.publish());
    const first = await authorize(server, client, { jar });
    const second = await authorize(server, client, { jar });
    expect([first.pages, second.pages]).toEqual([['/consent'], []]);
  });

  it('is text, whatever the document says, and nothing is loaded from its site', async () => {
    const url = secure.publish({
      client_name: '"><img src=x onerror=alert(1)>',
      logo_uri: `${secure.origin}/logo.svg`,
      client_uri: 'javascript:alert(1)',
      tos_uri: 'data:text/html,<script>alert(1)</script>',
      policy_uri: `${secure.origin}/policy`,
    });
    const page = await consentPage(byDocument(url));
    expect(page).not.toMatch(/<img src=x|javascript:|data:text|logo\.svg/);
    expect(page).toContain('&lt;img src=x');
    expect(secure.requests.some(({ path }) => path === '/logo.svg')).toBe(false);
  });
});

describe('a suspended client', () => {
  it('is refused in the same words as an unknown one, and is not asked about', async () => {
    const url = secure.publish();
    const { tokens } = await connect(server, { client: byDocument(url), jar });
    const suspended = await asOperator(server, 'POST', `/clients/${encodeURIComponent(url)}/suspend`, {
      json: { reason: 'test' },
    });
    expect(suspended.status).toBe(200);
    const before = secure.countOf(url);
    const page = await ask(url);
    expectRefused(page);
    const strip = (text: string) => textOf(text).replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '');
    expect(strip(page.text)).toBe(strip((await ask(`${secure.origin}/nowhere.json`)).text));
    expect(refusalOf(await refresh(server, byDocument(url), tokens.refresh_token!))).toEqual([
      401,
      'invalid_client',
    ]);
    expect(secure.countOf(url)).toBe(before);
  });
});

describe('a grant for each installation', () => {
  it('ends alone when one of two laptops with the same client replays', async () => {
    const at = await startServer({
      config: { limits: ROOMY, policies: { outboundLoopback: true }, lifetimes: { refreshOverlap: '1s' } },
    });
    const url = plain.publish({ redirect_uris: ['http://127.0.0.1/callback'] });
    const [one, two] = [
      await connect(at, { client: byDocument(url, 'http://127.0.0.1:41001/callback') }),
      await connect(at, { client: byDocument(url, 'http://127.0.0.1:41002/callback') }),
    ];
    const next = tokensOf(await refresh(at, one.client, one.tokens.refresh_token!));
    const newest = tokensOf(await refresh(at, one.client, next.refresh_token!));
    await sleep(1_200);
    // The replayed one is long past its overlap, and its successor has been used.
    const replays = [one.tokens.refresh_token!, next.refresh_token!];
    for (const token of replays)
      expect(refusalOf(await refresh(at, one.client, token))).toEqual([400, 'invalid_grant']);
    expect(refusalOf(await refresh(at, one.client, newest.refresh_token!))).toEqual([400, 'invalid_grant']);
    await expect(mcpStatus(at, newest.access_token)).resolves.toBe(401);
    const other = tokensOf(await refresh(at, two.client, two.tokens.refresh_token!));
    await expect(mcpStatus(at, other.access_token)).resolves.toBe(200);
    const grants = await grantsOf(at, one.client);
    expect(grants.map(({ active }) => active).sort()).toEqual([false, true]);
    expect(plain.countOf(url)).toBe(1);
  });
});

/** A client with a key of its own, as ChatGPT publishes one. */
async function newKey(kid: string): Promise<{ sign: CryptoKey; jwk: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  return { sign: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
}

const assertion = async (
  clientId: string,
  key: { sign: CryptoKey; jwk: JWK },
): Promise<Record<string, string>> => ({
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'RS256', kid: key.jwk.kid! })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(server.url)
    .setIssuedAt()
    .setExpirationTime('2m')
    .sign(key.sign),
});

const CHATGPT = {
  client_name: 'ChatGPT',
  client_uri: 'https://chatgpt.com/',
  redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_signing_alg: 'RS256',
};

describe('a client with keys', () => {
  it.each(['by value', 'by reference'])('%s has to authenticate with them, from the code on', async (how) => {
    const [mine, other] = [await newKey('k1'), await newKey('k1')];
    const jwksUri = secure.newUrl();
    secure.show(jwksUri, { body: { keys: [mine.jwk] } });
    const keys = how === 'by value' ? { jwks: { keys: [mine.jwk] } } : { jwks_uri: jwksUri };
    const url = secure.publish({ ...CHATGPT, ...keys });
    const client = byDocument(url, CHATGPT.redirect_uris[0]);
    const form = await redemption(client);
    expect(refusalOf(await tokenRequest(server, client, form))).toEqual([401, 'invalid_client']);
    const forged = await tokenRequest(server, client, { ...form, ...(await assertion(url, other)) });
    expect(refusalOf(forged)).toEqual([401, 'invalid_client']);
    const tokens = tokensOf(await tokenRequest(server, client, { ...form, ...(await assertion(url, mine)) }));
    const again = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token! };
    expect(refusalOf(await tokenRequest(server, client, again))).toEqual([401, 'invalid_client']);
    const next = await tokenRequest(server, client, { ...again, ...(await assertion(url, mine)) });
    await expect(mcpStatus(server, tokensOf(next).access_token)).resolves.toBe(200);
  });
});

describe('the token endpoint', () => {
  it('knows a client it has never met by its document, and answers as for any other', async () => {
    const client = byDocument(secure.publish());
    const response = await tokenRequest(server, client, {
      grant_type: 'authorization_code',
      code: 'x'.repeat(43),
      code_verifier: 'v'.repeat(43),
    });
    expect(refusalOf(response)).toEqual([400, 'invalid_grant']);
  });

  it('answers invalid_client for a document that is refused', async () => {
    const response = await tokenRequest(server, byDocument(`${secure.origin}/nowhere.json`), {
      grant_type: 'refresh_token',
      refresh_token: 'x',
    });
    expect(refusalOf(response)).toEqual([401, 'invalid_client']);
  });

  it('has its document read for a pushed request too, and refused in the same way', async () => {
    const [good, bad] = [byDocument(secure.publish()), byDocument(secure.publish({ client_id: 'other' }))];
    const push = (client: TestClient) =>
      post(`${server.base}/oauth2/par`, { form: new URLSearchParams(authorizeQuery(server, client)) });
    expect((await push(good)).status).toBe(201);
    expect(refusalOf(await push(bad))).toEqual([401, 'invalid_client']);
    await expect(isStored(bad.clientId)).resolves.toBe(false);
  });

  it('takes no code of another client', async () => {
    const [mine, yours] = [byDocument(secure.publish()), byDocument(secure.publish())];
    const { code, verifier } = await freshCode(server, mine, { jar });
    expect(refusalOf(await exchange(server, yours, code, verifier))).toEqual([400, 'invalid_grant']);
    tokensOf(await exchange(server, mine, code, verifier));
  });
});

describe('many at once', () => {
  it('who meet a new client share one request for its document', async () => {
    const url = secure.publish({}, { after: 300 });
    const answers = await atOnce(30, () => ask(url));
    expect(answers.filter((answer) => !isTaken(answer)).map(({ status, text }) => [status, text])).toEqual(
      [],
    );
    expect(secure.countOf(url)).toBe(1);
  });

  it('from one address may have only so many documents fetched', async () => {
    const at = await startServer({
      config: {
        limits: { ...ROOMY, registration: { points: 5, seconds: 60 } },
        policies: { outboundLoopback: true },
      },
    });
    const known = plain.publish();
    expect(isTaken(await ask(known, at))).toBe(true);
    const before = plain.connections;
    const statuses: number[] = [];
    for (let i = 0; i < 8; i++) statuses.push((await ask(plain.publish(), at)).status);
    expect(statuses.slice(4)).toEqual([429, 429, 429, 429]);
    expect(plain.connections - before).toBe(4);
    // What is known already is not fetched, and so not counted.
    expect(isTaken(await ask(known, at))).toBe(true);
  });
});

describe('without the development switch', () => {
  let at: TestServer;
  beforeAll(async () => {
    at = await startServer({ config: { limits: ROOMY } });
  });

  it.each([
    'localhost',
    '127.0.0.1',
    '[::1]',
    '0.0.0.0',
    '127.1',
    '2130706433',
    '0x7f000001',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[::7f00:1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[2001::1]',
    '[fe80::1]',
    '[fd00::1]',
    '169.254.169.254',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.0.1',
    '100.64.0.1',
    '198.18.0.1',
    'app.localhost',
  ])('nothing is sent to %s, and the answer comes at once', async (host) => {
    const before = [plain.connections, secure.connections];
    for (const port of [plain.port, secure.port]) {
      const started = Date.now();
      expectRefused(await ask(`https://${host}:${port}/client.json`, at));
      expectRefused(await ask(`http://${host}:${port}/client.json`, at));
      expect(Date.now() - started).toBeLessThan(2_000);
    }
    expect([plain.connections, secure.connections]).toEqual(before);
  });

  it('a name that is not found and one that is refused look the same', async () => {
    const texts = await Promise.all(
      ['https://nowhere.invalid/a', 'https://127.0.0.1/a', 'gh_c_unknown'].map(async (id) => {
        const response = await ask(id, at);
        expectRefused(response);
        return textOf(response.text).replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '');
      }),
    );
    expect(new Set(texts).size).toBe(1);
  });

  it('a certificate that nobody vouches for is refused', async () => {
    const untrusting = await startServer({ config: { limits: ROOMY, policies: { outboundLoopback: true } } });
    const url = secure.publish();
    expectRefused(await ask(url, untrusting));
    await expect(reasonOf(url, untrusting)).resolves.toBe('document_tls_failed');
    expect(secure.countOf(url)).toBe(0);
  });

  it('a production start refuses the switch', async () => {
    const { code, output } = await runToExit({
      env: { NODE_ENV: 'production' },
      config: { policies: { outboundLoopback: true } },
    });
    expect(code).not.toBe(0);
    expect(output).toContain('policies.outboundLoopback');
  });
});

describe('rules about hosts', () => {
  let at: TestServer;
  beforeAll(async () => {
    const registrationRules = [
      { match: { kinds: ['cimd'], clientIdHosts: ['*.corp.test', 'localhost'] }, trust: 'approved' },
      { match: { kinds: ['cimd'] }, trust: 'refused' },
    ];
    at = await startServer({
      env: { NODE_EXTRA_CA_CERTS: server.env['NODE_EXTRA_CA_CERTS']! },
      config: { limits: ROOMY, policies: { outboundLoopback: true, registrationRules } },
    });
  });

  it.each(['a.corp.test', 'a.b.corp.test'])('let %s be asked', async (host) => {
    expectRefused(await ask(`https://${host}/a`, at));
    // No server is there: the name was looked for.
    await expect(reasonOf(`https://${host}/a`, at)).resolves.toMatch(/^document_(?:unreachable|timeout)$/);
  });

  it.each([
    ['corp.test', 'document_not_trusted'],
    ['evilcorp.test', 'document_not_trusted'],
    ['corp.test.evil.test', 'document_not_trusted'],
    ['a.corp.test.evil.test', 'document_not_trusted'],
    ['xn--crp-5xd.test', 'document_not_trusted'],
    ['a.xn--crp-5xd.test', 'document_not_trusted'],
    ['127.0.0.1', 'document_not_trusted'],
    ['a.corp.test.', 'document_url_malformed'],
    ['A.CORP.TEST', 'document_url_malformed'],
    ['a.corp.test@evil.test', 'document_url_malformed'],
    ['evil.test\\.corp.test', 'document_url_malformed'],
    ['evil.test#.corp.test', 'document_url_malformed'],
    ['a.cоrp.test', 'document_url_malformed'],
  ])('refuse %s before anybody is asked: %s', async (host, reason) => {
    expectRefused(await ask(`https://${host}/a`, at));
    await expect(reasonOf(`https://${host}/a`, at)).resolves.toBe(reason);
  });

  it('approve what they name, and refuse the same document elsewhere', async () => {
    const [trusted, other] = [secure.publish(), plain.publish()];
    expect(isTaken(await ask(trusted, at))).toBe(true);
    const stored = await asOperator(at, 'GET', `/clients/${encodeURIComponent(trusted)}`);
    expect(stored.json()).toMatchObject({ trust_state: 'approved', registration: 'cimd' });
    expectRefused(await ask(other, at));
    expect(plain.countOf(other)).toBe(0);
    expect(isTaken(await ask(other))).toBe(true);
  });
});

describe('a client that the configuration names by its URL', () => {
  it('is as the configuration says, also one that its document had made, and nobody asks its site', async () => {
    const [known, unknown] = [
      secure.publish({ client_name: 'By document' }),
      secure.publish({}, { status: 403 }),
    ];
    const setting = {
      dataDir: join(temporaryFolder(), 'data'),
      env: { NODE_EXTRA_CA_CERTS: server.env['NODE_EXTRA_CA_CERTS']! },
    };
    const base = { limits: ROOMY, policies: { outboundLoopback: true } };
    const before = await startServer({ ...setting, config: base });
    expect(isTaken(await ask(known, before))).toBe(true);
    expectRefused(await ask(unknown, before));
    await before.stop();
    const asked = secure.requests.length;
    const clients = [known, unknown].map((clientId) => ({
      clientId,
      name: 'Named',
      redirectUris: [REDIRECT],
    }));
    const after = await startServer({ ...setting, config: { ...base, clients } });
    for (const url of [known, unknown]) {
      const { tokens } = await connect(after, { client: byDocument(url) });
      await expect(mcpStatus(after, tokens.access_token)).resolves.toBe(200);
      const stored = await asOperator(after, 'GET', `/clients/${encodeURIComponent(url)}`);
      expect(stored.json()).toMatchObject({ registration: 'static', trust_state: 'approved', name: 'Named' });
    }
    expect(secure.requests).toHaveLength(asked);
  });
});

describe('with the policy off', () => {
  it('a URL is an unknown client like any other, and discovery does not offer it', async () => {
    const at = await startServer({
      config: { limits: ROOMY, policies: { outboundLoopback: true, clients: { metadata_documents: false } } },
    });
    const url = plain.publish();
    expectRefused(await ask(url, at));
    expect(plain.countOf(url)).toBe(0);
    const metadata = (await get(`${at.base}/.well-known/oauth-authorization-server`)).json();
    expect(metadata.client_id_metadata_document_supported).not.toBe(true);
    expect(isTaken(await ask(url))).toBe(true);
  });
});

describeOnPostgres('a copy that is no longer fresh', () => {
  const age = async (url: string, by: string): Promise<void> => {
    await server.sql(`UPDATE clients SET document_until = now() - $2::interval WHERE id = $1`, [url, by]);
    // Rows are kept in memory for a second.
    await sleep(1_100);
  };
  const rowOf = async (url: string) =>
    (
      await server.sql<{
        name: string;
        document_until: Date;
        document_etag: string | null;
        trust_state: string;
      }>('SELECT * FROM clients WHERE id = $1', [url])
    )[0]!;
  const minutesLeft = async (url: string) =>
    ((await rowOf(url)).document_until.getTime() - Date.now()) / 60_000;

  it.each([
    ['max-age=3600', 60],
    ['max-age=1', 1],
    ['no-store', 1],
    ['max-age=99999999', 24 * 60],
    ['', 5],
  ])('is fresh as long as "%s" says, within bounds', async (cacheControl, minutes) => {
    const url = secure.publish({}, { headers: { 'cache-control': cacheControl } });
    await ask(url);
    expect(await minutesLeft(url)).toBeGreaterThan(minutes - 0.2);
    expect(await minutesLeft(url)).toBeLessThanOrEqual(minutes);
  });

  it('is fetched again for an authorization, and what changed counts', async () => {
    const url = secure.publish();
    const client = byDocument(url);
    await authorize(server, client, { jar });
    secure.show(url, {
      body: clientDocument(url, { client_name: 'New name', redirect_uris: ['https://new.example/cb'] }),
    });
    expect(isTaken(await ask(url))).toBe(true);
    await age(url, '1 second');
    expectRefused(await ask(url));
    expect(isTaken(await ask(url, server, { redirect_uri: 'https://new.example/cb' }))).toBe(true);
    expect(secure.countOf(url)).toBe(2);
    await expect(rowOf(url)).resolves.toMatchObject({ name: 'New name' });
    const [event] = await events(server, { client_id: url, type: 'client.changed' });
    expect(event).toMatchObject({ actor: { type: 'client', id: url } });
  });

  it('asks people again when what they were shown has changed', async () => {
    const url = secure.publish();
    const client = byDocument(url);
    await authorize(server, client, { jar });
    expect((await authorize(server, client, { jar })).pages).toEqual([]);
    secure.show(url, { body: clientDocument(url, { client_name: 'Another name' }) });
    await age(url, '1 second');
    expect((await authorize(server, client, { jar })).pages).toEqual(['/consent']);
  });

  it('is renewed by its validator without being sent again', async () => {
    const url = secure.publish({}, { headers: { etag: '"v1"', 'cache-control': 'max-age=60' } });
    await ask(url);
    await age(url, '1 second');
    secure.show(url, { status: 304, headers: { etag: '"v1"', 'cache-control': 'max-age=7200' } });
    expect(isTaken(await ask(url))).toBe(true);
    expect(secure.requests.findLast(({ path }) => url.endsWith(path))!.headers['if-none-match']).toBe('"v1"');
    expect(await minutesLeft(url)).toBeGreaterThan(119);
  });

  it('with an approval loses it when its redirect URIs change', async () => {
    const url = secure.publish();
    await ask(url);
    await asOperator(server, 'POST', `/clients/${encodeURIComponent(url)}/approve`, { json: {} });
    await expect(rowOf(url)).resolves.toMatchObject({ trust_state: 'approved' });
    secure.show(url, { body: clientDocument(url, { redirect_uris: [REDIRECT, 'https://more.example/cb'] }) });
    await age(url, '1 second');
    await ask(url);
    await expect(rowOf(url)).resolves.toMatchObject({ trust_state: 'quarantined' });
  });

  it.each([
    ['its site is away', { status: 503 }],
    ['it is gone', { status: 404 }],
    ['it has become wrong', { body: '{}' }],
  ])('opens nothing new when %s, and logs nobody out', async (_what, page) => {
    const url = secure.publish();
    const { client, tokens } = await connect(server, { client: byDocument(url), jar });
    secure.show(url, page);
    await age(url, '1 hour');
    expectRefused(await ask(url));
    const next = tokensOf(await refresh(server, client, tokens.refresh_token!));
    await expect(mcpStatus(server, next.access_token)).resolves.toBe(200);
    secure.show(url, { body: clientDocument(url) });
    expect(isTaken(await ask(url))).toBe(true);
  });

  it('is renewed beside a token request, which does not wait for it', async () => {
    const url = secure.publish();
    const { client, tokens } = await connect(server, { client: byDocument(url), jar });
    secure.show(url, { body: clientDocument(url, { client_name: 'Renewed' }), after: 1_500 });
    await age(url, '1 hour');
    const started = Date.now();
    tokensOf(await refresh(server, client, tokens.refresh_token!));
    expect(Date.now() - started).toBeLessThan(1_000);
    await sleep(2_500);
    await expect(rowOf(url)).resolves.toMatchObject({ name: 'Renewed' });
  });

  it('with other keys asks for those at once', async () => {
    const [old, young] = [await newKey('k1'), await newKey('k2')];
    const url = secure.publish({ ...CHATGPT, jwks: { keys: [old.jwk] } });
    const client = byDocument(url, CHATGPT.redirect_uris[0]);
    const form = await redemption(client);
    const tokens = tokensOf(await tokenRequest(server, client, { ...form, ...(await assertion(url, old)) }));
    secure.show(url, { body: clientDocument(url, { ...CHATGPT, jwks: { keys: [young.jwk] } }) });
    await age(url, '1 second');
    const again = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token! };
    const withdrawn = await tokenRequest(server, client, { ...again, ...(await assertion(url, old)) });
    expect(refusalOf(withdrawn)).toEqual([401, 'invalid_client']);
    tokensOf(await tokenRequest(server, client, { ...again, ...(await assertion(url, young)) }));
  });

  it('with keys is good for a day while its site is away', async () => {
    const key = await newKey('k1');
    const url = secure.publish({ ...CHATGPT, jwks: { keys: [key.jwk] } });
    const client = byDocument(url, CHATGPT.redirect_uris[0]);
    const form = await redemption(client);
    const tokens = tokensOf(await tokenRequest(server, client, { ...form, ...(await assertion(url, key)) }));
    secure.show(url, { status: 503 });
    const again = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token! };
    await age(url, '23 hours');
    const near = tokensOf(await tokenRequest(server, client, { ...again, ...(await assertion(url, key)) }));
    await age(url, '25 hours');
    const far = {
      grant_type: 'refresh_token',
      refresh_token: near.refresh_token!,
      ...(await assertion(url, key)),
    };
    expect(refusalOf(await tokenRequest(server, client, far))).toEqual([503, 'temporarily_unavailable']);
  });

  it('is asked for at most once a minute by token requests while its site is away', async () => {
    const url = secure.publish();
    const { client, tokens } = await connect(server, { client: byDocument(url), jar });
    secure.show(url, { status: 503 });
    await age(url, '1 hour');
    let token = tokens.refresh_token!;
    for (let i = 0; i < 4; i++) {
      token = tokensOf(await refresh(server, client, token)).refresh_token!;
      await sleep(100);
    }
    expect(secure.countOf(url)).toBe(2);
    const noted = await events(server, { client_id: url, type: 'client.document.refused' });
    expect(noted.map(({ outcome }) => outcome.reason_code)).toEqual(['document_status_503']);
  });

  it('that nobody could renew for a week is answered 503 while its site is away, and invalid_client when it is gone', async () => {
    const url = secure.publish();
    const { client, tokens } = await connect(server, { client: byDocument(url), jar });
    secure.show(url, { status: 503 });
    await age(url, '8 days');
    const away = await refresh(server, client, tokens.refresh_token!);
    expect(refusalOf(away)).toEqual([503, 'temporarily_unavailable']);
    expect(Number(away.headers['retry-after'])).toBeGreaterThan(0);
    secure.show(url, { status: 410 });
    expect(refusalOf(await refresh(server, client, tokens.refresh_token!))).toEqual([401, 'invalid_client']);
    secure.show(url, { body: clientDocument(url) });
    tokensOf(await refresh(server, client, tokens.refresh_token!));
  });

  it('is made once by replicas that meet a client at the same time', async () => {
    const { NODE_EXTRA_CA_CERTS = '' } = server.env;
    const config = { limits: ROOMY, policies: { outboundLoopback: true } };
    const second = await startServer({
      config,
      database: server.databaseUrl!,
      env: { NODE_EXTRA_CA_CERTS, PUBLIC_URL: server.url },
    });
    for (let round = 0; round < 20; round++) {
      const url = secure.publish({}, { after: 20 });
      const answers = await Promise.all(
        [...[server, second], ...[server, second]].map((one) => ask(url, one)),
      );
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => answers[0]!.status));
      expect(isTaken(answers[0]!)).toBe(true);
      const made = await events(server, { client_id: url, type: 'client.registered' });
      expect(made).toHaveLength(1);
      expect(secure.countOf(url)).toBeLessThanOrEqual(2);
    }
  });
});
