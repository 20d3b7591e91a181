import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { authorize, registerClient } from '../support/actors.js';
import { FakeOAuth2, type OAuth2Misbehaviour, type OAuth2Person } from '../support/fake-oauth2.js';
import { textOf } from '../support/html.js';
import { CookieJar, get, type HttpResponse } from '../support/http.js';
import { ADMIN_EMAIL, startServer, type TestServer } from '../support/server.js';
import { lastRejection, leave, leaveFor, livingSessions, peopleLike, signedInAs } from './sign-in.js';

const SECRET = 'a-secret-shared-with-the-provider';
const FAILED = '/login?problem=sso_failed';

let server: TestServer;
let people = 1_000;
const provider = new FakeOAuth2('gatehouse', SECRET);
/** Another one, whose answers are not the first one's. */
const other = new FakeOAuth2('gatehouse', SECRET);
const plain = new FakeOAuth2('gatehouse', SECRET);

function somebody(overrides: Partial<OAuth2Person> = {}): OAuth2Person {
  const login = `person-${++people}`;
  const emails = [{ email: `${login}@example.com`, primary: true, verified: true }];
  return { id: people, login, name: `Person ${people}`, email: null, emails, ...overrides };
}

const callbackOf = async (jar: CookieJar, path = 'github'): Promise<URL> =>
  provider.answer(await leaveFor(server, jar, path));

async function signInAs(person: OAuth2Person, jar = new CookieJar(), path = 'github'): Promise<HttpResponse> {
  provider.person = person;
  return get(await callbackOf(jar, path), { cookies: jar });
}

const attempt = (misbehaviour: OAuth2Misbehaviour, jar: CookieJar): Promise<HttpResponse> => {
  provider.misbehaviour = misbehaviour;
  return signInAs(somebody(), jar);
};

async function expectNobodySignedIn(jar: CookieJar): Promise<void> {
  expect(jar.get('gatehouse_session')).toBeUndefined();
  expect(await signedInAs(server, jar)).toBeUndefined();
}

beforeAll(async () => {
  for (const each of [provider, other, plain]) await each.start();
  const github = provider.settings;
  server = await startServer({
    config: {
      identityProviders: [
        { id: 'github', ...github, domains: ['example.com'] },
        { id: 'staff', ...github, allowedDomains: ['example.com'] },
        { id: 'invited', ...github, signUp: false, domains: ['example.com'] },
        { id: 'hidden', ...github, name: 'Hidden way', hidden: true },
        { id: 'off', ...github, name: 'Way that is off', enabled: false },
        { id: 'other', ...other.settings },
        {
          id: 'plain',
          ...plain.settings,
          preset: undefined,
          emailLookup: undefined,
          kind: 'oauth2',
          name: 'Plain',
          clientAuth: 'client_secret_basic',
          pkce: false,
          mapping: { subject: 'data.id', email: 'data.mail', emailVerified: 'data.ok', name: ['data.nick'] },
          authorizationParameters: { audience: 'people' },
          domains: ['example.com'],
          freshSignIn: 'assumed',
        },
      ],
    },
  });
});
afterAll(async () => {
  for (const each of [provider, other, plain]) await each.stop();
});
beforeEach(() => {
  provider.misbehaviour = {};
  plain.misbehaviour = {};
});

describe('signing in through a provider of GitHub’s shape', () => {
  it('makes a person and a session at the first sign-in, by the number and the primary verified address', async () => {
    const jar = new CookieJar();
    const person = somebody({
      email: 'public@elsewhere.test',
      emails: [
        { email: 'first@elsewhere.test', primary: false, verified: true },
        { email: `chosen-${people}@example.com`, primary: true, verified: true },
      ],
    });
    const back = await signInAs(person, jar, 'github?return_to=%2Faccount%3Ftab%3Dapps');
    expect([back.status, back.headers.location]).toEqual([303, '/account?tab=apps']);
    const chosen = person.emails[1]!.email;
    expect(await signedInAs(server, jar)).toBe(chosen);
    const [made] = await peopleLike(server, chosen);
    expect(made).toMatchObject({ email: chosen, email_verified: true, name: person.name });
    const session = (await livingSessions(server)).find(({ user_id }) => user_id === made!.id);
    expect(session).toMatchObject({ acr: 'urn:gatehouse:acr:sso', amr: ['fed'], idp: 'github' });
  });

  it('leaves with PKCE, state and the hint it knows, and without any secret in the address', async () => {
    const away = await leave(server, new CookieJar(), 'github?login_hint=ann%40example.com');
    expect(away.status).toBe(302);
    expect(away.location!.origin + away.location!.pathname).toBe(`${provider.issuer}/authorize`);
    expect(Object.fromEntries(away.location!.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'gatehouse',
      redirect_uri: `${server.url}/sso/github/callback`,
      scope: 'read:user user:email',
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      login: 'ann@example.com',
    });
    expect(away.location!.href).not.toContain(SECRET);
  });

  it('finds the same person by the number when the login name and the address are others by now', async () => {
    const person = somebody();
    await signInAs(person);
    const jar = new CookieJar();
    const moved = [{ email: 'moved@example.com', primary: true, verified: true }];
    await signInAs({ ...person, login: 'renamed', emails: moved }, jar);
    expect(await signedInAs(server, jar)).toBe(person.emails[0]!.email);
  });

  it('never takes whoever has a login name later for whoever had it before', async () => {
    const person = somebody();
    await signInAs(person);
    const jar = new CookieJar();
    const heir = somebody({ login: person.login });
    await signInAs(heir, jar);
    expect(await signedInAs(server, jar)).toBe(heir.emails[0]!.email);
  });

  it('ends with a code at an app that asked for somebody', async () => {
    const client = await registerClient(server);
    const jar = new CookieJar();
    await signInAs(somebody(), jar);
    const { code, pages } = await authorize(server, client, { jar });
    expect(code).toEqual(expect.any(String));
    expect(pages).toEqual(['/consent']);
  });

  it('takes settings of another shape: paths, a secret by Basic, no PKCE, further parameters', async () => {
    const jar = new CookieJar();
    const away = await leaveFor(server, jar, 'plain');
    expect(away.searchParams.has('code_challenge')).toBe(false);
    expect(away.searchParams.get('audience')).toBe('people');
    plain.misbehaviour = {
      user: { data: { id: 'stable-7', mail: 'seven@example.com', ok: true, nick: 'Seven' } },
    };
    await get(plain.answer(away), { cookies: jar });
    expect(await peopleLike(server, 'seven@example.com')).toMatchObject([
      { name: 'Seven', email_verified: true },
    ]);
    expect(plain.secretsGiven.at(-1)).toEqual(['basic', SECRET]);
    await signInAs(somebody());
    expect(provider.secretsGiven.at(-1)).toEqual(['form', SECRET]);
  });
});

describe('an address of GitHub’s list', () => {
  it.each<[string, Partial<OAuth2Person['emails'][0]>[]]>([
    ['that is primary but not verified', [{ primary: true, verified: false }]],
    ['that is verified but not primary', [{ primary: false, verified: true }]],
    ['whose flags are words', [{ primary: 'true', verified: 'true' } as never]],
    ['that is no address', [{ email: 'no address', primary: true, verified: true }]],
  ])('%s counts for nothing', async (_what, emails) => {
    const jar = new CookieJar();
    const list = emails.map((one) => ({ email: ADMIN_EMAIL, primary: true, verified: true, ...one }));
    const refused = await signInAs(somebody({ email: ADMIN_EMAIL, emails: list }), jar);
    expect(refused.status).toBe(403);
    await expectNobodySignedIn(jar);
    expect((await lastRejection(server))!.details).toMatchObject({ code: 'email_missing' });
  });

  it('that may not be asked for counts for nothing, and whoever is known comes in without one', async () => {
    const person = somebody();
    await signInAs(person);
    provider.misbehaviour = { status: { path: '/user/emails', status: 404, body: '{}' } };
    const [known, unknown] = [new CookieJar(), new CookieJar()];
    await signInAs(person, known);
    expect(await signedInAs(server, known)).toBe(person.emails[0]!.email);
    expect((await signInAs(somebody(), unknown)).status).toBe(403);
  });

  it('that is verified links to the account that is there already, in the domains of the provider only', async () => {
    const emails = [{ email: ADMIN_EMAIL, primary: true, verified: true }];
    const stranger = somebody({ emails });
    const refused = await signInAs(stranger, new CookieJar(), 'staff');
    expect(refused.status).toBe(403);
    expect((await lastRejection(server))!.details).toMatchObject({ code: 'email_taken', provider: 'staff' });
    const jar = new CookieJar();
    await signInAs(stranger, jar);
    expect(await signedInAs(server, jar)).toBe(ADMIN_EMAIL);
  });
});

describe('an answer', () => {
  const cases: [string, string, () => OAuth2Misbehaviour][] = [
    [
      'that is an error',
      'provider_refused',
      () => ({ response: { code: undefined, error: 'access_denied' } }),
    ],
    ['that is an error and a code at once', 'provider_refused', () => ({ response: { error: 'oops' } })],
    ['from another issuer', 'response_iss_mismatch', () => ({ response: { iss: 'https://evil.test' } })],
    [
      'with a token instead of a code',
      'response_invalid',
      () => ({ response: { code: undefined, access_token: 'gho_stolen', token_type: 'bearer' } }),
    ],
    ['with another state', 'state_mismatch', () => ({ response: { state: 'x'.repeat(43) } })],
    ['with a made-up code', 'token_request_refused', () => ({ response: { code: 'made-up' } })],
    ['without an access token', 'response_invalid', () => ({ tokens: { access_token: undefined } })],
    ['with another kind of token', 'response_invalid', () => ({ tokens: { token_type: undefined } })],
    ['whose token is refused', 'userinfo_refused', () => ({ tokens: { access_token: 'gho_of_somebody' } })],
    ['about nobody', 'userinfo_subject_invalid', () => ({ user: { login: 'ann' } })],
    [
      'about a number that JSON cannot hold',
      'userinfo_subject_invalid',
      () => ({ user: '{"id":9007199254740993}' }),
    ],
    ['about half a person', 'userinfo_subject_invalid', () => ({ user: { id: 1.5 } })],
    ['about person zero', 'userinfo_subject_invalid', () => ({ user: { id: 0 } })],
    ['about several', 'userinfo_unreadable', () => ({ user: [{ id: 1 }] })],
    ['about an endless person', 'userinfo_subject_invalid', () => ({ user: { id: 's'.repeat(300) } })],
    ['that is no JSON', 'userinfo_unreadable', () => ({ user: '<html>' })],
    [
      'that redirects the question about the person',
      'userinfo_refused',
      () => ({ status: { path: '/user', status: 302, body: '{}' } }),
    ],
  ];

  it.each(cases)('%s signs nobody in (%s)', async (_what, code, misbehaviour) => {
    const jar = new CookieJar();
    const back = await attempt(misbehaviour(), jar);
    expect([back.status, back.headers.location]).toEqual([303, FAILED]);
    await expectNobodySignedIn(jar);
    expect((await lastRejection(server))!.details).toMatchObject({ provider: 'github', code });
  });

  it('that is too large signs nobody in', async () => {
    const jar = new CookieJar();
    const back = await attempt({ user: { id: 7, filler: 'x'.repeat(2 * 1024 * 1024) } }, jar);
    expect(back.status).toBe(503);
    expect((await lastRejection(server))!.details).toMatchObject({ code: 'answer_too_large' });
    await expectNobodySignedIn(jar);
  });

  it('of one provider is none of another’s', async () => {
    const jar = new CookieJar();
    const callback = await callbackOf(jar);
    await leaveFor(server, jar, 'other');
    const moved = new URL(callback.href.replace('/sso/github/', '/sso/other/'));
    expect((await get(moved, { cookies: jar })).headers.location).toBe(FAILED);
    await expectNobodySignedIn(jar);
    expect((await lastRejection(server))!.details).toMatchObject({
      provider: 'other',
      code: 'state_mismatch',
    });
    expect(other.secretsGiven).toEqual([]);
  });

  it('with the code of another flow is refused by its verifier', async () => {
    const jar = new CookieJar();
    const foreign = await callbackOf(new CookieJar());
    const callback = await callbackOf(jar);
    callback.searchParams.set('code', foreign.searchParams.get('code')!);
    expect((await get(callback, { cookies: jar })).headers.location).toBe(FAILED);
    expect((await lastRejection(server))!.details).toMatchObject({
      code: 'token_request_refused',
      error: 'bad_verification_code',
    });
  });

  it('replayed twenty times at once makes one session', async () => {
    const jar = new CookieJar();
    provider.person = somebody();
    const callback = await callbackOf(jar);
    const copies = Array.from({ length: 20 }, () => jar.copy());
    const answers = await Promise.all(copies.map((copy) => get(callback, { cookies: copy })));
    expect(answers.filter(({ headers }) => headers.location === '/account')).toHaveLength(1);
  });

  it.each(['/login/oauth/access_token', '/user', '/user/emails'])(
    'that never comes from %s gets a friendly page',
    async (hang) => {
      const jar = new CookieJar();
      const back = await attempt({ hang }, jar);
      expect(back.status).toBe(503);
      expect(textOf(back.text)).toContain('Try again in a minute, or choose another way to sign in');
      expect((await lastRejection(server))!.details).toMatchObject({ code: 'timeout' });
      await expectNobodySignedIn(jar);
    },
    15_000,
  );
});

describe('what a provider is let do', () => {
  it('lets only verified addresses of the allowed domains in, every time', async () => {
    const person = somebody();
    const inside = new CookieJar();
    expect((await signInAs(person, inside, 'staff')).headers.location).toBe('/account');
    const moved = [{ email: 'ann@elsewhere.test', primary: true, verified: true }];
    for (const whoever of [somebody({ emails: moved }), { ...person, emails: moved }]) {
      const jar = new CookieJar();
      const refused = await signInAs(whoever, jar, 'staff');
      expect([refused.status, textOf(refused.text)]).toEqual([
        403,
        expect.stringContaining('This account is not let in'),
      ]);
      await expectNobodySignedIn(jar);
      expect((await lastRejection(server))!.details).toMatchObject({ code: 'domain_not_allowed' });
    }
    expect(await peopleLike(server, 'ann@elsewhere.test')).toEqual([]);
  });

  it('makes no accounts where nobody may sign up, and lets in who has one', async () => {
    const stranger = somebody();
    const refused = await signInAs(stranger, new CookieJar(), 'invited');
    expect([refused.status, textOf(refused.text)]).toEqual([
      403,
      expect.stringContaining('You have no account here'),
    ]);
    expect(await peopleLike(server, stranger.emails[0]!.email)).toEqual([]);
    await signInAs(stranger);
    const jar = new CookieJar();
    expect((await signInAs(stranger, jar, 'invited')).headers.location).toBe('/account');
  });

  it('shows no button for one that is hidden, and has none that is off', async () => {
    const page = textOf((await get(`${server.base}/login`)).text);
    expect(page).toContain('Continue with GitHub');
    expect(page).not.toContain('Hidden way');
    expect(page).not.toContain('Way that is off');
    expect((await leave(server, new CookieJar(), 'hidden')).status).toBe(302);
    expect((await leave(server, new CookieJar(), 'off')).status).toBe(404);
  });

  it('refuses it where an app demands a new sign-in, which it cannot show', async () => {
    const jar = new CookieJar();
    const back = await signInAs(somebody(), jar, 'github?return_to=%2Faccount&max_age=0');
    expect(back.headers.location).toBe('/login?problem=sso_not_fresh&return_to=%2Faccount&max_age=0');
    const page = await get(back.location!, { cookies: jar });
    expect(textOf(page.text)).toContain('The app wants you to sign in anew');
    expect(page.text).toContain('/sso/github?return_to=%2Faccount&amp;max_age=0');
    await expectNobodySignedIn(jar);
    expect((await lastRejection(server))!.details).toMatchObject({ code: 'sign_in_time_missing' });
  });

  it('takes its word for a new sign-in where the installer said so', async () => {
    const jar = new CookieJar();
    const away = await leaveFor(server, jar, 'plain?max_age=0');
    plain.misbehaviour = { user: { data: { id: 'fresh-1', mail: 'fresh@example.com', ok: true } } };
    expect((await get(plain.answer(away), { cookies: jar })).headers.location).toBe('/account');
  });
});
