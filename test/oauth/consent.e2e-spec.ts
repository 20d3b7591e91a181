import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  attemptAuthorize,
  authorize,
  connect,
  registerClient,
  signIn,
  submitForm,
  tokensOf,
  exchange,
  type TestClient,
} from '../support/actors.js';
import { formOf, linksOf, textOf, type HtmlForm } from '../support/html.js';
import { CookieJar, get, post, request, type HttpResponse, type RequestOptions } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator, authorizeQuery, events, INSIDE, ROOMY, signedIn, webClient } from './harness.js';
import { SecondPeople } from './second-person.js';

let server: TestServer;
let jar: CookieJar;
const people = new SecondPeople();

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY, identityProviders: await people.start() } });
  jar = await signedIn(server);
});
afterAll(() => people.stop());

interface Asked {
  client: TestClient;
  page: HttpResponse;
  form: HtmlForm;
  browser: CookieJar;
}

/** The consent page for an authorization request of a new client. */
async function asked(
  over: Record<string, string | null> = {},
  browser = jar,
  given?: TestClient,
): Promise<Asked> {
  const client = given ?? (await webClient(server));
  const sent = await get(`${server.base}/oauth2/authorize?${authorizeQuery(server, client, over)}`, {
    cookies: browser,
  });
  const page = await get(new URL(sent.headers.location!, server.base), { cookies: browser });
  return { client, page, form: formOf(page.text, '/consent'), browser };
}

const fields = ({ form }: Asked, over: Record<string, string | null> = {}): [string, string][] =>
  Object.entries({ ...form.hidden, decision: 'approve', ...over }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );

const decide = (about: Asked, over: Record<string, string | null> = {}, options: RequestOptions = {}) =>
  post(`${server.base}/consent`, {
    cookies: about.browser,
    form: fields(about, over),
    ...options,
    headers: { origin: server.url, ...options.headers },
  });

/** Nothing was allowed: the client has to ask again. */
async function expectNothingAllowed({ client, browser }: Asked): Promise<void> {
  const query = authorizeQuery(server, client, { prompt: 'none' });
  const answer = await get(`${server.base}/oauth2/authorize?${query}`, { cookies: browser });
  expect(answer.location?.searchParams.get('error')).toBe('consent_required');
  expect(await events(server, { type: 'consent.granted', client_id: client.clientId })).toEqual([]);
  if (server.databaseUrl) {
    const rows = await server.sql('SELECT 1 FROM grants WHERE client_id = $1', [client.clientId]);
    expect(rows).toEqual([]);
  }
}

function expectRefused(response: HttpResponse, status: number): void {
  expect(response.status).toBe(status);
  expect(response.headers.location).toBeUndefined();
  expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(response.headers['cache-control']).toBe('no-store');
  expect(response.text).not.toMatch(INSIDE);
}

describe('the decision', () => {
  it('to approve gives a code and is recorded', async () => {
    const about = await asked({ state: 'a/b+c' });
    const answer = await decide(about);
    expect([answer.status, answer.location?.origin]).toEqual([303, 'https://app.example']);
    expect(answer.location!.searchParams.get('code')).toMatch(/^gh_ac_/);
    expect(answer.location!.searchParams.get('state')).toBe('a/b+c');
    expect(answer.location!.searchParams.get('iss')).toBe(server.url);
    const [event] = await events(server, { type: 'consent.granted', client_id: about.client.clientId });
    expect(event).toMatchObject({ actor: { type: 'user' }, outcome: { result: 'allowed' } });
  });

  it('to deny says access_denied, gives nothing and is recorded', async () => {
    const about = await asked({ state: 'a/b+c' });
    const answer = await decide(about, { decision: 'deny' });
    expect(Object.fromEntries(answer.location!.searchParams)).toMatchObject({
      error: 'access_denied',
      state: 'a/b+c',
      iss: server.url,
    });
    expect(answer.location!.searchParams.has('code')).toBe(false);
    await expectNothingAllowed(about);
    const [event] = await events(server, { type: 'consent.denied', client_id: about.client.clientId });
    expect(event!.outcome).toMatchObject({ result: 'denied', reason_code: 'denied_by_person' });
  });

  it('that is neither is refused', async () => {
    for (const decision of [null, '', 'yes', 'APPROVE', 'approve deny']) {
      const about = await asked();
      expectRefused(await decide(about, { decision }), 400);
      await expectNothingAllowed(about);
    }
    const about = await asked();
    const both = [...fields(about), ['decision', 'deny']] as [string, string][];
    expectRefused(
      await post(`${server.base}/consent`, { cookies: jar, form: both, headers: { origin: server.url } }),
      400,
    );
    await expectNothingAllowed(about);
  });
});

describe('a decision that is not the person’s', () => {
  const refusals: Record<string, (about: Asked) => Promise<HttpResponse>> = {
    'without a token': (about) => decide(about, { csrf: null }),
    'with an empty token': (about) => decide(about, { csrf: '' }),
    'with a token that is wrong by one character': (about) =>
      decide(about, {
        csrf: about.form.hidden['csrf']!.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
      }),
    'with the token of the sign-in page': async (about) => {
      const login = await get(`${server.base}/login`, { cookies: jar });
      return decide(about, { csrf: formOf(login.text, '/login').hidden['csrf']! });
    },
    'with the token of the account page': async (about) => {
      const account = await get(`${server.base}/account`, { cookies: jar });
      return decide(about, { csrf: formOf(account.text, '/logout').hidden['csrf']! });
    },
    'with the token of another interaction': async (about) => {
      const other = await asked();
      return decide(about, { csrf: other.form.hidden['csrf']! });
    },
    'with the token of the same request but another state': async (about) => {
      const other = await asked({ state: 's-2' }, jar, about.client);
      return decide(about, { csrf: other.form.hidden['csrf']! });
    },
    'with the token of another browser of the same person': async (about) => {
      const other = await asked({}, await signedIn(server), about.client);
      return decide(about, { csrf: other.form.hidden['csrf']! });
    },
    'with the token of another person': async (about) => {
      const other = await asked({}, await people.signIn(server, 'mallory'), about.client);
      return decide(about, { csrf: other.form.hidden['csrf']! });
    },
    'with the page of an earlier session in this browser': async (about) => {
      const later = about.browser.copy();
      await signIn(server, later);
      const answer = await decide({ ...about, browser: later });
      jar = await signedIn(server);
      about.browser = jar;
      return answer;
    },
    'from a foreign origin': (about) => decide(about, {}, { headers: { origin: 'https://evil.test' } }),
    'from a sibling origin': (about) =>
      decide(about, {}, { headers: { origin: server.url.replace('localhost', 'x.localhost') } }),
    'from the same host and another port': (about) =>
      decide(about, {}, { headers: { origin: 'http://localhost:1' } }),
    'from an opaque origin': (about) => decide(about, {}, { headers: { origin: 'null' } }),
    'that the browser calls cross-site': (about) =>
      decide(about, {}, { headers: { 'sec-fetch-site': 'cross-site' } }),
    'that the browser calls same-site': (about) =>
      decide(about, {}, { headers: { 'sec-fetch-site': 'same-site' } }),
    'without the cookie that the page was bound to': (about) => {
      const bare = new CookieJar();
      bare.set('gatehouse_session', about.browser.get('gatehouse_session')!);
      return post(`${server.base}/consent`, {
        cookies: bare,
        form: fields(about),
        headers: { origin: server.url },
      });
    },
  };
  for (const [what, attempt] of Object.entries(refusals)) {
    it(`${what} is refused with 403, changes nothing and is audited`, async () => {
      const about = await asked();
      const before = (await events(server, { type: 'http.request.handled', outcome: 'denied' })).length;
      expectRefused(await attempt(about), 403);
      await expectNothingAllowed(about);
      const after = await events(server, { type: 'http.request.handled', outcome: 'denied' });
      expect(after.length).toBeGreaterThan(before);
      expect(after[0]!.outcome).toMatchObject({ reason_code: 'csrf', http_status: 403 });
      expect((await decide(await asked({}, about.browser, about.client))).status).toBe(303);
    });
  }

  it('as a GET or HEAD approves nothing, whatever the query says', async () => {
    const about = await asked();
    const query = new URLSearchParams(fields(about)).toString();
    for (const [method, status] of [
      ['GET', 400],
      ['HEAD', 405],
    ] as const) {
      const answer = await request(method, `${server.base}/consent?${query}`, { cookies: jar });
      expect(answer.status).toBe(status);
    }
    const { csrf = '', request: asking = '' } = about.form.hidden;
    const both = `${asking}&${new URLSearchParams({ csrf, decision: 'approve' }).toString()}`;
    const page = await get(`${server.base}/consent?${both}`, { cookies: jar });
    expect([page.status, page.headers.location]).toEqual([200, undefined]);
    await expectNothingAllowed(about);
  });

  it('as JSON, as text or in the query approves nothing', async () => {
    const about = await asked();
    const url = `${server.base}/consent`;
    const headers = { origin: server.url };
    const object = Object.fromEntries(fields(about));
    const encoded = new URLSearchParams(fields(about)).toString();
    for (const options of [
      { body: JSON.stringify(object), headers: { ...headers, 'content-type': 'text/plain' } },
      { body: encoded, headers: { ...headers, 'content-type': 'text/plain' } },
      { headers },
    ] as RequestOptions[]) {
      const answer = await post(options.body ? url : `${url}?${encoded}`, { cookies: jar, ...options });
      expect([400, 403, 415]).toContain(answer.status);
      expect(answer.headers.location).toBeUndefined();
    }
    await expectNothingAllowed(about);
  });
});

describe('the hidden request', () => {
  it('that was changed is not covered by the token', async () => {
    const about = await asked({ scope: 'mcp:tools:read' });
    const { request: original } = about.form.hidden;
    for (const changed of [
      original!.replace('mcp%3Atools%3Aread', 'mcp%3Atools%3Aexecute'),
      original!.replace('app.example', 'evil.example'),
      original!.replace('response_type=code', 'response_type=token'),
      `${original!}&scope=mcp%3Atools%3Aexecute`,
      '',
    ]) {
      expect(changed).not.toBe(original);
      const answer = await decide(about, { request: changed });
      expectRefused(answer, 403);
    }
    await expectNothingAllowed(about);
  });

  it('is checked again as a whole: a page for a wrong redirect URI cannot be had at all', async () => {
    const client = await webClient(server);
    for (const over of [{ redirect_uri: 'https://evil.example/cb' }, { client_id: 'nobody' }]) {
      const page = await get(`${server.base}/consent?${authorizeQuery(server, client, over)}`, {
        cookies: jar,
      });
      expectRefused(page, 400);
      expect(page.text).not.toContain('<form');
    }
    for (const over of [{ response_type: 'token' }, { code_challenge: null }, { scope: 'admin:users' }]) {
      const page = await get(`${server.base}/consent?${authorizeQuery(server, client, over)}`, {
        cookies: jar,
      });
      expect([page.status, page.location?.searchParams.has('error')]).toEqual([303, true]);
    }
  });

  it('of a client that was suspended meanwhile gives nothing', async () => {
    const about = await asked();
    await asOperator(server, 'POST', `/clients/${about.client.clientId}/suspend`);
    expectRefused(await decide(about), 400);
  });

  it('of a person who signed out meanwhile gives nothing', async () => {
    const browser = await signedIn(server);
    const about = await asked({}, browser);
    const session = browser.get('gatehouse_session')!;
    const account = await get(`${server.base}/account`, { cookies: browser });
    await submitForm(server, account, formOf(account.text, '/logout'), { cookies: browser });
    browser.set('gatehouse_session', session);
    const answer = await decide(about);
    expect(answer.status).toBe(303);
    expect(answer.location!.pathname).toBe('/login');
    expect(await events(server, { type: 'consent.granted', client_id: about.client.clientId })).toEqual([]);
  });
});

describe('consent that was given before', () => {
  const pages = async (client: TestClient, options = {}): Promise<string[]> =>
    (await attemptAuthorize(server, client, { jar, ...options })).pages;

  it('is remembered at https, for the same or less', async () => {
    const client = await webClient(server);
    expect(await pages(client, { scope: 'mcp:tools:execute' })).toEqual(['/consent']);
    expect(await pages(client, { scope: 'mcp:tools:execute' })).toEqual([]);
    expect(await pages(client, { scope: 'mcp:tools:read' })).toEqual([]);
    expect(await pages(client, { scope: 'mcp:tools:execute' })).toEqual([]);
  });

  it('gives no code to a look', async () => {
    const client = await webClient(server);
    expect(await pages(client)).toEqual(['/consent']);
    const url = `${server.base}/consent?${authorizeQuery(server, client)}`;
    const look = await request('HEAD', url, { cookies: jar });
    expect([look.status, look.headers.allow, look.headers.location]).toEqual([405, 'GET, POST', undefined]);
    expect((await get(url, { cookies: jar })).headers.location).toMatch(/[?&]code=/);
  });

  it('is asked with one click on loopback and at a private-use scheme, because those prove nothing', async () => {
    for (const redirect of ['http://127.0.0.1/cb', 'cursor://anysphere.cursor-mcp/oauth/callback']) {
      const client = await registerClient(server, { redirect_uris: [redirect] });
      expect(await pages(client)).toEqual(['/consent']);
      expect(await pages(client)).toEqual(['/consent']);
      const { page, form } = await asked({}, jar, client);
      expect(textOf(page.text)).toMatch(/before/i);
      expect(form.buttons.find(({ value }) => value === 'approve')!.text).toMatch(/continue/i);
    }
  });

  it('is asked again for more, and the page marks what is new', async () => {
    const client = await webClient(server);
    await authorize(server, client, { jar, scope: 'mcp:tools:read' });
    const { page } = await asked({ scope: 'mcp:tools:read mcp:tools:execute' }, jar, client);
    expect(page.text.match(/class="badge accent"/g)).toHaveLength(1);
    expect(await pages(client, { scope: 'mcp:tools:read mcp:tools:execute' })).toEqual(['/consent']);
    expect(await pages(client, { scope: 'mcp:tools:read mcp:tools:execute' })).toEqual([]);
    // To refuse more does not take back what was allowed.
    expect(await pages(client, { scope: 'email mcp:tools:read', decision: 'deny' })).toEqual(['/consent']);
    expect(await pages(client, { scope: 'mcp:tools:read' })).toEqual([]);
  });

  it('is not for another resource, another redirect URI, another client or another person', async () => {
    const client = await registerClient(server, {
      redirect_uris: ['https://app.example/cb', 'https://app.example/other'],
    });
    await asOperator(server, 'POST', `/clients/${client.clientId}/approve`);
    expect(await pages(client, { scope: 'openid' })).toEqual(['/consent']);
    expect(await pages(client, { scope: 'openid' })).toEqual([]);
    expect(await pages(client, { scope: 'openid', resource: `${server.url}/admin` })).toEqual(['/consent']);
    expect(await pages(client, { scope: 'openid', redirectUri: 'https://app.example/other' })).toEqual([
      '/consent',
    ]);
    const twin = await registerClient(server, { redirect_uris: ['https://app.example/cb'] });
    expect(await pages(twin, { scope: 'openid' })).toEqual(['/consent']);
  });

  it('is forgotten when the access is ended', async () => {
    const client = await webClient(server);
    const { tokens } = await connect(server, { client, jar });
    expect(await pages(client)).toEqual([]);
    await post(`${server.base}/oauth2/revoke`, {
      form: { token: tokens.refresh_token!, client_id: client.clientId },
    });
    expect(await pages(client)).toEqual(['/consent']);
  });

  it('is not asked for a first-party client, and no registration can make itself one', async () => {
    const firstParty = await startServer({
      config: {
        limits: ROOMY,
        clients: [
          { clientId: 'desk', name: 'Desk', redirectUris: ['https://desk.example/cb'], skipConsent: true },
        ],
      },
    });
    const browser = await signedIn(firstParty);
    const desk = {
      clientId: 'desk',
      authMethod: 'none',
      redirectUri: 'https://desk.example/cb',
      registration: {},
    };
    const outcome = await authorize(firstParty, desk, { jar: browser });
    expect(outcome.pages).toEqual([]);
    expect(tokensOf(await exchange(firstParty, desk, outcome.code, outcome.verifier)).scope).toBe(
      'mcp:tools:read',
    );
    expect(
      (await authorize(firstParty, desk, { jar: browser, extra: { prompt: 'consent' } })).pages.length,
    ).toBeLessThanOrEqual(1);
    for (const name of ['skip_consent', 'skipConsent', 'trust_state', 'trustState', 'first_party']) {
      const client = await webClient(firstParty, { [name]: name.startsWith('trust') ? 'approved' : true });
      expect((await authorize(firstParty, client, { jar: browser })).pages).toEqual(['/consent']);
    }
  });
});

describe('the page', () => {
  it('says who asks, for what, where the answer goes and as whom', async () => {
    const { page, client } = await asked({ scope: 'mcp:tools:execute email' });
    const text = textOf(page.text);
    for (const part of ['Test client', client.clientId, 'app.example', 'admin@example.com', 'Not verified'])
      expect(text.toLowerCase()).toContain(part.toLowerCase());
    expect(text).toContain('Add, change and delete things for you');
    expect(text).toContain('See your email address');
    expect(text).not.toContain('Read your notes and look things up for you. Add');
    expect(linksOf(page.text).some((href) => href.startsWith('/login?return_to='))).toBe(true);
    expect(text).not.toMatch(/this computer/i);
  });

  it('warns about a program on this computer and names the port', async () => {
    const client = await registerClient(server, { redirect_uris: ['http://127.0.0.1/cb'] });
    const { page } = await asked({ redirect_uri: 'http://127.0.0.1:5999/cb' }, jar, client);
    expect(textOf(page.text)).toContain('127.0.0.1:5999');
    expect(page.text).toContain('class="note warning"');
    const web = await asked();
    expect(web.page.text).not.toContain('class="note warning"');
  });

  it('shows hostile names as text, without control or bidi characters and cut to size', async () => {
    const names = [
      '"><img src=x onerror=alert(1)>',
      '<script>alert(1)</script>',
      'Google\u202eytiruceS',
      'Zero\u200bWidth\u2066x\u2069',
      '{{7777*7777}}<%= 1 %>${1}',
      "'; DROP TABLE clients; --",
      '&lt;b&gt;',
      'W'.repeat(200),
    ];
    for (const client_name of names) {
      const client = await webClient(server, { client_name });
      const { page } = await asked({}, jar, client);
      expect(page.status).toBe(200);
      expect(page.text).not.toMatch(/<img|<script|onerror=[^&]*>|[\u202e\u200b\u2066\u2069]/);
      expect(page.text).not.toContain('60481729');
      expect(page.text).not.toContain('W'.repeat(150));
      expect(page.text).toContain('Not verified');
    }
    const script = await webClient(server, { client_name: '<script>alert(1)</script>' });
    expect(textOf((await asked({}, jar, script)).page.text)).toContain('<script>alert(1)</script>');
  });

  it('is verified only when an operator approved it and its redirect proves who it is', async () => {
    const web = await webClient(server);
    const native = await registerClient(server, { redirect_uris: ['http://127.0.0.1/cb'] });
    expect(textOf((await asked({}, jar, web)).page.text)).toContain('Not verified');
    for (const { clientId } of [web, native])
      await asOperator(server, 'POST', `/clients/${clientId}/approve`);
    expect(textOf((await asked({}, jar, web)).page.text)).not.toContain('Not verified');
    expect(textOf((await asked({}, jar, native)).page.text)).toContain('Not verified');
  });

  it('is never framed, cached or given away by a referrer', async () => {
    const about = await asked();
    const refused = await decide(about, { csrf: null });
    for (const { headers } of [about.page, refused]) {
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['x-content-type-options']).toBe('nosniff');
      const policy = headers['content-security-policy'] as string;
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe|script-src/);
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
    expect(about.page.headers['content-security-policy']).toMatch(
      /form-action 'self' https:\/\/app\.example(;|$)/,
    );
    expect(about.page.text).not.toMatch(/<script|https?:\/\/(?!localhost|app\.example)[^"]*\.(?:js|css|png)/);
  });

  it('is not shown to somebody who is not signed in', async () => {
    const client = await webClient(server);
    const answer = await get(`${server.base}/consent?${authorizeQuery(server, client)}`);
    expect([answer.status, answer.location?.pathname]).toEqual([303, '/login']);
  });

  it('lets the person switch the account and come back', async () => {
    const about = await asked();
    const href = linksOf(about.page.text).find((each) => each.startsWith('/login?return_to='))!;
    const login = await get(new URL(href, server.base), { cookies: jar });
    expect(formOf(login.text, '/login').hidden['return_to']).toMatch(/^\/oauth2\/authorize\?/);
  });
});
