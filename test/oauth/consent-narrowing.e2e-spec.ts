import { beforeAll, describe, expect, it } from '@jest/globals';
import { attemptAuthorize, exchange, tokensOf, type TestClient } from '../support/actors.js';
import { formOf, textOf, type HtmlForm } from '../support/html.js';
import { get, post, type CookieJar, type HttpResponse } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { authorizeQuery, events, ROOMY, sha256, signedIn, webClient } from './harness.js';

const VERIFIER = 'v'.repeat(43);
const ALL = 'openid profile email offline_access mcp:tools:read mcp:tools:execute calendar:read';

let server: TestServer;
let jar: CookieJar;

beforeAll(async () => {
  const scopes = [{ name: 'calendar:read', sentence: 'Read your calendar', group: 'read' }];
  server = await startServer({ config: { limits: ROOMY, scopes } });
  jar = await signedIn(server);
});

interface Asked {
  client: TestClient;
  page: HttpResponse;
  form: HtmlForm;
}

async function asked(scope: string, given?: TestClient): Promise<Asked> {
  const client = given ?? (await webClient(server));
  const query = authorizeQuery(server, client, { scope, code_challenge: sha256(VERIFIER) });
  const sent = await get(`${server.base}/oauth2/authorize?${query}`, { cookies: jar });
  const page = await get(sent.location!, { cookies: jar });
  return { client, page, form: formOf(page.text, '/consent') };
}

const boxes = ({ form }: Asked): string[] =>
  form.inputs.filter(({ type }) => type === 'checkbox').map(({ value }) => value);

/** Says yes with these boxes ticked; `more` is what no page of ours would send. */
const allow = (
  { form }: Asked,
  leftOut: string[] = [],
  more: [string, string][] = [],
): Promise<HttpResponse> =>
  post(`${server.base}/consent`, {
    cookies: jar,
    headers: { origin: server.url },
    form: [
      ...Object.entries(form.hidden),
      ['decision', 'approve'],
      ...leftOut.map((scope): [string, string] => ['leave_out', scope]),
      ...more,
    ],
  });

async function scopesOf({ client }: Asked, answer: HttpResponse): Promise<string[]> {
  const code = answer.location?.searchParams.get('code') ?? '';
  return tokensOf(await exchange(server, client, code, VERIFIER)).scope.split(' ');
}

describe('what a person may leave out', () => {
  it('is what the app can do without; nothing is ticked, and Allow alone means all', async () => {
    const about = await asked(ALL);
    expect(boxes(about).sort()).toEqual(['calendar:read', 'email', 'mcp:tools:execute', 'profile']);
    expect(about.form.inputs.some(({ checked }) => checked)).toBe(false);
    expect(await scopesOf(about, await allow(about))).toEqual(ALL.split(' '));
  });

  it('is not in the token, whose answer says what is', async () => {
    const about = await asked(ALL);
    const scopes = await scopesOf(about, await allow(about, ['mcp:tools:execute', 'email']));
    expect(scopes).toEqual(['openid', 'profile', 'offline_access', 'mcp:tools:read', 'calendar:read']);
    const [event] = await events(server, { type: 'consent.granted', client_id: about.client.clientId });
    expect(JSON.stringify(event)).toContain('mcp:tools:execute');
  });

  it('may be one box or many', async () => {
    const about = await asked(ALL);
    expect(await scopesOf(about, await allow(about, boxes(about)))).toEqual([
      'openid',
      'offline_access',
      'mcp:tools:read',
    ]);
    const one = await asked('mcp:tools:read email');
    expect(await scopesOf(one, await allow(one, ['email']))).toEqual(['mcp:tools:read']);
  });

  it('is nothing where only one thing is asked for', async () => {
    for (const scope of ['mcp:tools:execute', 'mcp:tools:read', 'email'])
      expect(boxes(await asked(scope))).toEqual([]);
    expect(boxes(await asked('mcp:tools:read mcp:tools:execute'))).toEqual(['mcp:tools:execute']);
  });

  it('cannot be everything: the page comes back and says so', async () => {
    const about = await asked('mcp:tools:execute email offline_access');
    expect(boxes(about).sort()).toEqual(['email', 'mcp:tools:execute']);
    const answer = await allow(about, boxes(about));
    expect([answer.status, answer.location]).toEqual([400, undefined]);
    expect(textOf(answer.text)).toContain('Nothing would be left');
    expect(answer.text).toContain('role="alert"');
    expect(await events(server, { type: 'consent.granted', client_id: about.client.clientId })).toEqual([]);
    const again = { ...about, form: formOf(answer.text, '/consent') };
    expect(await scopesOf(again, await allow(again, ['email']))).toEqual([
      'mcp:tools:execute',
      'offline_access',
    ]);
  });
});

describe('a form that was tampered with', () => {
  it('can take away and never add', async () => {
    const about = await asked('mcp:tools:read email');
    const answer = await allow(
      about,
      [],
      [
        ['scope', 'mcp:tools:execute admin:users'],
        ['scopes', 'mcp:tools:execute'],
        ['optional_scope', 'mcp:tools:execute'],
        ['keep', 'mcp:tools:execute'],
        ['leave_in', 'mcp:tools:execute'],
        ['resource', `${server.url}/admin`],
        ['redirect_uri', 'https://evil.test/cb'],
      ],
    );
    expect(answer.location!.origin).toBe('https://app.example');
    expect(await scopesOf(about, answer)).toEqual(['mcp:tools:read', 'email']);
  });

  it('leaves out nothing that has no box', async () => {
    const about = await asked('openid mcp:tools:read email');
    const odd = ['openid', 'mcp:tools:read', 'mcp:tools:execute', 'nonsense', '', '__proto__', 'email\0'];
    expect(await scopesOf(about, await allow(about, odd))).toEqual(['openid', 'mcp:tools:read', 'email']);
  });

  it('is refused when it is too much', async () => {
    const about = await asked('mcp:tools:read email');
    const answer = await allow(
      about,
      Array.from({ length: 101 }, (_, index) => `s${index}`),
    );
    expect([answer.status, answer.location]).toEqual([400, undefined]);
  });
});

describe('what was left out', () => {
  const silent = async (client: TestClient, scope: string): Promise<boolean> =>
    (await attemptAuthorize(server, client, { jar, scope })).pages.length === 0;

  it('is not remembered as allowed, and is asked for again', async () => {
    const about = await asked('mcp:tools:read mcp:tools:execute email');
    await allow(about, ['mcp:tools:execute']);
    expect(await silent(about.client, 'mcp:tools:read email')).toBe(true);
    const none = await get(
      `${server.base}/oauth2/authorize?${authorizeQuery(server, about.client, {
        scope: 'mcp:tools:read mcp:tools:execute email',
        prompt: 'none',
      })}`,
      { cookies: jar },
    );
    expect(none.location!.searchParams.get('error')).toBe('consent_required');
    const again = await asked('mcp:tools:read mcp:tools:execute email', about.client);
    expect(again.page.text.match(/class="badge accent"/g)).toHaveLength(1);
  });

  it('of what was allowed before is taken back', async () => {
    const first = await asked('mcp:tools:read mcp:tools:execute email');
    await allow(first);
    expect(await silent(first.client, 'mcp:tools:execute')).toBe(true);
    const query = authorizeQuery(server, first.client, {
      scope: 'mcp:tools:read mcp:tools:execute',
      prompt: 'consent',
    });
    const sent = await get(`${server.base}/oauth2/authorize?${query}`, { cookies: jar });
    const page = await get(sent.location!, { cookies: jar });
    await allow({ client: first.client, page, form: formOf(page.text, '/consent') }, ['mcp:tools:execute']);
    expect(await silent(first.client, 'mcp:tools:read')).toBe(true);
    // What was not asked about stays as it was.
    expect(await silent(first.client, 'mcp:tools:read email')).toBe(true);
    const none = await get(
      `${server.base}/oauth2/authorize?${authorizeQuery(server, first.client, {
        scope: 'mcp:tools:execute',
        prompt: 'none',
      })}`,
      { cookies: jar },
    );
    expect(none.location!.searchParams.get('error')).toBe('consent_required');
  });
});
