import { inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { FakeIdp } from '../support/fake-idp.js';
import { CookieJar, get, post } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { createDatabase } from '../support/postgres.js';
import {
  assertionParts,
  assertionXml,
  base64,
  responseXml,
  signed,
  unsigned,
} from '../support/saml-forge.js';
import { startServer, type TestServer } from '../support/server.js';
import { certifiedKey } from '../support/x509.js';
import { leaveFor, livingSessions, peopleLike, signedInAs } from './sign-in.js';

const SECRET = 'a-secret-shared-with-the-provider';

describeOnPostgres('two replicas of one server', () => {
  const idp = new FakeIdp('gatehouse', SECRET);
  const samlKey = certifiedKey();
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
    const saml = {
      id: 'saml',
      kind: 'saml',
      issuer: 'https://saml.test/metadata',
      ssoUrl: 'https://saml.test/sso',
      certificates: [samlKey.certificatePem],
    };
    const options = { database: await createDatabase(), config: { identityProviders: [provider, saml] } };
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

  /** Leaves one replica for a SAML provider, whose answer arrives at the other; both have to be asked for it again. */
  async function answered(id: string): Promise<{ jar: CookieJar; path: string }> {
    const jar = new CookieJar();
    const away = await leaveFor(replicas[0], jar, 'saml');
    const request = inflateRawSync(Buffer.from(away.searchParams.get('SAMLRequest')!, 'base64')).toString();
    const requestId = / ID="([^"]+)"/.exec(request)![1]!;
    const sp = `${replicas[0].url}/sso/saml`;
    const parties = { idp: 'https://saml.test/metadata', sp: `${sp}/metadata`, acs: `${sp}/callback` };
    const assertion = signed(assertionXml({ ...assertionParts(parties, requestId), id }), {
      key: samlKey.privateKey,
      id,
    });
    const { location } = await post(`${replicas[1].origin}/sso/saml/callback`, {
      form: {
        SAMLResponse: base64(unsigned(responseXml(parties, requestId, assertion))),
        RelayState: away.searchParams.get('RelayState')!,
      },
    });
    return { jar, path: `${location!.pathname}${location!.search}` };
  }

  it('take a SAML answer from each other, once, and no assertion twice', async () => {
    const { jar, path } = await answered('_once');
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => get(`${replicas[i % 2]!.origin}${path}`, { cookies: jar.copy() })),
    );
    expect(answers.filter(({ headers }) => headers.location === '/account')).toHaveLength(1);
    const again = await answered('_once');
    const back = await get(`${replicas[1].origin}${again.path}`, { cookies: again.jar });
    expect(back.headers.location).toBe('/login?problem=sso_failed');
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
