import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  exchange,
  opsClient,
  refresh,
  registerClient,
  tokenRequest,
  tokensOf,
  type TestClient,
} from '../support/actors.js';
import { CookieJar, get, post, rawRequest, request, type HttpResponse } from '../support/http.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import {
  asOperator,
  connectIn,
  events,
  freshCode,
  INSIDE,
  mcpStatus,
  newVerifier,
  refusalOf,
  ROOMY,
  signedIn,
  webClient,
} from './harness.js';

const FORM = 'application/x-www-form-urlencoded';

let server: TestServer;
let jar: CookieJar;
let open: TestClient;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
  jar = await signedIn(server);
  open = await webClient(server);
});

const url = (path = '/oauth2/token', at: TestServer = server): string => `${at.base}${path}`;
const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;

/** A code and the form that redeems it. */
async function redemption(client = open): Promise<Record<string, string>> {
  const { code, verifier } = await freshCode(server, client, { jar });
  return {
    grant_type: 'authorization_code',
    client_id: client.clientId,
    code,
    code_verifier: verifier,
    redirect_uri: client.redirectUri,
  };
}

const encoded = (form: Record<string, string>): string => new URLSearchParams(form).toString();

function expectRefusal(response: HttpResponse, status: number, error: string): void {
  expect(refusalOf(response)).toEqual([status, error]);
  expect(response.headers['content-type']).toMatch(/^application\/json/);
  expect(response.headers['cache-control']).toBe('no-store');
  expect(response.headers['pragma']).toBe('no-cache');
  expect(response.headers['access-control-allow-origin']).toBe('*');
  expect(response.headers['x-content-type-options']).toBe('nosniff');
  expect(response.headers['x-request-id']).toEqual(expect.any(String));
  const body = response.json<Record<string, string>>();
  expect(body['error_description']).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  expect(body['decision_id']).toBe(response.headers['x-decision-id']);
  expect(Object.keys(body).sort()).toEqual(['decision_id', 'error', 'error_description']);
  expect(response.text).not.toMatch(INSIDE);
}

describe('the body', () => {
  it('is a form, with a charset or without, and with parameters that nobody knows', async () => {
    for (const type of [FORM, `${FORM}; charset=utf-8`, `${FORM};charset=UTF-8`, FORM.toUpperCase()]) {
      const form = { ...(await redemption()), 'a[b]': 'c', unknown: 'x', __proto__: 'x', constructor: 'y' };
      const response = await post(url(), { body: encoded(form), headers: { 'content-type': type } });
      expect([type, response.status]).toEqual([type, 200]);
    }
  });

  it('may be sent to the alias of older clients', async () => {
    expect((await post(url('/token'), { form: await redemption() })).status).toBe(200);
  });

  it('in any other form is refused, and the code stays good', async () => {
    const form = await redemption();
    const body = encoded(form);
    const boundary = 'xx';
    const multipart = `--xx\r\nContent-Disposition: form-data; name="grant_type"\r\n\r\nauthorization_code\r\n--xx--\r\n`;
    const cases: [string, Parameters<typeof post>[1] & object, number[]][] = [
      ['JSON', { json: form }, [400]],
      ['broken JSON', { body: '{', headers: { 'content-type': 'application/json' } }, [400]],
      ['text', { body, headers: { 'content-type': 'text/plain' } }, [400]],
      ['no type', { body }, [400]],
      [
        'multipart',
        { body: multipart, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } },
        [400],
      ],
      [
        'utf-16',
        { body: Buffer.from(body, 'utf16le'), headers: { 'content-type': `${FORM}; charset=utf-16` } },
        [415],
      ],
      ['an unknown charset', { body, headers: { 'content-type': `${FORM}; charset=x-none` } }, [415]],
      [
        'gzip',
        { body: gzipSync(body), headers: { 'content-type': FORM, 'content-encoding': 'gzip' } },
        [415],
      ],
      [
        'a gzip bomb',
        {
          body: gzipSync(Buffer.alloc(5_000_000)),
          headers: { 'content-type': FORM, 'content-encoding': 'gzip' },
        },
        [415],
      ],
      ['an unknown encoding', { body, headers: { 'content-type': FORM, 'content-encoding': 'zstd' } }, [415]],
      ['nothing', { headers: { 'content-type': FORM } }, [400]],
    ];
    for (const [what, options, statuses] of cases) {
      const response = await post(url(), options);
      expect([what, statuses.includes(response.status)]).toEqual([what, true]);
      expectRefusal(response, response.status, 'invalid_request');
    }
    expect((await post(url(), { form })).status).toBe(200);
  });

  it('with a parameter twice is refused, and with one that is empty is as if it were not there', async () => {
    const form = await redemption();
    for (const name of ['grant_type', 'code', 'code_verifier', 'client_id', 'redirect_uri', 'unknown']) {
      const twice = [...Object.entries(form), [name, form[name] ?? 'x'], [name, 'x']] as [string, string][];
      const response = await post(url(), { form: twice });
      expect([name, ...refusalOf(response)]).toEqual([name, 400, 'invalid_request']);
    }
    for (const [name, error, status] of [
      ['grant_type', 'invalid_request', 400],
      ['code', 'invalid_request', 400],
      ['code_verifier', 'invalid_request', 400],
      ['client_id', 'invalid_client', 401],
    ] as const) {
      expectRefusal(await post(url(), { form: { ...form, [name]: '' } }), status, error);
      const without = Object.fromEntries(Object.entries(form).filter(([each]) => each !== name));
      expect(refusalOf(await post(url(), { form: without }))).toEqual([status, error]);
    }
    expect((await post(url(), { form: { ...form, client_secret: '', scope: '' } })).status).toBe(200);
  });

  it('with NUL, broken escapes or half of a surrogate is refused without a fault', async () => {
    const form = await redemption();
    for (const name of ['grant_type', 'code', 'code_verifier', 'client_id', 'unknown']) {
      const response = await post(url(), { form: { ...form, [name]: `${form[name] ?? ''}\0` } });
      expect([name, response.status < 500, response.status >= 400]).toEqual([name, true, true]);
    }
    for (const body of [
      'grant_type=%',
      'grant_type=%zz&client_id=%ff',
      'grant_type=%ed%a0%80&client_id=%ed%a0%80',
      '&&&&',
      '=====',
      '%00=%00',
      'grant_type',
    ])
      expect((await post(url(), { body, headers: { 'content-type': FORM } })).status).toBeLessThan(500);
    expect((await post(url(), { form })).status).toBe(200);
  });

  it('that is too much is refused quickly, and the server goes on', async () => {
    const form = encoded(await redemption());
    const many = (count: number) => Array.from({ length: count }, (_, index) => `p${index}=x`).join('&');
    const cases: [string, string, number[]][] = [
      ['10 MB', `${form}&x=${'x'.repeat(10_000_000)}`, [413]],
      ['70 kB', `${form}&x=${'x'.repeat(70_000)}`, [413]],
      ['10 000 parameters', `${form}&${many(10_000)}`, [413]],
      ['1500 parameters', `${form}&${many(1_500)}`, [413]],
      ['5000 times the same', `${form}&${'a=b&'.repeat(5_000)}`, [400, 413]],
      ['nested names', `${form}&a${'[a]'.repeat(10_000)}=x`, [200, 400]],
      ['a large index', `a[1000000000]=x&${'a[]=x&'.repeat(500)}`, [400]],
      ['60 kB of percent signs', '%'.repeat(60_000), [400, 401]],
      ['60 kB of plus signs', `scope=${'+'.repeat(60_000)}`, [400, 401]],
    ];
    for (const [what, body, statuses] of cases) {
      const before = performance.now();
      const response = await post(url(), { body, headers: { 'content-type': FORM } });
      expect([what, statuses.includes(response.status), response.status]).toEqual([
        what,
        true,
        response.status,
      ]);
      expect([what, performance.now() - before < 2_000]).toEqual([what, true]);
      expect(response.text).not.toMatch(INSIDE);
    }
    expect((await get(`${server.base}/health/ready`)).status).toBe(200);
    expect((await post(url(), { form: await redemption() })).status).toBe(200);
  });

  it('that contradicts its length is cut off', async () => {
    const head = `POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${FORM}\r\n`;
    const both = await rawRequest(
      server.origin,
      `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    );
    expect(both).toMatch(/^HTTP\/1\.1 400 /);
    const two = await rawRequest(
      server.origin,
      `${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef`,
    );
    expect(two).toMatch(/^HTTP\/1\.1 400 /);
    const negative = await rawRequest(server.origin, `${head}Content-Length: -1\r\n\r\n`);
    expect(negative).toMatch(/^HTTP\/1\.1 400 /);
    expect((await get(`${server.base}/health/live`)).status).toBe(200);
  });

  it('that announces itself is waited for', async () => {
    const body = encoded({ grant_type: 'x', client_id: open.clientId });
    const answer = await rawRequest(
      server.origin,
      `POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Type: ${FORM}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(answer).toContain('unsupported_grant_type');
  });
});

describe('the query', () => {
  it('is not read, and what was in it is in no log', async () => {
    const form = await redemption();
    const canary = `c4n4ry-${newVerifier()}`;
    const { code, ...rest } = form;
    for (const response of [
      await post(`${url()}?${encoded(form)}`, { headers: { 'content-type': FORM } }),
      await post(`${url()}?code=${code!}&client_secret=${canary}`, { form: rest }),
      await post(`${url()}?client_id=${open.clientId}&client_secret=${canary}`, {
        form: { grant_type: 'authorization_code', code: code! },
      }),
    ])
      expect([400, 401]).toContain(response.status);
    expect((await get(`${url()}?${encoded(form)}&client_secret=${canary}`)).status).not.toBe(200);
    expect(server.output()).not.toContain(canary);
    expect(server.output()).not.toContain(code!);
    expect((await post(url(), { form })).status).toBe(200);
  });
});

describe('other methods', () => {
  it('are refused in the shape of OAuth', async () => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      for (const path of ['/oauth2/token', '/token', '/oauth2/revoke']) {
        const response = await request(method, url(path));
        expect([method, path, [404, 405].includes(response.status)]).toEqual([method, path, true]);
        expectRefusal(response, response.status, 'invalid_request');
      }
    }
  });

  it('no other spelling of the path gives tokens', async () => {
    for (const path of [
      '/oauth/token',
      '/api/oauth/token',
      '/oauth2//token',
      '/oauth2/tokens',
      '/token/x',
      '/oauth2/token%2f',
      '/x?y=/oauth2/token',
    ]) {
      const response = await post(url(path), { form: await redemption() });
      expect([path, response.status]).toEqual([path, 404]);
    }
  });
});

describe('client authentication', () => {
  const confidential = (method: string) => webClient(server, { token_endpoint_auth_method: method });

  it('takes exactly the secret that was issued', async () => {
    const client = await confidential('client_secret_basic');
    const other = await confidential('client_secret_basic');
    const { clientId, clientSecret = '' } = client;
    const form = await redemption(client);
    const attempts: Record<string, string> = {
      wrong: basic(clientId, 'wrong'),
      empty: basic(clientId, ''),
      'with a prefix': basic(clientId, `x${clientSecret}`),
      'with a suffix': basic(clientId, `${clientSecret}x`),
      'shorter by one': basic(clientId, clientSecret.slice(0, -1)),
      'in capitals': basic(clientId, clientSecret.toUpperCase()),
      'with a space': basic(clientId, `${clientSecret} `),
      'with NUL': basic(clientId, `${clientSecret}\0`),
      'of another client': basic(clientId, other.clientSecret!),
      'without a colon': `Basic ${Buffer.from(clientId).toString('base64')}`,
      'with nothing before the colon': `Basic ${Buffer.from(`:${clientSecret}`).toString('base64')}`,
      'not base64': 'Basic !!!',
      'no credentials': 'Basic',
      'broken escapes': `Basic ${Buffer.from(`${clientId}:%zz`).toString('base64')}`,
      bearer: `Bearer ${clientSecret}`,
      digest: 'Digest username="x"',
      '10 kB': basic(clientId, 'x'.repeat(10_000)),
    };
    for (const [what, authorization] of Object.entries(attempts)) {
      const response = await post(url(), { form, headers: { authorization } });
      expect([what, ...refusalOf(response)]).toEqual([what, 401, 'invalid_client']);
      expect(response.headers['www-authenticate']).toMatch(/^Basic realm="[^"]+"/);
    }
    expect(
      (await post(url(), { form, headers: { authorization: basic(clientId, clientSecret) } })).status,
    ).toBe(200);
  });

  it('uses one method and one identity', async () => {
    const client = await confidential('client_secret_basic');
    const { clientId, clientSecret = '' } = client;
    const form = await redemption(client);
    const authorization = basic(clientId, clientSecret);
    const two = await post(url(), {
      form: { ...form, client_secret: clientSecret },
      headers: { authorization },
    });
    expectRefusal(two, 400, 'invalid_request');
    const contradicting = await post(url(), {
      form: { ...form, client_id: open.clientId },
      headers: { authorization },
    });
    expectRefusal(contradicting, 401, 'invalid_client');
    const withoutSecret = await post(url(), { form });
    expectRefusal(withoutSecret, 401, 'invalid_client');
    expect(withoutSecret.headers['www-authenticate']).toBeUndefined();
    const lower = authorization.replace('Basic', 'basic');
    expect((await post(url(), { form, headers: { authorization: lower } })).status).toBe(200);
  });

  it('reads ids and secrets that were form-encoded', async () => {
    const strange = await startServer({
      config: {
        limits: ROOMY,
        clients: [
          {
            clientId: 'a%client/with+=&marks',
            name: 'Strange',
            grantTypes: ['client_credentials'],
            clientSecret: 'p+s s:%é&=ümlaut, long enough for a secret',
            scopes: ['mcp:tools:read'],
          },
        ],
      },
    });
    const client = {
      ...opsClient(),
      clientId: 'a%client/with+=&marks',
      clientSecret: 'p+s s:%é&=ümlaut, long enough for a secret',
    };
    for (const authMethod of ['client_secret_basic', 'client_secret_post']) {
      const response = await tokenRequest(
        strange,
        { ...client, authMethod },
        { grant_type: 'client_credentials' },
      );
      expect([authMethod, response.status]).toEqual([authMethod, 200]);
    }
    const plain = `Basic ${Buffer.from('a%client/with+=&marks:p+s s:%é&=ümlaut, long enough for a secret').toString('base64')}`;
    const response = await post(url('/oauth2/token', strange), {
      form: { grant_type: 'client_credentials' },
      headers: { authorization: plain },
    });
    expectRefusal(response, 401, 'invalid_client');
  });

  it('of a client that was suspended fails like that of one nobody knows', async () => {
    const client = await confidential('client_secret_basic');
    const form = await redemption(client);
    await asOperator(server, 'POST', `/clients/${client.clientId}/suspend`);
    const authorization = basic(client.clientId, client.clientSecret!);
    const [suspended, unknown] = [
      await post(url(), { form, headers: { authorization } }),
      await post(url(), {
        form: { ...form, client_id: 'nobody' },
        headers: { authorization: basic('nobody', 'x') },
      }),
    ];
    const words = (response: HttpResponse) => [
      response.status,
      { ...response.json<object>(), decision_id: '' },
    ];
    expect(words(suspended)).toEqual(words(unknown));
    expect(suspended.status).toBe(401);
  });

  it('has its failures recorded', async () => {
    const client = await confidential('client_secret_basic');
    await post(url(), {
      form: { grant_type: 'refresh_token' },
      headers: { authorization: basic(client.clientId, 'x') },
    });
    const [event] = await events(server, { type: 'client.auth.failed', client_id: client.clientId });
    expect(event).toMatchObject({
      outcome: { result: 'denied', reason_code: 'wrong_secret', http_status: 401 },
    });
  });
});

describe('a grant type', () => {
  it('that the client did not register for is unauthorized_client', async () => {
    const { tokens, client } = await connectIn(server, jar);
    const onlyCode = await webClient(server, { grant_types: ['authorization_code'] });
    for (const [asker, form] of [
      [client, { grant_type: 'client_credentials' }],
      [onlyCode, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token! }],
      [opsClient(), { grant_type: 'refresh_token', refresh_token: tokens.refresh_token! }],
      [opsClient(), { grant_type: 'authorization_code', code: 'x', code_verifier: 'x'.repeat(43) }],
    ] as [TestClient, Record<string, string>][])
      expectRefusal(await tokenRequest(server, asker, form), 400, 'unauthorized_client');
    expect((await refresh(server, client, tokens.refresh_token!)).status).toBe(200);
  });

  it('does not take what is for another one', async () => {
    const { tokens, client } = await connectIn(server, jar, { scope: 'openid mcp:tools:read' });
    const { code, verifier } = await freshCode(server, client, { jar });
    for (const refresh_token of [code, tokens.access_token, tokens.id_token!])
      expectRefusal(
        await tokenRequest(server, client, { grant_type: 'refresh_token', refresh_token }),
        400,
        'invalid_grant',
      );
    for (const wrong of [tokens.refresh_token!, tokens.access_token])
      expectRefusal(await exchange(server, client, wrong, verifier), 400, 'invalid_grant');
    expect((await exchange(server, client, code, verifier)).status).toBe(200);
    expect((await refresh(server, client, tokens.refresh_token!)).status).toBe(200);
  });

  it('that there is not is unsupported, also in another case or with spaces', async () => {
    for (const grant_type of [
      'password',
      'AUTHORIZATION_CODE',
      ' authorization_code',
      'authorization_code ',
      'refresh_token,authorization_code',
      'x'.repeat(10_000),
      'urn:ietf:params:oauth:grant-type:nothing',
    ])
      expectRefusal(await tokenRequest(server, open, { grant_type }), 400, 'unsupported_grant_type');
  });
});

describe('failed requests', () => {
  const LIMIT = { points: 10, seconds: 60, blockSeconds: 3 };
  let tight: TestServer;
  let browser: CookieJar;
  beforeAll(async () => {
    tight = await startServer({ config: { limits: { ...ROOMY, token: { ...ROOMY.token, failed: LIMIT } } } });
    browser = await signedIn(tight);
  });

  const fail = (client: TestClient, headers = {}): Promise<HttpResponse> =>
    post(url('/oauth2/token', tight), {
      form: { grant_type: 'refresh_token', refresh_token: 'wrong', client_id: client.clientId },
      headers,
    });

  it('of one client from one address are refused after ten, right ones too, until the block ends', async () => {
    const { client, tokens } = await connectIn(tight, browser);
    const other = await connectIn(tight, browser);
    for (let index = 0; index < 10; index++) expectRefusal(await fail(client), 400, 'invalid_grant');
    const blocked = await fail(client);
    expectRefusal(blocked, 429, 'temporarily_unavailable');
    const wait = Number(blocked.headers['retry-after']);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(LIMIT.blockSeconds);
    expectRefusal(await refresh(tight, client, tokens.refresh_token!), 429, 'temporarily_unavailable');
    for (const headers of [
      { 'x-forwarded-for': '203.0.113.7' },
      { forwarded: 'for=203.0.113.7' },
      { 'x-real-ip': '203.0.113.7' },
    ])
      expectRefusal(await fail(client, headers), 429, 'temporarily_unavailable');
    expectRefusal(
      await post(url('/token', tight), { form: { grant_type: 'x', client_id: client.clientId } }),
      429,
      'temporarily_unavailable',
    );
    expect((await refresh(tight, other.client, other.tokens.refresh_token!)).status).toBe(200);
    const [event] = await events(tight, { type: 'token.request.throttled' });
    expect(event).toMatchObject({
      outcome: { result: 'throttled', reason_code: 'throttled_failures', http_status: 429 },
    });
    await sleep(LIMIT.blockSeconds * 1_000 + 500);
    expect((await refresh(tight, client, tokens.refresh_token!)).status).toBe(200);
    expect(await mcpStatus(tight, tokens.access_token)).toBe(200);
  });

  it('do not include those that succeed', async () => {
    const { client } = await connectIn(tight, browser);
    const { tokens } = await connectIn(tight, browser, { client });
    let current = tokens;
    for (let index = 0; index < 9; index++) await fail(client);
    for (let index = 0; index < 12; index++)
      current = tokensOf(await refresh(tight, client, current.refresh_token!));
    expectRefusal(await fail(client), 400, 'invalid_grant');
    expectRefusal(await fail(client), 429, 'temporarily_unavailable');
  });

  it('count for the client however its id is written', async () => {
    const client = await registerClient(tight, {
      redirect_uris: ['https://c.test/cb'],
      token_endpoint_auth_method: 'client_secret_basic',
    });
    // Every letter may be written as itself or as an escape (RFC 6749 §2.3.1).
    const spelt = (index: number): string =>
      [...client.clientId]
        .map((letter, at) => (at === index ? `%${letter.charCodeAt(0).toString(16)}` : letter))
        .join('');
    const guess = (id: string): Promise<HttpResponse> =>
      post(url('/oauth2/token', tight), {
        form: { grant_type: 'refresh_token', refresh_token: 'x' },
        headers: { authorization: `Basic ${Buffer.from(`${id}:guess`).toString('base64')}` },
      });
    for (let index = 0; index < 10; index++) expectRefusal(await guess(spelt(index)), 401, 'invalid_client');
    expectRefusal(await guess(spelt(11)), 429, 'temporarily_unavailable');
    const inBody = await post(url('/oauth2/token', tight), {
      form: { grant_type: 'refresh_token', client_id: client.clientId, client_secret: 'guess' },
    });
    expectRefusal(inBody, 429, 'temporarily_unavailable');
  });

  it('of all clients at one address have a backstop', async () => {
    const narrow = await startServer({
      config: { limits: { ...ROOMY, token: { ...ROOMY.token, address: { points: 5, seconds: 3 } } } },
    });
    const ask = (index: number) =>
      post(url(index % 2 ? '/token' : '/oauth2/token', narrow), {
        form: { grant_type: 'x', client_id: `c${index}` },
      });
    for (let index = 0; index < 5; index++) expect((await ask(index)).status).toBe(401);
    const refused = await ask(6);
    expectRefusal(refused, 429, 'temporarily_unavailable');
    await sleep(Number(refused.headers['retry-after']) * 1_000 + 300);
    expect((await ask(7)).status).toBe(401);
  });
});
