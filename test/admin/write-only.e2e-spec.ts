import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { newService, NO_LIMIT, TAKES_KEYS } from '../api-keys/harness.js';
import { adminCall, adminToken } from '../support/actors.js';
import type { HttpResponse } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { openApi, routesOf } from './routes.js';

const randomSecret = (): string => randomBytes(24).toString('base64url');

let server: TestServer;
let token: string;

const call = (method: string, path: string, json?: object): Promise<HttpResponse> =>
  adminCall(server, method, path, { token, ...(json && { json }) });

/** Secrets that were given or answered once, by the list whose items have them; and the id of each item. */
const secrets: { of: string; secret: string; id: string }[] = [];

async function made(path: string, json: object, secretIn?: string): Promise<void> {
  const response = await call('POST', path, json);
  expect([path, response.status, response.text.slice(0, 300)]).toEqual([path, 201, expect.any(String)]);
  const answer = response.json<Record<string, string>>();
  if (secretIn !== undefined) {
    expect(answer[secretIn]).toEqual(expect.stringMatching(/^.{24,}$/));
    secrets.push({ of: path, secret: answer[secretIn]!, id: answer['id']! });
  }
}

beforeAll(async () => {
  server = await startServer({
    config: { ...TAKES_KEYS, limits: NO_LIMIT, policies: { outboundLoopback: true } },
  });
  token = await adminToken(server);
  const client = {
    name: 'App',
    redirect_uris: ['https://app.example/cb'],
    auth_method: 'client_secret_basic',
  };
  await made('/clients', client, 'client_secret');
  await made('/initial-access-tokens', { note: 'ci' }, 'token');
  await made('/scim-tokens', { note: 'hr' }, 'token');
  const owner = await newService(server);
  await made('/api-keys', { client_id: owner, name: 'Job', scopes: ['mcp:tools:read'] }, 'api_key');
  const url = 'http://127.0.0.1:9/events';
  await made('/audit/streams', { name: 'made', kind: 'http', settings: { url } }, 'secret');
  const given = randomSecret();
  const stream = { name: 'given', kind: 'otlp', settings: { url }, secret: given };
  const streamId = (await call('POST', '/audit/streams', stream)).json<{ id: string }>().id;
  secrets.push({ of: '/audit/streams', secret: given, id: streamId });
  const clientSecret = randomSecret();
  const settings = { kind: 'oidc', issuer: 'https://idp.example', clientId: 'gatehouse', clientSecret };
  await made('/identity-providers', { id: 'corp', settings });
  secrets.push({ of: '/identity-providers', secret: clientSecret, id: 'corp' });
  const rotated = await call('POST', `/clients/${secrets[0]!.id}/secret`, {});
  secrets.push({
    of: '/clients',
    secret: rotated.json<Record<string, string>>()['client_secret']!,
    id: secrets[0]!.id,
  });
});

/** Those that stand in a text; nothing of them is told. */
const leaks = (text: string): string[] =>
  secrets.filter(({ secret }) => text.includes(secret)).map(({ of }) => of);

describe('A secret that was given, or answered once', () => {
  it('is there to be found: one of each kind', () => {
    expect(secrets.map(({ of }) => of).sort()).toEqual([
      ...['/api-keys', '/audit/streams', '/audit/streams', '/clients', '/clients'],
      ...['/identity-providers', '/initial-access-tokens', '/scim-tokens'],
    ]);
    for (const { secret } of secrets) expect(secret.length).toBeGreaterThan(20);
    expect(leaks(`x${secrets[3]!.secret}x`)).toEqual([secrets[3]!.of]);
  });

  it('is in no answer of any route that reads', async () => {
    const routes = routesOf(await openApi(server)).filter(({ method }) => method === 'GET');
    let looked = 0;
    for (const { path } of routes) {
      if (/\/tail$|\/events$|\/download$/.test(path) && path !== '/audit/events') continue;
      const ids = secrets.filter(({ of }) => path.startsWith(`${of}/{id}`)).map(({ id }) => id);
      for (const at of path.includes('{') ? ids.map((id) => path.replace(/\{\w+\}/, id)) : [path]) {
        const response = await call('GET', at);
        if (response.status === 200) looked++;
        expect([at, leaks(response.text)]).toEqual([at, []]);
      }
    }
    expect(looked).toBeGreaterThan(25);
  });

  it('is in no export of the trail, not in what is sealed in it, and not in the log', async () => {
    for (const format of ['json', 'csv', 'ocsf', 'cef']) {
      const { id } = (await call('POST', '/audit/exports', { format })).json<{ id: string }>();
      const file = await call('GET', `/audit/exports/${id}/download`);
      expect([format, file.status, leaks(file.text)]).toEqual([format, 200, []]);
    }
    const { items } = (await call('GET', '/audit/events?limit=200')).json<{
      items: { event_id: string; privacy?: object }[];
    }>();
    const sealed = items.filter(({ privacy }) => privacy).slice(0, 30);
    for (const { event_id: id } of sealed) {
      const payload = await call('GET', `/audit/events/${id}/payload`);
      expect([payload.status, leaks(payload.text)]).toEqual([200, []]);
    }
    expect(sealed.length).toBeGreaterThan(0);
    expect(leaks(server.output())).toEqual([]);
  });

  it('is not repeated by an answer that refuses it', async () => {
    const [secret, long] = [randomSecret(), `${randomSecret()}${'x'.repeat(600)}`];
    for (const [path, json] of [
      [
        '/identity-providers',
        { id: 'x', settings: { kind: 'oidc', issuer: 'nonsense', clientSecret: secret } },
      ],
      [
        '/identity-providers',
        { id: 'x', settings: { kind: 'oidc', issuer: 'nonsense', clientSecret: { a: secret } } },
      ],
      ['/audit/streams', { name: 'x', kind: 'http', settings: {}, secret }],
      ['/audit/streams', { name: 'x', kind: 'http', settings: { url: 'http://127.0.0.1:9/' }, secret: long }],
      ['/clients', { name: 'x', client_secret: secret }],
    ] as const) {
      const refused = await call('POST', path, json);
      expect([path, refused.status]).toEqual([path, 400]);
      for (const each of [secret, long]) expect(refused.text).not.toContain(each);
    }
    expect(server.output()).not.toContain(secret);
  });
});
