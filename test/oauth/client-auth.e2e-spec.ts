import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { TestClient } from '../support/actors.js';
import { post, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { asserting, HeldKey } from '../support/proofs.js';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator, events, refusalOf, ROOMY, webClient } from './harness.js';

let server: TestServer;
const key = new HeldKey();

const METHODS = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;
type Method = (typeof METHODS)[number];
const clients = {} as Record<Method, TestClient>;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
  for (const method of METHODS) clients[method] = await clientOf(method);
});

const clientOf = (method: Method, at = server): Promise<TestClient> =>
  webClient(at, {
    token_endpoint_auth_method: method,
    ...(method === 'private_key_jwt' && { jwks: { keys: [key.published] } }),
  });

interface Shown {
  headers?: Record<string, string>;
  form?: Record<string, string>;
}

const basic = (id: string, secret: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from([id, secret].map(encodeURIComponent).join(':')).toString('base64')}`,
});

/** What each method sends. */
const SHOW: Record<Method, (id: string, secret: string) => Shown> = {
  none: (client_id) => ({ form: { client_id } }),
  client_secret_basic: (id, secret) => ({ headers: basic(id, secret) }),
  client_secret_post: (client_id, client_secret) => ({ form: { client_id, client_secret } }),
  private_key_jwt: (id) => ({ form: asserting(key.assertion(server, id)) }),
};
const show = (method: Method, { clientId, clientSecret = 'no secret' } = clients[method]): Shown =>
  SHOW[method](clientId, clientSecret);

/** Endpoints that authenticate the client, and what they answer when it is who it says. */
const ENDPOINTS: Record<string, { form: Record<string, string>; welcome: (method: Method) => unknown[] }> = {
  token: { form: { grant_type: 'refresh_token', refresh_token: 'x' }, welcome: () => [400, 'invalid_grant'] },
  par: { form: { response_type: 'code' }, welcome: () => [400, 'invalid_request'] },
  revoke: { form: { token: 'x' }, welcome: () => [200, undefined] },
  introspect: {
    form: { token: 'x' },
    welcome: (method) => (method === 'none' ? [401, 'invalid_client'] : [200, undefined]),
  },
};

const ask = (endpoint: string, { headers = {}, form = {} }: Shown): Promise<HttpResponse> =>
  post(`${server.base}/oauth2/${endpoint}`, { headers, form: { ...ENDPOINTS[endpoint]!.form, ...form } });

const outcomeOf = (response: HttpResponse): unknown[] =>
  response.text === '' ? [response.status, undefined] : refusalOf(response);

describe('a client', () => {
  it.each(Object.keys(ENDPOINTS))('is known at %s by the method it registered for', async (endpoint) => {
    for (const method of METHODS) {
      const response = await ask(endpoint, show(method));
      expect([method, ...outcomeOf(response)]).toEqual([method, ...ENDPOINTS[endpoint]!.welcome(method)]);
    }
  });

  it('is not known by another method, but for the two ways to send a secret', async () => {
    for (const registered of METHODS)
      for (const used of METHODS) {
        const alike = registered.startsWith('client_secret') && used.startsWith('client_secret');
        if (registered === used || alike) continue;
        const response = await ask('token', show(used, clients[registered]));
        expect([registered, used, ...refusalOf(response)]).toEqual([registered, used, 401, 'invalid_client']);
        const challenge = response.headers['www-authenticate'];
        if (used === 'client_secret_basic') expect(challenge).toMatch(/^Basic realm=/);
        else expect(challenge).toBeUndefined();
      }
    const crossed = (used: Method, registered: Method) => ask('token', show(used, clients[registered]));
    expect((await crossed('client_secret_basic', 'client_secret_post')).status).toBe(400);
    expect((await crossed('client_secret_post', 'client_secret_basic')).status).toBe(400);
  });

  it('sends its secret as it registered where the policy is strict', async () => {
    const strict = await startServer({
      config: { limits: ROOMY, policies: { clients: { basic_or_post: false } } },
    });
    const one = await clientOf('client_secret_post', strict);
    const at = (shown: Shown) =>
      post(`${strict.base}/oauth2/token`, {
        headers: shown.headers ?? {},
        form: { ...ENDPOINTS['token']!.form, ...shown.form },
      });
    expect(refusalOf(await at(show('client_secret_post', one)))).toEqual([400, 'invalid_grant']);
    expect(refusalOf(await at(show('client_secret_basic', one)))).toEqual([401, 'invalid_client']);
  });

  it('never uses two methods at once, its own or another’s', async () => {
    const pairs: [Method, Method][] = [
      ['client_secret_basic', 'client_secret_post'],
      ['client_secret_basic', 'private_key_jwt'],
      ['client_secret_post', 'private_key_jwt'],
    ];
    for (const pair of pairs)
      for (const method of pair) {
        const [one, two] = pair.map((used) => show(used, clients[method])) as [Shown, Shown];
        const both = { headers: { ...one.headers, ...two.headers }, form: { ...one.form, ...two.form } };
        for (const endpoint of Object.keys(ENDPOINTS))
          expect([pair, endpoint, ...refusalOf(await ask(endpoint, both))]).toEqual([
            pair,
            endpoint,
            400,
            'invalid_request',
          ]);
      }
  });

  it('has one identity: another in the body is refused, the same is not', async () => {
    for (const method of ['client_secret_basic', 'private_key_jwt'] as const) {
      const shown = show(method);
      const other = { ...shown, form: { ...shown.form, client_id: clients.none.clientId } };
      expect(refusalOf(await ask('token', other))).toEqual([401, 'invalid_client']);
      const same = show(method);
      const told = { ...same, form: { ...same.form, client_id: clients[method].clientId } };
      expect(refusalOf(await ask('token', told))).toEqual([400, 'invalid_grant']);
    }
  });

  it('that nobody knows is refused alike by every method, at every endpoint', async () => {
    for (const endpoint of Object.keys(ENDPOINTS))
      for (const method of METHODS) {
        const response = await ask(endpoint, SHOW[method]('nobody', 'x'));
        expect([endpoint, method, ...refusalOf(response)]).toEqual([endpoint, method, 401, 'invalid_client']);
      }
    for (const shown of [{}, { form: { client_id: '' } }, { form: { client_secret: 'x' } }])
      expect(refusalOf(await ask('token', shown))).toEqual([401, 'invalid_client']);
  });

  it('that is suspended is refused everywhere, whatever it shows', async () => {
    for (const method of METHODS) {
      const client = await clientOf(method);
      await asOperator(server, 'POST', `/clients/${client.clientId}/suspend`);
      for (const endpoint of Object.keys(ENDPOINTS)) {
        const response = await ask(endpoint, show(method, client));
        expect([method, endpoint, ...refusalOf(response)]).toEqual([method, endpoint, 401, 'invalid_client']);
      }
      const [event] = await events(server, { type: 'client.auth.failed', client_id: client.clientId });
      expect(event?.outcome.reason_code).toBe('client_suspended');
    }
  });
});

describeOnPostgres('a secret that was rotated', () => {
  it('is good beside the new one until the overlap ends, and for this client only', async () => {
    const client = await clientOf('client_secret_basic');
    const old = 'the secret before the last rotation';
    const until = (seconds: number) =>
      server.sql('UPDATE clients SET previous_secret_digest = $1, previous_secret_until = $2 WHERE id = $3', [
        createHash('sha256').update(old).digest(),
        new Date(Date.now() + seconds * 1_000),
        client.clientId,
      ]);
    const withOld = () => ask('token', show('client_secret_basic', { ...client, clientSecret: old }));
    await until(60);
    expect(refusalOf(await withOld())).toEqual([400, 'invalid_grant']);
    expect(refusalOf(await ask('token', show('client_secret_basic', client)))).toEqual([
      400,
      'invalid_grant',
    ]);
    const other = { ...clients.client_secret_basic, clientSecret: old };
    expect(refusalOf(await ask('token', show('client_secret_basic', other)))).toEqual([
      401,
      'invalid_client',
    ]);
    await until(-1);
    // What is known of a client is kept for a second.
    await new Promise((done) => setTimeout(done, 1_100));
    expect(refusalOf(await withOld())).toEqual([401, 'invalid_client']);
    expect(refusalOf(await ask('token', show('client_secret_basic', client)))).toEqual([
      400,
      'invalid_grant',
    ]);
  });
});
