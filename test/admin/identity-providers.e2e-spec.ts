import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { adminCall, adminToken } from '../support/actors.js';
import { Canary } from '../support/canary.js';
import { FakeIdp } from '../support/fake-idp.js';
import { FakeOAuth2 } from '../support/fake-oauth2.js';
import { textOf } from '../support/html.js';
import { CookieJar, get, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { createDatabase } from '../support/postgres.js';
import { startServer, type TestServer } from '../support/server.js';
import { lastRejection, leave, leaveFor, signedInAs } from '../sso/sign-in.js';

const SECRET = 'a-secret-shared-with-the-provider';

interface Provider {
  id: string;
  source: string;
  enabled: boolean;
  settings: Record<string, unknown>;
  secrets: string[];
  redirect_uri?: string;
  claims?: Record<string, string>;
  problems: string[];
}
interface Step {
  step: string;
  ok: boolean | null;
  detail: string;
}
interface Trial {
  ok: boolean;
  steps: Step[];
  redirect_uri?: string;
}

const idp = new FakeIdp('gatehouse', SECRET);
const forge = new FakeOAuth2('gatehouse', SECRET);
let server: TestServer;
/** One that may not be pointed at its own machine, as in production. */
let strict: TestServer;
let canary: Canary;
let ids = 0;

const freshId = (): string => `made-${++ids}`;
const oidc = (more: object = {}) => ({
  kind: 'oidc',
  issuer: idp.issuer,
  clientId: 'gatehouse',
  clientSecret: SECRET,
  ...more,
});
const call = (method: string, path: string, json?: unknown, at = server) =>
  adminCall(at, method, `/identity-providers${path}`, json === undefined ? {} : { json });

/** Sets one up. */
async function make(settings: object = oidc(), id = freshId()): Promise<Provider> {
  const response = await call('POST', '', { id, settings });
  if (response.status !== 201) throw new Error(response.text);
  return response.json<Provider>();
}

const fields = (response: HttpResponse): [number, Record<string, string>] => [
  response.status,
  Object.fromEntries(
    (response.json<{ errors?: { field: string; message: string }[] }>().errors ?? []).map(
      ({ field, message }) => [field, message],
    ),
  ),
];

async function events(type: string, at = server) {
  const response = await adminCall(at, 'GET', `/audit/events?type=${type}&limit=50`);
  return response.json<{
    items: { targets: { type: string; id: string }[]; details: Record<string, unknown> }[];
  }>().items;
}

beforeAll(async () => {
  await Promise.all([idp.start(), forge.start()]);
  canary = await Canary.start({});
  const identityProviders = [{ id: 'filed', name: 'From the file', ...oidc() }];
  [server, strict] = await Promise.all([
    startServer({
      config: { identityProviders, policies: { outboundLoopback: true } },
      env: { GITLAB_CLIENT_ID: 'gitlab-id', GITLAB_CLIENT_SECRET: SECRET },
    }),
    startServer(),
  ]);
});
afterAll(async () => {
  canary.stop();
  await Promise.all([idp.stop(), forge.stop()]);
});
beforeEach(() => {
  idp.misbehaviour = {};
  idp.claims = { sub: `a-${ids}`, email: `a-${ids}@example.com`, email_verified: true };
  forge.misbehaviour = {};
});

describe('the providers of the admin API', () => {
  it('are those of the file and the environment, too, which can only be read', async () => {
    const { items } = (await call('GET', '')).json<{ items: Provider[] }>();
    expect(items.slice(0, 2)).toMatchObject([
      {
        id: 'filed',
        source: 'file',
        label: 'From the file',
        secrets: ['clientSecret'],
        redirect_uri: `${server.url}/sso/filed/callback`,
        claims: { subject: 'sub', email: 'email', email_verified: 'email_verified' },
        problems: [],
      },
      { id: 'gitlab', source: 'environment', settings: { issuer: 'https://gitlab.com' } },
    ]);
    for (const id of ['filed', 'gitlab']) {
      for (const [method, json] of [['PATCH', { settings: { name: 'Mine' } }], ['DELETE']] as const) {
        const refused = await call(method, `/${id}`, json);
        expect([refused.status, refused.json().detail]).toEqual([
          403,
          expect.stringContaining('The configuration of this server says'),
        ]);
      }
      expect(fields(await call('POST', '', { id, settings: oidc() }))).toEqual([
        400,
        { id: 'is the id of another provider' },
      ]);
    }
  });

  it('sign people in as soon as they are set up, and no more once they are off or gone', async () => {
    const { id, redirect_uri } = await make(oidc({ name: 'Made just now' }));
    expect(redirect_uri).toBe(`${server.url}/sso/${id}/callback`);
    const page = await get(`${server.base}/login`);
    expect(textOf(page.text)).toContain('Continue with Made just now');
    const jar = new CookieJar();
    const away = await leaveFor(server, jar, id);
    expect((await get(idp.answer(away), { cookies: jar })).headers.location).toBe('/account');
    expect(await signedInAs(server, jar)).toBe(idp.claims['email']);

    const late = new CookieJar();
    const under = idp.answer(await leaveFor(server, late, id));
    expect((await call('PATCH', `/${id}`, { settings: { enabled: false } })).status).toBe(200);
    expect((await leave(server, new CookieJar(), id)).status).toBe(404);
    expect((await get(under, { cookies: late })).status).toBe(404);
    expect(textOf((await get(`${server.base}/login`)).text)).not.toContain('Made just now');

    expect((await call('PATCH', `/${id}`, { settings: { enabled: true } })).status).toBe(200);
    expect((await leave(server, new CookieJar(), id)).status).toBe(302);
    expect((await call('DELETE', `/${id}`)).status).toBe(200);
    expect((await leave(server, new CookieJar(), id)).status).toBe(404);
    expect((await call('GET', `/${id}`)).status).toBe(404);
    // Whoever came in by it stays.
    expect(await signedInAs(server, jar)).toBe(idp.claims['email']);
  });

  it('of every kind and preset are set up as the file would', async () => {
    const { id } = await make(forge.settings);
    const jar = new CookieJar();
    forge.person = {
      id: 77,
      login: 'forger',
      emails: [{ email: 'forger@example.com', primary: true, verified: true }],
    };
    await get(forge.answer(await leaveFor(server, jar, id)), { cookies: jar });
    expect(await signedInAs(server, jar)).toBe('forger@example.com');
    const shown = (await call('GET', `/${id}`)).json<Provider>();
    expect(shown.settings).toMatchObject({ preset: 'github', kind: 'oauth2', scopes: expect.any(Array) });
    expect(shown.claims).toMatchObject({ subject: 'id', email: expect.stringContaining('/user/emails') });
  });

  it('never show a secret, wherever one looks', async () => {
    const { id, secrets } = await make(oidc({ clientSecret: 'very-secret-indeed' }));
    expect(secrets).toEqual(['clientSecret']);
    await call('PATCH', `/${id}`, { settings: { clientSecret: 'another-secret-value' } });
    const seen = await Promise.all([
      call('GET', ''),
      call('GET', `/${id}`),
      call('POST', `/${id}/test`),
      adminCall(server, 'GET', '/audit/events?limit=200'),
    ]);
    for (const { text } of seen) {
      expect(text).not.toContain('very-secret-indeed');
      expect(text).not.toContain('another-secret-value');
    }
    expect(server.output()).not.toContain('very-secret-indeed');
    const [changed] = await events('idp.provider.changed');
    expect(changed).toMatchObject({ details: { settings: { clientSecret: 'changed' } } });
  });

  it('are written down when they are made, changed and removed, with what was before', async () => {
    const { id } = await make(oidc({ domains: ['example.com'] }));
    await call('PATCH', `/${id}`, { settings: { domains: ['example.org'], name: 'Other' } });
    await call('DELETE', `/${id}?reason=moved`);
    const about = async (type: string) =>
      (await events(type)).find(({ targets }) => targets.some((target) => target.id === id));
    expect(await about('idp.provider.created')).toMatchObject({
      targets: [{ type: 'identity_provider', id }],
      details: { kind: 'oidc', settings: { issuer: { before: null, after: idp.issuer } } },
    });
    expect((await about('idp.provider.changed'))!.details['settings']).toEqual({
      domains: { before: ['example.com'], after: ['example.org'] },
      name: { before: null, after: 'Other' },
    });
    expect(await about('idp.provider.deleted')).toMatchObject({ details: { reason: 'moved' } });
  });

  it('are changed only by who has read them last, where they ask for that', async () => {
    const { id } = await make();
    const { etag } = (await call('GET', `/${id}`)).headers;
    const patch = (ifMatch: string) =>
      adminCall(server, 'PATCH', `/identity-providers/${id}`, {
        json: { settings: { name: 'N' } },
        headers: { 'if-match': ifMatch },
      });
    expect((await patch('"another"')).status).toBe(412);
    const changed = await patch(etag!);
    expect([changed.status, changed.headers.etag !== etag]).toEqual([200, true]);
    expect((await patch(etag!)).status).toBe(412);
    const unchanged = await patch(changed.headers.etag!);
    expect(unchanged.headers.etag).toBe(changed.headers.etag);
  });

  it('lose what is taken away, and keep what is not spoken of', async () => {
    const { id } = await make(oidc({ name: 'Name', domains: ['example.com'] }));
    const { settings } = (await call('PATCH', `/${id}`, { settings: { name: null } })).json<Provider>();
    expect(settings).toMatchObject({ domains: ['example.com'], issuer: idp.issuer });
    expect(settings).not.toHaveProperty('name');
    expect((await call('PATCH', `/${id}`, {})).status).toBe(200);
  });

  it('never give a secret to somebody it was not given for', async () => {
    const { id } = await make();
    const elsewhere = { issuer: canary.url };
    expect(fields(await call('PATCH', `/${id}`, { settings: elsewhere }))).toEqual([
      400,
      { 'settings.clientSecret': 'must be given again, because it would go somewhere else' },
    ]);
    const withSecret = { settings: { ...elsewhere, clientSecret: 'another' } };
    expect((await call('PATCH', `/${id}`, withSecret)).status).toBe(200);
  });

  it('are one where two were asked for at once', async () => {
    const id = freshId();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => call('POST', '', { id, settings: oidc() })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(400)]);
  });
});

describe('settings that cannot be used', () => {
  it.each<[string, object, Record<string, string>]>([
    ['no kind', { kind: undefined }, { 'settings.kind': expect.stringContaining('must be one of') as never }],
    ['an unknown one', { colour: 'red' }, { 'settings.colour': 'is not a known setting' }],
    ['an id', { id: 'x' }, { 'settings.id': 'is not among the settings' }],
    [
      'a reference to the environment',
      { clientSecret: { env: 'ENCRYPTION_KEYS' } },
      { 'settings.clientSecret': expect.any(String) as never },
    ],
    ['a domain that is none', { domains: ['@x'] }, { 'settings.domains': expect.any(String) as never }],
    [
      'a parameter that is ours',
      { authorizationParameters: { redirect_uri: 'https://evil.test' } },
      { settings: expect.stringContaining('must not have redirect_uri') as never },
    ],
  ])('with %s are refused, and it is said why', async (_what, more, expected) => {
    const refused = await call('POST', '', { id: freshId(), settings: { ...oidc(), ...more } });
    expect(fields(refused)).toEqual([400, expect.objectContaining(expected)]);
  });

  it.each<[string, unknown]>([
    ['a NUL', { ...oidc(), name: 'a\0b' }],
    ['half a character', { ...oidc(), name: '\ud800' }],
    ['a prototype', JSON.parse('{"__proto__":{"enabled":false},"kind":"oidc"}')],
    ['a constructor', { ...oidc(), constructor: { name: 'x' } }],
    [
      'a deep value',
      { ...oidc(), authorizationParameters: { a: { b: { c: { d: { e: { f: { g: 1 } } } } } } } },
    ],
    ['six thousand values', { ...oidc(), domains: Array.from({ length: 6_000 }, () => 'a') }],
    ['a list', [oidc()]],
    ['nothing', null],
    ['a text', 'settings'],
  ])('with %s are a clear refusal', async (_what, settings) => {
    const refused = await call('POST', '', { id: freshId(), settings });
    expect([refused.status, refused.json().code]).toEqual([400, 'invalid_request']);
  });

  it.each(['Corporate', 'a/b', '../x', '', 'x'.repeat(64), '%00', '-a'])(
    'under the id %j are refused',
    async (id) => {
      expect((await call('POST', '', { id, settings: oidc() })).status).toBe(400);
    },
  );

  it('that make a provider somebody else are refused', async () => {
    const refused = await call('POST', '', {
      id: freshId(),
      settings: { ...forge.settings, issuer: idp.issuer },
    });
    expect(fields(refused)).toEqual([
      400,
      { settings: expect.stringContaining('has the issuer of filed, but its people are not the same') },
    ]);
  });
});

describe('a server that may not be pointed inside', () => {
  const INSIDE = [
    'http://127.0.0.1:1/',
    'https://127.0.0.1:1',
    'https://[::1]',
    'https://[::ffff:127.0.0.1]',
    'https://localhost',
    'https://a.localhost',
    'https://10.0.0.1',
    'https://192.168.1.1',
    'https://169.254.169.254',
    'https://[fd00::1]',
    'https://0.0.0.0',
    'https://2130706433',
    'https://user:password@example.com',
  ];

  it.each(INSIDE)('takes no issuer %s', async (issuer) => {
    const settings = { ...oidc(), issuer };
    const refused = await call('POST', '', { id: freshId(), settings }, strict);
    expect(refused.status).toBe(400);
    const tried = await call('POST', '/test', { id: freshId(), settings }, strict);
    expect(tried.json<Trial>()).toMatchObject({ ok: false, steps: [{ step: 'configuration', ok: false }] });
  });

  it('takes no endpoint that is inside, either', async () => {
    const settings = {
      kind: 'oauth2',
      issuer: 'https://forge.example.com',
      authorizationEndpoint: 'https://forge.example.com/authorize',
      tokenEndpoint: canary.url,
      userInfoEndpoint: 'https://10.0.0.1/me',
      mapping: { subject: 'id' },
      clientId: 'gatehouse',
      clientSecret: SECRET,
    };
    const [status, errors] = fields(await call('POST', '', { id: freshId(), settings }, strict));
    expect(status).toBe(400);
    expect(Object.keys(errors).length).toBeGreaterThan(0);
    expect(canary.hits).toEqual([]);
  });

  it('asks nothing of a name that leads inside', async () => {
    // RFC 6761: resolvers answer names below localhost with this machine; a public name could, too.
    const settings = oidc({ issuer: 'https://localtest.me:1' });
    const { steps } = (await call('POST', '/test', { id: freshId(), settings }, strict)).json<Trial>();
    expect(steps.find(({ step }) => step === 'discovery')!.ok).toBe(false);
    expect(canary.hits).toEqual([]);
  });
});

describe('a discovery document that an admin’s issuer has', () => {
  it.each<[string, object, string]>([
    ['points its token endpoint elsewhere inside', { token_endpoint: 'https://10.0.0.1/token' }, 'endpoints'],
    ['points its keys at a plain address', { jwks_uri: 'http://example.com/keys' }, 'endpoints'],
    ['sends browsers into a script', { authorization_endpoint: 'javascript:alert(1)' }, 'endpoints'],
    ['is about somebody else', { issuer: 'https://evil.test' }, 'issuer'],
    ['names no keys', { jwks_uri: undefined }, 'endpoints'],
  ])('that %s lets nobody in, and the trial says so', async (_what, discovery, failing) => {
    idp.misbehaviour = { discovery: discovery as never };
    const { id } = await make();
    const { ok, steps } = (await call('POST', `/${id}/test`)).json<Trial>();
    expect(ok).toBe(false);
    expect(steps.at(-1)).toMatchObject({ step: failing, ok: false });
    const asked = idp.secretsGiven.length;
    expect((await leave(server, new CookieJar(), id)).status).toBe(503);
    // Nobody is given a secret on the way to find that out.
    expect(idp.secretsGiven.length).toBe(asked);
  });

  it('that redirects is not followed', async () => {
    idp.misbehaviour = {
      status: { path: '/.well-known/openid-configuration', status: 302, body: canary.url },
    };
    const { id } = await make();
    expect((await call('POST', `/${id}/test`)).json<Trial>().ok).toBe(false);
    expect((await leave(server, new CookieJar(), id)).status).toBe(503);
    expect((await lastRejection(server))!.details).toMatchObject({ provider: id, code: 'discovery_failed' });
    expect(canary.hits).toEqual([]);
  });

  it('that is endless is not read to its end', async () => {
    idp.misbehaviour = { discovery: { filler: 'x'.repeat(2 * 1024 * 1024) } };
    const { steps } = (await call('POST', '/test', { id: freshId(), settings: oidc() })).json<Trial>();
    expect(steps.at(-1)).toEqual({
      step: 'discovery',
      ok: false,
      detail: 'The discovery document: its answer is too large',
    });
  });
});

describe('a trial', () => {
  const trialOf = async (settings: object): Promise<Trial> =>
    (await call('POST', '/test', { id: 'tried', settings })).json<Trial>();
  const okOf = ({ steps }: Trial) => Object.fromEntries(steps.map(({ step, ok }) => [step, ok]));

  it('of an OpenID provider tries everything up to the secret, and saves nothing', async () => {
    const trial = await trialOf(oidc());
    expect(okOf(trial)).toEqual({
      configuration: true,
      redirect_uri: true,
      discovery: true,
      issuer: true,
      endpoints: true,
      key_set: true,
      signing_keys: true,
      pkce: true,
      client_authentication: true,
    });
    expect(trial).toMatchObject({ ok: true, redirect_uri: `${server.url}/sso/tried/callback` });
    expect(trial.steps.find(({ step }) => step === 'redirect_uri')!.detail).toContain(
      `${server.url}/sso/tried/callback`,
    );
    expect((await call('GET', '/tried')).status).toBe(404);
    expect((await leave(server, new CookieJar(), 'tried')).status).toBe(404);
  });

  it('tells a wrong secret from a right one, though no code is good', async () => {
    expect(okOf(await trialOf(forge.settings))['client_authentication']).toBe(true);
    const wrong = await trialOf({ ...forge.settings, clientSecret: 'wrong' });
    expect([wrong.ok, okOf(wrong)['client_authentication']]).toEqual([false, false]);
    forge.misbehaviour = {
      status: { path: '/login/oauth/access_token', status: 400, body: '{"error":"invalid_request"}' },
    };
    const unclear = await trialOf(forge.settings);
    expect([unclear.ok, okOf(unclear)['client_authentication']]).toEqual([true, null]);
    forge.misbehaviour = {
      status: {
        path: '/login/oauth/access_token',
        status: 200,
        body: '{"access_token":"x","token_type":"bearer"}',
      },
    };
    expect(okOf(await trialOf(forge.settings))['client_authentication']).toBe(false);
  });

  it('sees a user info endpoint that tells everybody', async () => {
    expect(okOf(await trialOf(forge.settings))['user_info_guarded']).toBe(true);
    forge.misbehaviour = { status: { path: '/user', status: 200, body: '{"id":1}' } };
    expect(okOf(await trialOf(forge.settings))['user_info_guarded']).toBe(false);
  });

  it('of a provider that is away says so at the first step that needs it', async () => {
    const trial = await trialOf(oidc({ issuer: 'http://127.0.0.1:1' }));
    expect(trial.steps.at(-1)).toEqual({
      step: 'discovery',
      ok: false,
      detail: 'The discovery document: nothing answers there',
    });
  });

  it('of keys that sign nothing says so', async () => {
    idp.misbehaviour = {
      status: { path: '/jwks', status: 200, body: '{"keys":[{"kty":"oct","k":"AAAA"},7,null]}' },
    };
    const trial = await trialOf(oidc());
    expect([okOf(trial)['key_set'], okOf(trial)['signing_keys']]).toEqual([true, false]);
  });

  it('of settings that cannot be used says which', async () => {
    expect((await trialOf({ kind: 'oidc' })).steps.map(({ detail }) => detail)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^settings\.issuer must be/)]),
    );
  });

  it('of a configured provider is the same', async () => {
    expect((await call('POST', '/filed/test')).json<Trial>().ok).toBe(true);
    expect((await call('POST', '/nobody/test')).status).toBe(404);
  });

  it('repeats nothing that the other side said', async () => {
    const body = JSON.stringify({ error: '<script>alert(1)</script>', error_description: 'leak' });
    forge.misbehaviour = { status: { path: '/login/oauth/access_token', status: 400, body } };
    const { steps } = await trialOf(forge.settings);
    expect(JSON.stringify(steps)).not.toContain('script');
  });
});

describe('who may set providers up', () => {
  it('is not who may only read the settings, nor who administers everything else', async () => {
    for (const [scope, read] of [
      ['admin:settings:read', 200],
      ['admin:clients admin:users admin:grants admin:keys admin:audit', 403],
    ] as const) {
      const token = await adminToken(server, scope);
      const statuses = await Promise.all([
        adminCall(server, 'GET', '/identity-providers', { token }),
        adminCall(server, 'POST', '/identity-providers', { token, json: { id: 'x', settings: oidc() } }),
        adminCall(server, 'POST', '/identity-providers/filed/test', { token }),
        adminCall(server, 'POST', '/identity-providers/test', { token, json: { id: 'x', settings: oidc() } }),
      ]);
      expect(statuses.map(({ status }) => status)).toEqual([read, 403, 403, 403]);
    }
  });
});

describe('a server that starts again', () => {
  it('still has what was set up, and lets the file take an id over', async () => {
    await make(oidc({ name: 'Kept' }), 'kept');
    await server.restart();
    expect(textOf((await get(`${server.base}/login`)).text)).toContain('Continue with Kept');
    expect((await leave(server, new CookieJar(), 'kept')).status).toBe(302);
  });
});

describeOnPostgres('two replicas', () => {
  it('have the same providers within two seconds', async () => {
    const options = {
      database: await createDatabase(),
      config: { policies: { outboundLoopback: true } },
    };
    const first = await startServer(options);
    const second = await startServer({ ...options, env: { PUBLIC_URL: first.url } });
    const shown = async () => textOf((await get(`${second.origin}/login`)).text).includes('Everywhere');
    const within = async (wanted: boolean) => {
      const deadline = performance.now() + 2_000;
      while ((await shown()) !== wanted) if (performance.now() > deadline) return false;
      return true;
    };
    expect(await shown()).toBe(false);
    const body = { id: 'everywhere', settings: oidc({ name: 'Everywhere' }) };
    expect((await call('POST', '', body, first)).status).toBe(201);
    expect(await within(true)).toBe(true);
    expect((await call('DELETE', '/everywhere', undefined, first)).status).toBe(200);
    expect(await within(false)).toBe(true);
    const [row] = await first.sql<{ n: number }>('SELECT count(*)::int AS n FROM identity_providers');
    expect(row!.n).toBe(0);
  });

  it('seal secrets anew when the keys have changed', async () => {
    const [one, two] = [1, 2].map((version) => `${version}:${randomBytes(32).toString('base64')}`);
    const options = { database: await createDatabase(), config: { policies: { outboundLoopback: true } } };
    const first = await startServer({ ...options, env: { ENCRYPTION_KEYS: one! } });
    expect((await call('POST', '', { id: 'sealed', settings: oidc() }, first)).status).toBe(201);
    await first.stop();
    const second = await startServer({ ...options, env: { ENCRYPTION_KEYS: `${one},${two}` } });
    expect((await leave(second, new CookieJar(), 'sealed')).status).toBe(302);
    const [row] = await second.sql<{ secrets: Buffer }>('SELECT secrets FROM identity_providers');
    expect(row!.secrets.readUInt32BE(0)).toBe(2);
  });

  it('keep the secret sealed', async () => {
    const { id } = await make(oidc({ clientSecret: 'sealed-at-rest-please' }));
    const [row] = await server.sql<{ settings: object; secrets: Buffer }>(
      'SELECT settings, secrets FROM identity_providers WHERE id = $1',
      [id],
    );
    expect(JSON.stringify(row!.settings)).not.toContain('sealed-at-rest-please');
    expect(row!.secrets.toString('latin1')).not.toContain('sealed-at-rest-please');
  });
});
