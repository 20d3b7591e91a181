import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { authorize, exchange, registerClient, tokensOf } from '../support/actors.js';
import { FakeIdp } from '../support/fake-idp.js';
import { CookieJar, get } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { leaveFor } from './sign-in.js';

const SECRET = 'a-secret-shared-with-the-provider';
const NAMED = ['MICROSOFT', 'GITHUB', 'GITLAB', 'DISCORD', 'TWITTER'];

const idp = new FakeIdp('gatehouse', SECRET);
let server: TestServer;

beforeAll(async () => {
  await idp.start();
  server = await startServer({
    env: Object.fromEntries(
      NAMED.flatMap((name) => [
        [`${name}_CLIENT_ID`, `${name.toLowerCase()}-id`],
        [`${name}_CLIENT_SECRET`, SECRET],
      ]),
    ),
    config: {
      identityProviders: [
        { id: 'google', preset: 'google', issuer: idp.issuer, clientId: 'gatehouse', clientSecret: SECRET },
      ],
    },
  });
});
afterAll(() => idp.stop());

describe('credentials in the environment', () => {
  it('put a button on the sign-in page for each provider, after those of the file', async () => {
    const page = await get(`${server.base}/login`);
    const buttons = [...page.text.matchAll(/href="\/sso\/([a-z]+)"><span>Continue with <bdi>([^<]+)/g)];
    expect(buttons.map(([, id, label]) => [id, label])).toEqual([
      ['google', 'Google'],
      ['microsoft', 'Microsoft'],
      ['github', 'GitHub'],
      ['gitlab', 'GitLab'],
      ['discord', 'Discord'],
      ['twitter', 'X'],
    ]);
  });

  it('make the log say which address to register at each', () => {
    for (const id of ['google', ...NAMED.map((name) => name.toLowerCase())])
      expect(server.output()).toContain(`${id} sends people back to ${server.url}/sso/${id}/callback`);
    expect(server.output()).not.toContain(SECRET);
  });

  it.each([
    ['github', 'https://github.com/login/oauth/authorize', 'read:user user:email'],
    ['discord', 'https://discord.com/oauth2/authorize', 'identify email'],
    ['twitter', 'https://x.com/i/oauth2/authorize', 'users.read users.email tweet.read'],
  ])('lead to %s itself, with PKCE', async (id, where, scope) => {
    const away = await leaveFor(server, new CookieJar(), id);
    expect(away.origin + away.pathname).toBe(where);
    expect(Object.fromEntries(away.searchParams)).toMatchObject({
      client_id: `${id}-id`,
      redirect_uri: `${server.url}/sso/${id}/callback`,
      scope,
      code_challenge_method: 'S256',
    });
  });
});

describe('signing in with Google', () => {
  it('ends with a code at an app', async () => {
    const jar = new CookieJar();
    idp.claims = { sub: '1098765', email: 'ann@gmail.example', email_verified: true, name: 'Ann' };
    await get(idp.answer(await leaveFor(server, jar, 'google')), { cookies: jar });
    const client = await registerClient(server);
    const { code, verifier, pages } = await authorize(server, client, { jar });
    expect(pages).toEqual(['/consent']);
    expect(tokensOf(await exchange(server, client, code, verifier)).access_token).toEqual(expect.any(String));
  });
});
