import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { FakeIdp } from '../support/fake-idp.js';
import { CookieJar, get } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { createDatabase } from '../support/postgres.js';
import { startServer, type TestServer } from '../support/server.js';
import { leaveFor, livingSessions, peopleLike, signedInAs } from './sign-in.js';

const SECRET = 'a-secret-shared-with-the-provider';

describeOnPostgres('two replicas of one server', () => {
  const idp = new FakeIdp('gatehouse', SECRET);
  let replicas: [TestServer, TestServer];

  beforeAll(async () => {
    await idp.start();
    const provider = {
      id: 'corporate',
      kind: 'oidc',
      issuer: idp.issuer,
      clientId: 'gatehouse',
      clientSecret: SECRET,
    };
    const options = { database: await createDatabase(), config: { identityProviders: [provider] } };
    const first = await startServer(options);
    replicas = [first, await startServer({ ...options, env: { PUBLIC_URL: first.url } })];
  });
  afterAll(() => idp.stop());

  /** The callback as it reaches one of the replicas. */
  function at(replica: TestServer, callback: URL): string {
    return `${replica.origin}${callback.pathname}${callback.search}`;
  }

  it('finish each other’s sign-ins', async () => {
    idp.claims = { sub: 'ann', email: 'ann@example.com' };
    const jar = new CookieJar();
    const callback = idp.answer(await leaveFor(replicas[0], jar, 'corporate'));
    const back = await get(at(replicas[1], callback), { cookies: jar });
    expect(back.headers.location).toBe('/account');
    expect(await signedInAs(replicas[0], jar)).toBe('ann@example.com');
  });

  it('make one session of one callback, however often and wherever it arrives', async () => {
    idp.claims = { sub: 'bob', email: 'bob@example.com' };
    const jar = new CookieJar();
    const callback = idp.answer(await leaveFor(replicas[0], jar, 'corporate'));
    const before = (await livingSessions(replicas[0])).length;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => get(at(replicas[i % 2]!, callback), { cookies: jar.copy() })),
    );
    expect(answers.filter(({ headers }) => headers.location === '/account')).toHaveLength(1);
    expect((await livingSessions(replicas[0])).length - before).toBe(1);
  });

  it('make one person of many first sign-ins of one identity', async () => {
    idp.claims = { sub: 'cleo', email: 'cleo@example.com' };
    const jars = Array.from({ length: 20 }, () => new CookieJar());
    const callbacks: string[] = [];
    for (const [i, jar] of jars.entries()) {
      callbacks.push(at(replicas[i % 2]!, idp.answer(await leaveFor(replicas[0], jar, 'corporate'))));
    }
    const answers = await Promise.all(callbacks.map((callback, i) => get(callback, { cookies: jars[i]! })));
    expect(answers.map(({ headers }) => headers.location)).toEqual(jars.map(() => '/account'));
    expect(await peopleLike(replicas[0], 'cleo@example.com')).toHaveLength(1);
  });
});
