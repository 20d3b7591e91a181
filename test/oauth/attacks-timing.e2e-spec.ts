import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { attemptSignIn, exchange, refresh, tokenRequest, type TestClient } from '../support/actors.js';
import { CookieJar, get, post } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { createDatabase } from '../support/postgres.js';
import { ADMIN_EMAIL, startServer, type TestServer } from '../support/server.js';
import { countStatements, type StatementCounter } from '../support/statement-counter.js';
import { DEVICE_CODE, deviceClient, ROOMY_DEVICES, start } from './device-harness.js';
import {
  asOperator,
  authorizeQuery,
  connectIn,
  freshCode,
  newVerifier,
  signedIn,
  webClient,
} from './harness.js';
import { SecondPeople } from './second-person.js';

const API = 'https://api.example.com';

/**
 * How long an answer takes is a matter of what is done for it. What must not be told apart by time is compared by the
 * statements that it costs; hashing is counted in src/users/password.spec.ts.
 */
/** Who asks is remembered for a second. */
const ASKER = /FROM "(?:identity_providers|clients)"/;

describeOnPostgres('The work for what must not be told apart', () => {
  let server: TestServer;
  let counter: StatementCounter;
  let jar: CookieJar;
  const people = new SecondPeople();

  beforeAll(async () => {
    counter = await countStatements(await createDatabase());
    server = await startServer({
      database: counter.url,
      config: {
        limits: { ...ROOMY_DEVICES, introspection: { points: 100_000, seconds: 60 } },
        identityProviders: await people.start(),
        scopes: [{ name: 'api:read', sentence: 'Read your things' }],
        resources: [{ id: API, format: 'opaque', scopes: ['api:read'] }],
      },
    });
    jar = await signedIn(server);
  });
  afterAll(() => people.stop());

  const confidential = (): Promise<TestClient> =>
    webClient(server, { token_endpoint_auth_method: 'client_secret_basic' });

  /** The same statements, in the same order, for each; a memory that is renewed every second or two is nobody's doing. */
  async function expectAlike(
    ways: Record<string, () => Promise<{ status: number }>>,
    renewed = /FROM "identity_providers"/,
  ): Promise<void> {
    const done: [string, number, string[]][] = [];
    for (const [what, way] of Object.entries(ways)) {
      let status = 0;
      const statements = await counter.during(async () => {
        ({ status } = await way());
      });
      const own = statements.filter((text) => !renewed.test(text));
      done.push([what, status, own.map((text) => text.replaceAll(/\s+/g, ' ').slice(0, 160))]);
    }
    const [[, status, statements]] = done as [[string, number, string[]]];
    for (const each of done) expect(each).toEqual([each[0], status, statements]);
  }

  it('is the same for a client that nobody knows, one whose secret is wrong, and one that is suspended', async () => {
    const [known, near, suspended] = [await confidential(), await confidential(), await confidential()];
    await asOperator(server, 'POST', `/clients/${suspended.clientId}/suspend`);
    const ask = (client: TestClient, clientSecret: string) => () =>
      tokenRequest(server, { ...client, clientSecret }, { grant_type: 'refresh_token', refresh_token: 'x' });
    const nobody = { ...known, clientId: 'gh_c_nobody' };
    const ways = {
      unknown: ask(nobody, 'wrong'),
      'wrong from the first character': ask(known, 'wrong'),
      'wrong in the last character': ask(near, `${near.clientSecret!.slice(0, -1)}!`),
      suspended: ask(suspended, suspended.clientSecret!),
    };
    await expectAlike(ways);
    // Once more, when all of them have been looked up.
    await expectAlike(ways);
  });

  it('is the same for a code, a refresh token or a device code that never was and one of another client', async () => {
    const client = await webClient(server);
    const owner = await webClient(server);
    const [{ code, verifier }, { tokens }] = [
      await freshCode(server, owner, { jar }),
      await connectIn(server, jar, { client: owner }),
    ];
    await refresh(server, client, 'x');
    await expectAlike({
      'a code that never was': () => exchange(server, client, `gh_ac_${newVerifier()}`, verifier),
      'a code of another': () => exchange(server, client, code, verifier),
    });
    await expectAlike({
      'a refresh token that never was': () => refresh(server, client, `gh_rt_${newVerifier()}`),
      'a refresh token of another': () => refresh(server, client, tokens.refresh_token!),
    });
    const [mine, other] = [await deviceClient(server), await deviceClient(server)];
    const { device_code } = await start(server, other);
    const poll = (code_: string) => () =>
      tokenRequest(server, mine, { grant_type: DEVICE_CODE, device_code: code_ });
    await poll('x')();
    await expectAlike({
      'a device code that never was': poll(newVerifier()),
      'of another': poll(device_code),
    });
  });

  it('is the same for a token that never was and one that is not the asker’s', async () => {
    const [asker, owner] = [await confidential(), await webClient(server)];
    const authorization = `Basic ${Buffer.from(`${asker.clientId}:${asker.clientSecret!}`).toString('base64')}`;
    const at = (path: string, token: string) => () =>
      post(`${server.base}/oauth2/${path}`, { form: { token }, headers: { authorization } });
    const jwt = await connectIn(server, jar, { client: owner });
    const opaque = () => connectIn(server, jar, { client: owner, scope: 'api:read', resource: API });
    await at('revoke', 'x')();
    for (const path of ['introspect', 'revoke']) {
      for (const seenBefore of [false, true]) {
        await expectAlike(
          {
            [`${path}, no JWT of ours`]: at(path, `${jwt.tokens.access_token.slice(0, -8)}AAAAAAAA`),
            [`${path}, a JWT of another ${seenBefore}`]: at(path, jwt.tokens.access_token),
          },
          ASKER,
        );
        await expectAlike(
          {
            [`${path}, no refresh token`]: at(path, `gh_rt_${newVerifier()}`),
            [`${path}, a refresh token of another ${seenBefore}`]: at(path, jwt.tokens.refresh_token!),
          },
          ASKER,
        );
      }
      const { tokens } = await opaque();
      await expectAlike(
        {
          [`${path}, no opaque token`]: at(path, `gh_at_${newVerifier()}`),
          [`${path}, an opaque token of another`]: at(path, tokens.access_token),
        },
        ASKER,
      );
    }
  });

  it('is the same for an app that nobody knows and one that is suspended', async () => {
    const suspended = await webClient(server);
    await asOperator(server, 'POST', `/clients/${suspended.clientId}/suspend`);
    const at = (client: TestClient) => () =>
      get(`${server.base}/oauth2/authorize?${authorizeQuery(server, client)}`);
    const unknown = { ...suspended, clientId: 'gh_c_nobody_either' };
    await expectAlike({ unknown: at(unknown), suspended: at(suspended) });
    await expectAlike({ unknown: at(unknown), suspended: at(suspended) });
  });

  it('is the same for an address that nobody has, a wrong password, and a person who has none or is disabled', async () => {
    await people.signIn(server, 'without-password');
    const attempt = (email: string) => () =>
      attemptSignIn(server, new CookieJar(), { email, password: 'wrong password' });
    await people.signIn(server, 'disabled');
    const found = await asOperator(server, 'GET', '/users?q=disabled@');
    const [{ id }] = found.json<{ items: [{ id: string }] }>().items;
    await asOperator(server, 'POST', `/users/${id}/disable`, { json: {} });
    await expectAlike({
      'a wrong password': attempt(ADMIN_EMAIL),
      'no such person': attempt('nobody@example.com'),
      'no password': attempt('without-password@example.com'),
      disabled: attempt('disabled@example.com'),
    });
  });
});
