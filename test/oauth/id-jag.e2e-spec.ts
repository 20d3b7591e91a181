import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, tokenRequest, tokensOf, type TestClient } from '../support/actors.js';
import { DocumentSite, selfSigned } from '../support/document-site.js';
import { get, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { createDatabase } from '../support/postgres.js';
import { asserting, HeldKey, tokenRequestWith } from '../support/proofs.js';
import { sleep } from '../support/server-process.js';
import { ADMIN_EMAIL, startServer, type TestServer } from '../support/server.js';
import { asOperator, atOnce, claimsOf, events, mcpStatus, refusalOf, signedIn } from './harness.js';
import {
  AssertionIssuer,
  clientNamed,
  ID_JAG,
  idJagConfig,
  JWT_BEARER,
  redeem,
  seconds,
} from './id-jag.harness.js';
import { SecondPeople } from './second-person.js';

type Json = Record<string, unknown>;

const people = new SecondPeople();
let server: TestServer;
/** The company's identity provider; people sign in with it, too. */
let company: AssertionIssuer;
const listed = new AssertionIssuer('https://listed.example');
const linking = new AssertionIssuer('https://linking.example');
const off = new AssertionIssuer('https://off.example');
const tenants = new AssertionIssuer('https://tenants.example');
const asks = new AssertionIssuer('https://asks.example');
const away = new AssertionIssuer('https://away.example');
const changing = new AssertionIssuer('https://changing.example');
const machineKey = new HeldKey();
/** Whom nobody should ask for a key. */
let canary: Server;
let canaryUrl: string;
let canaryRequests = 0;
/** Where clients publish what they are. */
let site: DocumentSite;

const byValue = ({ issuer, key }: AssertionIssuer, more: object = {}): object => ({
  issuer,
  jwks: { keys: [key.published] },
  ...more,
});

let configured: object;
beforeAll(async () => {
  canary = createServer((_, res) => {
    canaryRequests++;
    res.end('{"keys":[]}');
  }).listen(0, '127.0.0.1');
  await new Promise((done) => canary.once('listening', done));
  canaryUrl = `http://127.0.0.1:${(canary.address() as AddressInfo).port}`;
  const identityProviders = (await people.start()) as { issuer: string }[];
  company = await new AssertionIssuer(identityProviders[0]!.issuer).start();
  await Promise.all([away.start(), changing.start()]);
  await away.stop();
  configured = idJagConfig(
    [
      ...[company, away, changing].map(({ issuer, url }) => ({ issuer, jwksUri: `${url}/jwks` })),
      byValue(listed, {
        linkByEmail: ['example.com'],
        clients: ['desk'],
        scopes: ['mcp:tools:read', 'admin:users:read'],
        resources: ['mcp', 'admin'],
        algorithms: ['ES256', 'PS256'],
      }),
      byValue(linking, { linkByEmail: ['example.com'] }),
      byValue(off, { enabled: false }),
      byValue(tenants, { tenant: 'ours', linkByEmail: ['example.com'] }),
      byValue(asks, { requireConsent: true, linkByEmail: ['example.com'] }),
    ],
    {
      identityProviders,
      clients: [
        {
          clientId: 'signer',
          name: 'Signer',
          grantTypes: [JWT_BEARER],
          jwks: { keys: [machineKey.published] },
          authMethod: 'private_key_jwt',
        },
        {
          clientId: 'reader',
          name: 'Reader',
          clientSecret: clientNamed('reader').clientSecret,
          grantTypes: [JWT_BEARER],
          scopes: ['mcp:tools:read'],
          allowedScopes: ['mcp:tools:read'],
        },
      ],
    },
  );
  const tls = selfSigned();
  site = await DocumentSite.start(tls);
  server = await startServer({ config: configured, env: { NODE_EXTRA_CA_CERTS: tls.cert } });
  await people.signIn(server, 'ann');
});
afterAll(async () => {
  await Promise.all([people.stop(), company.stop(), changing.stop()]);
  canary.close();
  site.stop();
});

const good = (over: Json = {}, header: Json = {}): string => company.assertion(server, over, header);
const granted = (response: HttpResponse) => tokensOf(response);
const byAdminsAddress = (issuer: AssertionIssuer, over: Json = {}) =>
  issuer.assertion(server, { sub: 'the-admin', email: ADMIN_EMAIL, email_verified: true, ...over });

/** Which rule refused: the answer does not say it, the trail does. */
async function ruleOf(refused: Promise<HttpResponse>): Promise<string | undefined> {
  const response = await refused;
  expect(refusalOf(response)).toEqual([400, 'invalid_grant']);
  const told = await events(server, { type: 'token.request.rejected' });
  return told.find(({ event_id }) => event_id === response.headers['x-decision-id'])?.outcome.reason_code;
}

/** Each is refused, right after one that differs from it in nothing else was taken. */
async function expectRefused(mutations: Record<string, string | (() => string)>): Promise<void> {
  for (const [name, made] of Object.entries(mutations)) {
    expect([name, (await redeem(server, good())).status]).toEqual([name, 200]);
    const response = await redeem(server, typeof made === 'string' ? made : made());
    expect([name, ...refusalOf(response)]).toEqual([name, 400, 'invalid_grant']);
    expect(response.headers['cache-control']).toBe('no-store');
  }
}

describe('An assertion of a trusted issuer', () => {
  it('gives the app an access token for the person, and nothing that lives longer', async () => {
    const response = await redeem(server, good({ auth_time: seconds() - 60, amr: ['pwd', 'otp'] }));
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.json()).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3_600,
      scope: 'mcp:tools:read',
    });
    const claims = claimsOf(granted(response).access_token);
    expect(claims).toMatchObject({
      client_id: 'desk',
      aud: `${server.url}/mcp`,
      acr: 'urn:gatehouse:acr:id-jag',
      amr: ['pwd', 'otp'],
      auth_time: expect.any(Number),
      gid: expect.any(String),
    });
    expect(claims).not.toHaveProperty('sid');
    const [ann] = (await asOperator(server, 'GET', '/users?q=ann@example.com')).json().items;
    expect(claims['sub']).toBe(ann.id);
    expect(await mcpStatus(server, granted(response).access_token)).toBe(200);
  });

  it('is told by the trail by its issuer and id, with its subject sealed, and is itself nowhere', async () => {
    const assertion = good();
    const { jti } = claimsOf(assertion);
    const { access_token } = granted(await redeem(server, assertion));
    const [event] = await events(server, { type: 'token.issued', client_id: 'desk' });
    expect(event).toMatchObject({
      token: { jti: claimsOf(access_token)['jti'] },
      details: {
        grant_type: JWT_BEARER,
        refresh_token: false,
        issuer: company.issuer,
        assertion_jti: jti,
      },
      privacy: { fields: expect.arrayContaining(['details.subject']) },
    });
    expect(JSON.stringify(event)).not.toContain('"ann"');
    expect(refusalOf(await redeem(server, assertion))).toEqual([400, 'invalid_grant']);
    const [refused] = await events(server, { type: 'token.request.rejected', client_id: 'desk' });
    expect(refused).toMatchObject({
      outcome: { result: 'denied', reason_code: 'assertion_replayed', http_status: 400 },
      details: { grant_type: JWT_BEARER, issuer: company.issuer, assertion_jti: jti },
      privacy: { fields: expect.arrayContaining(['details.subject']) },
    });
    const told = JSON.stringify([event, refused]) + server.output();
    for (const part of assertion.split('.')) expect(told).not.toContain(part);
  });

  it('is redeemed by post, by a signature of the client, and by a published document as well', async () => {
    const post = { ...clientNamed('desk'), authMethod: 'client_secret_post' };
    expect((await redeem(server, good(), { client: post })).status).toBe(200);
    const bare: TestClient = { ...clientNamed('signer'), authMethod: 'none' };
    const proven = asserting(machineKey.assertion(server, 'signer'));
    const signed = await redeem(server, good({ client_id: 'signer' }), { client: bare, ...proven });
    expect(signed.status).toBe(200);
    // The same without the proof.
    const unproven = await redeem(server, good({ client_id: 'signer' }), { client: bare });
    expect(refusalOf(unproven)).toEqual([401, 'invalid_client']);
  });

  it('may leave the resource and the scope to this server', async () => {
    const response = await redeem(server, good({ resource: undefined, scope: undefined }));
    expect(granted(response).scope).toBe('mcp:tools:read');
    expect(claimsOf(granted(response).access_token)['aud']).toBe(`${server.url}/mcp`);
    for (const resource of [[`${server.url}/mcp`], [`${server.url}/mcp`, `${server.url}/mcp`]])
      expect((await redeem(server, good({ resource }))).status).toBe(200);
  });

  it('may have one audience in a list, a type in full and small differences of the clock', async () => {
    const now = seconds();
    for (const [over, header] of [
      [{ aud: [server.url] }, {}],
      [{}, { typ: `application/${ID_JAG}` }],
      [{}, { typ: ID_JAG.toUpperCase() }],
      [{ iat: now + 20, exp: now + 200 }, {}],
      [{ nbf: now + 20 }, {}],
      [{ iat: now - 100, exp: now - 10 }, {}],
      [{ iat: now, exp: now + 300 }, {}],
    ] as [Json, Json][])
      expect([over, header, (await redeem(server, good(over, header))).status]).toEqual([over, header, 200]);
  });
});

describe('An assertion is refused', () => {
  it('when it is not signed', async () => {
    const [, claims, signature] = good().split('.');
    const mutations: Record<string, string> = {};
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '', undefined, null, 0, ['none']]) {
      const header = Buffer.from(JSON.stringify({ typ: ID_JAG, alg, kid: company.key.kid }));
      for (const kept of ['', signature])
        mutations[`alg ${JSON.stringify(alg)} ${kept && 'kept'}`] =
          `${header.toString('base64url')}.${claims}.${kept}`;
    }
    await expectRefused(mutations);
  });

  it('when it is signed with what is public, or what the client knows', async () => {
    const { key } = company;
    const pem = key.publicKey.export({ format: 'pem', type: 'spki' }).toString();
    const der = key.publicKey.export({ format: 'der', type: 'spki' });
    const secrets: Record<string, string | Buffer> = {
      pem,
      'pem, trimmed': pem.trim(),
      'pem after a line': `\n${pem}`,
      der,
      jwk: JSON.stringify(key.jwk),
      published: JSON.stringify(key.published),
      x: Buffer.from(String(key.jwk['x']), 'base64url'),
      secret: clientNamed('desk').clientSecret!,
      nothing: '',
    };
    const mutations: Record<string, () => string> = {};
    for (const [bits, alg] of [
      ['256', 'HS256'],
      ['384', 'HS384'],
      ['512', 'HS512'],
    ] as const)
      for (const [name, secret] of Object.entries(secrets))
        mutations[`${alg} with ${name}`] = () => {
          const parts = [{ typ: ID_JAG, alg, kid: key.kid }, company.claims(server)];
          const input = parts
            .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
            .join('.');
          return `${input}.${createHmac(`sha${bits}`, secret).update(input).digest('base64url')}`;
        };
    await expectRefused(mutations);
  });

  it('when its key is another one, or one that the header brings', async () => {
    const stranger = new HeldKey();
    const rsa = new HeldKey('RS256');
    const by = (key: HeldKey, header: Json) => () => company.assertion(server, {}, header, key);
    const { kid } = company.key;
    await expectRefused({
      'another key': by(stranger, { kid }),
      'an unknown key': by(stranger, {}),
      jwk: by(stranger, { kid: undefined, jwk: stranger.jwk }),
      'jwk under the known kid': by(stranger, { kid, jwk: stranger.jwk }),
      jku: by(stranger, { jku: `${canaryUrl}/jwks` }),
      x5u: by(stranger, { x5u: `${canaryUrl}/x5u` }),
      x5c: by(stranger, {
        x5c: [stranger.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')],
      }),
      'kid that is a URL': by(stranger, { kid: `${canaryUrl}/key` }),
      'another kind of key': by(rsa, { kid }),
      'an algorithm that is not the key’s': by(company.key, { alg: 'RS256' }),
      'a tampered signature': () => `${good().slice(0, -6)}AAAAAA`,
      'tampered claims': () => {
        const [header, claims, signature] = good().split('.');
        const other = { ...JSON.parse(Buffer.from(claims!, 'base64url').toString()), sub: 'admin' };
        return `${header}.${Buffer.from(JSON.stringify(other)).toString('base64url')}.${signature}`;
      },
      'the key of another trusted issuer': () => company.assertion(server, {}, {}, listed.key),
    });
    expect(canaryRequests).toBe(0);
  });

  it('when its kid is strange', async () => {
    const kids = [
      '../../../../dev/null',
      "' OR 1=1 --",
      'x'.repeat(9_000),
      '__proto__',
      'constructor',
      ['a'],
      { a: 1 },
      7,
      '\0',
    ];
    const stranger = new HeldKey();
    await expectRefused(
      Object.fromEntries(
        kids.map((kid) => [
          JSON.stringify(kid).slice(0, 40),
          () => company.assertion(server, {}, { kid }, stranger),
        ]),
      ),
    );
  });

  it('without making this server ask for the keys again and again', async () => {
    const before = company.requests.length;
    await atOnce(40, () => redeem(server, company.assertion(server, {}, {}, new HeldKey())));
    expect(company.requests.length - before).toBeLessThanOrEqual(2);
  });

  it('when it is of another type', async () => {
    await expectRefused(
      Object.fromEntries(
        [undefined, 'JWT', 'jwt', 'at+jwt', 'oauth-id-jag', 'id-jag+jwt', '', 7, [ID_JAG], 'dpop+jwt'].map(
          (typ) => [`typ ${JSON.stringify(typ)}`, () => good({}, { typ })],
        ),
      ),
    );
  });

  it('when it is something else altogether', async () => {
    const { access_token } = granted(await redeem(server, good()));
    const jar = await signedIn(server);
    const { tokens } = await connect(server, {
      jar,
      client: clientNamed('both'),
      scope: 'openid mcp:tools:read',
    });
    await expectRefused({
      'an access token': access_token,
      'an id_token': tokens.id_token!,
      'a refresh token': tokens.refresh_token!,
      'a client assertion': machineKey.assertion(server, 'signer'),
      'a client assertion of the type': machineKey.assertion(server, 'signer', {}, { typ: ID_JAG }),
      nonsense: 'nonsense',
      'three parts of nothing': 'a.b.c',
      'five parts': 'a.b.c.d.e',
      'too much': `${'x'.repeat(40_000)}.y.z`,
      'an unknown critical extension': good({}, { crit: ['x'], x: 1 }),
    });
  });

  it('when its issuer is not trusted', async () => {
    await expectRefused({
      'an unknown issuer': () => good({ iss: 'https://stranger.example' }),
      'a disabled issuer': () => off.assertion(server),
      'this server itself': () => good({ iss: server.url }),
      'a slash more': () => good({ iss: `${company.issuer}/` }),
      'upper case': () => good({ iss: company.issuer.toUpperCase() }),
      'no issuer': () => good({ iss: undefined }),
      'a list': () => good({ iss: [company.issuer] }),
      'a tenant nobody named': () => good({ tenant: 'theirs' }),
      'no tenant': () => byAdminsAddress(tenants),
      'another tenant': () => byAdminsAddress(tenants, { tenant: 'theirs' }),
      'an algorithm this issuer may not use': () =>
        listed.assertion(server, {}, { alg: 'EdDSA', kid: 'x' }, new HeldKey('EdDSA')),
    });
    expect((await redeem(server, byAdminsAddress(tenants, { tenant: 'ours' }))).status).toBe(200);
  });

  it('when it is for somebody else', async () => {
    const elsewhere = 'https://other.example';
    await expectRefused({
      'the token endpoint': () => good({ aud: `${server.url}/oauth2/token` }),
      'another server': () => good({ aud: elsewhere }),
      'this and another': () => good({ aud: [server.url, elsewhere] }),
      'another and this': () => good({ aud: [elsewhere, server.url] }),
      'this twice': () => good({ aud: [server.url, server.url] }),
      nobody: () => good({ aud: undefined }),
      'an empty list': () => good({ aud: [] }),
      'the resource': () => good({ aud: `${server.url}/mcp` }),
      'a slash more': () => good({ aud: `${server.url}/` }),
      'a number': () => good({ aud: 7 }),
      'another client': () => good({ client_id: 'other' }),
      'no client': () => good({ client_id: undefined }),
      'a list of clients': () => good({ client_id: ['desk'] }),
      'a client that is only like it': () => good({ client_id: 'DESK' }),
    });
    const other = await redeem(server, good(), { client: clientNamed('other') });
    expect(refusalOf(other)).toEqual([400, 'invalid_grant']);
  });

  it('when its time is over, has not come, or is none', async () => {
    const now = seconds();
    await expectRefused({
      expired: () => good({ iat: now - 200, exp: now - 40 }),
      'expired, beyond the skew': () => good({ iat: now - 100, exp: seconds() - 31 }),
      'for six minutes': () => good({ exp: seconds() + 360 }),
      'for ten years': () => good({ exp: seconds() + 315_360_000 }),
      'issued long ago for now': () => good({ iat: now - 3_600, exp: now + 60 }),
      'no exp': () => good({ exp: undefined }),
      'exp as text': () => good({ exp: String(now + 60) }),
      'exp negative': () => good({ exp: -1 }),
      'exp huge': () => good({ exp: 1e308 }),
      'exp before iat': () => good({ iat: now + 20, exp: now + 10 }),
      'no iat': () => good({ iat: undefined }),
      'iat as text': () => good({ iat: String(now) }),
      'iat in the future': () => good({ iat: now + 120, exp: now + 200 }),
      'iat null': () => good({ iat: null }),
      'not yet': () => good({ nbf: now + 60 }),
      'nbf as text': () => good({ nbf: 'now' }),
    });
  });

  it('when it says too little, or what it cannot mean', async () => {
    await expectRefused({
      'no jti': () => good({ jti: undefined }),
      'empty jti': () => good({ jti: '' }),
      'jti as a number': () => good({ jti: 7 }),
      'a long jti': () => good({ jti: 'x'.repeat(600) }),
      'jti with NUL': () => good({ jti: 'a\0b' }),
      'no sub': () => good({ sub: undefined }),
      'empty sub': () => good({ sub: '' }),
      'sub with NUL': () => good({ sub: 'ann\0' }),
      'sub as a list': () => good({ sub: ['ann'] }),
      'scope as a list': () => good({ scope: ['mcp:tools:read'] }),
      'scope with a quote': () => good({ scope: 'mcp:tools:read "' }),
      'resource as an object': () => good({ resource: { a: 1 } }),
      'no resource in a list': () => good({ resource: [] }),
      'authorization details': () => good({ authorization_details: [{ type: 'payment' }] }),
      'another confirmation': () => good({ cnf: { 'x5t#S256': 'abc' } }),
      'no confirmation at all': () => good({ cnf: null }),
    });
  });

  it('when it is used again, also when it has just expired', async () => {
    const again = good();
    expect((await redeem(server, again)).status).toBe(200);
    for (let time = 0; time < 3; time++)
      expect(refusalOf(await redeem(server, again))).toEqual([400, 'invalid_grant']);
    const late = good({ iat: seconds() - 100, exp: seconds() - 5 });
    expect((await redeem(server, late)).status).toBe(200);
    expect(refusalOf(await redeem(server, late))).toEqual([400, 'invalid_grant']);
    // The id is the issuer's choice for each person.
    const jti = `shared-${seconds()}`;
    await people.signIn(server, 'bob');
    expect((await redeem(server, good({ jti }))).status).toBe(200);
    expect((await redeem(server, good({ jti, sub: 'bob' }))).status).toBe(200);
    expect(refusalOf(await redeem(server, good({ jti })))).toEqual([400, 'invalid_grant']);
  });

  it('without being used up: what was refused for another reason can still be redeemed', async () => {
    const assertion = good({ jti: `kept-${seconds()}` });
    const wrong = await redeem(server, assertion, { client: clientNamed('other') });
    expect(refusalOf(wrong)).toEqual([400, 'invalid_grant']);
    expect((await redeem(server, assertion)).status).toBe(200);
  });
});

describe('The person', () => {
  it('is who the issuer’s subject was linked to, whatever the address says', async () => {
    const plain = claimsOf(granted(await redeem(server, good())).access_token);
    const claimed = await redeem(server, good({ email: ADMIN_EMAIL, email_verified: true }));
    expect(claimsOf(granted(claimed).access_token)['sub']).toBe(plain['sub']);
    await expectRefused({
      'an unknown subject': () => good({ sub: 'nobody' }),
      'an unknown subject with a known address': () =>
        good({ sub: 'nobody', email: ADMIN_EMAIL, email_verified: true }),
      'our own id of a person': () => good({ sub: String(plain['sub']) }),
      'a known subject of another issuer': () => listed.assertion(server, { sub: 'ann' }),
    });
  });

  it('is linked by a verified address once, when the issuer is authoritative for its domain', async () => {
    const first = (over: Json) => () => byAdminsAddress(linking, { sub: 'first', ...over });
    await expectRefused({
      unverified: first({ email_verified: false }),
      'not said to be verified': first({ email_verified: undefined }),
      'verified in words': first({ email_verified: 'true' }),
      'of another domain': first({ email: 'admin@example.org' }),
      'of a domain below': first({ email: 'admin@sub.example.com' }),
      'of nobody': first({ email: 'nobody@example.com' }),
    });
    const linked = await redeem(server, first({})());
    expect(linked.status).toBe(200);
    const linkings = await events(server, { type: 'idp.identity.linked' });
    expect(linkings.map(({ details }) => details!['provider'])).toContain(`id-jag:${linking.issuer}`);
    const later = await redeem(server, linking.assertion(server, { sub: 'first' }));
    const sub = (response: HttpResponse) => claimsOf(granted(response).access_token)['sub'];
    expect(sub(later)).toBe(sub(linked));
    // The address belongs to somebody else by now.
    expect(await ruleOf(redeem(server, byAdminsAddress(linking, { sub: 'second' })))).toBe(
      'email_of_another_subject',
    );
  });

  it('is not linked to an account whose own address nobody made sure of', async () => {
    await people.signIn(server, 'eve');
    const [eve] = (await asOperator(server, 'GET', '/users?q=eve@example.com')).json().items;
    expect(eve.email_verified).toBe(false);
    const claim = { sub: 'eve', email: 'eve@example.com' };
    expect(await ruleOf(redeem(server, byAdminsAddress(listed, claim)))).toBe('unknown_subject');
  });

  it('gets nothing once disabled, and what they had ends', async () => {
    await people.signIn(server, 'dora');
    const { access_token } = granted(await redeem(server, good({ sub: 'dora' })));
    expect(await mcpStatus(server, access_token)).toBe(200);
    const id = String(claimsOf(access_token)['sub']);
    expect((await asOperator(server, 'POST', `/users/${id}/disable`, { json: {} })).status).toBe(200);
    expect(await mcpStatus(server, access_token)).toBe(401);
    expect(refusalOf(await redeem(server, good({ sub: 'dora' })))).toEqual([400, 'invalid_grant']);
    expect((await asOperator(server, 'POST', `/users/${id}/enable`, { json: {} })).status).toBe(200);
    expect((await redeem(server, good({ sub: 'dora' }))).status).toBe(200);
    expect(await mcpStatus(server, access_token)).toBe(401);
  });

  it('is never asked: without their consent an issuer that needs it is refused, with it it is not', async () => {
    const both = clientNamed('both');
    const ask = (over: Json = {}) =>
      redeem(server, byAdminsAddress(asks, { client_id: 'both', ...over }), { client: both });
    await asOperator(server, 'GET', '/grants');
    const jar = await signedIn(server);
    const refused = await redeem(server, byAdminsAddress(asks));
    expect(refusalOf(refused)).toEqual([400, 'invalid_grant']);
    await connect(server, { client: both, jar, scope: 'mcp:tools:read' });
    expect((await ask()).status).toBe(200);
    const more = await ask({ scope: 'mcp:tools:read mcp:tools:execute' });
    expect(refusalOf(more)).toEqual([400, 'invalid_grant']);
    const [event] = await events(server, { type: 'token.request.rejected', client_id: 'both' });
    expect(event).toMatchObject({ outcome: { reason_code: 'consent_missing' } });
  });
});

describe('What is granted', () => {
  it('is asked for, asserted and allowed', async () => {
    const both = 'mcp:tools:read mcp:tools:execute';
    for (const [scope, asserted, expected] of [
      [undefined, both, both],
      ['mcp:tools:read', both, 'mcp:tools:read'],
      [both, 'mcp:tools:read', 'mcp:tools:read'],
      ['mcp:tools:read', 'mcp:tools:execute', 'mcp:tools:read'],
      [both, undefined, both],
      [undefined, 'mcp:tools:read offline_access', 'mcp:tools:read'],
      ['mcp:tools:read offline_access', both, 'mcp:tools:read'],
      [undefined, 'mcp:tools:read admin:users unheard:of', 'mcp:tools:read'],
    ]) {
      const response = await redeem(server, good({ scope: asserted }), { ...(scope && { scope }) });
      expect([scope, asserted, granted(response).scope]).toEqual([scope, asserted, expected]);
      expect(response.json()).not.toHaveProperty('refresh_token');
    }
  });

  it('is never above the assertion, the issuer, the client or the person', async () => {
    const refused = async (response: Promise<HttpResponse>, name: string, rule = 'no_scope_left') =>
      expect([name, await ruleOf(response)]).toEqual([name, rule]);
    await refused(redeem(server, good(), { scope: 'mcp:tools:execute' }), 'above the assertion');
    await refused(redeem(server, good(), { scope: 'unheard:of' }), 'unknown', 'unknown_scope');
    await refused(redeem(server, good(), { scope: 'a"b' }), 'malformed', 'unknown_scope');
    await refused(redeem(server, good({ scope: 'admin:users:read' })), 'administration, unnamed');
    await refused(redeem(server, good({ scope: 'unheard:of' })), 'asserted, unknown');
    await refused(redeem(server, good({ scope: '' })), 'asserted, nothing');
    const limited = byAdminsAddress(listed, { sub: 'first', scope: 'mcp:tools:execute' });
    await refused(redeem(server, limited), 'above the issuer');
    const reader = { client: clientNamed('reader') };
    await refused(
      redeem(server, good({ client_id: 'reader', scope: 'mcp:tools:execute' }), reader),
      'above the client',
    );
    expect((await redeem(server, good({ client_id: 'reader' }), reader)).status).toBe(200);
  });

  it('is administration only when the issuer is named for it and the person has the role', async () => {
    const admin = { resource: `${server.url}/admin`, scope: 'admin:users:read' };
    const link = await redeem(server, byAdminsAddress(listed, { sub: 'first' }));
    expect(link.status).toBe(200);
    const response = await redeem(server, listed.assertion(server, { sub: 'first', ...admin }));
    const { access_token, expires_in } = granted(response);
    expect(expires_in).toBe(600);
    const users = await get(`${server.base}/admin/v1/users`, {
      headers: { authorization: `Bearer ${access_token}` },
    });
    expect(users.status).toBe(200);
  });

  it('is for the resource of the assertion, which is ours', async () => {
    const mine = `${server.url}/mcp`;
    await expectRefused({
      'another resource': () => good({ resource: 'https://other.example/mcp' }),
      'ours and another': () => good({ resource: [mine, 'https://other.example/mcp'] }),
      'two of ours': () => good({ resource: [mine, `${server.url}/admin`] }),
      'one with a fragment': () => good({ resource: `${mine}#x` }),
    });
    const chosen = { resource: [mine, `${server.url}/admin`] };
    expect((await redeem(server, good(chosen), { resource: mine })).status).toBe(200);
    const other = await redeem(server, good(), { resource: `${server.url}/admin` });
    expect(refusalOf(other)).toEqual([400, 'invalid_target']);
    const unknown = await redeem(server, good(), { resource: 'https://other.example/' });
    expect(refusalOf(unknown)).toEqual([400, 'invalid_target']);
    const limited = listed.assertion(server, { sub: 'first', resource: `${server.url}/oauth2/userinfo` });
    expect(await ruleOf(redeem(server, limited))).toBe('resource_not_allowed_for_issuer');
  });

  it('is bound to the key that the assertion names', async () => {
    const [key, another] = [new HeldKey(), new HeldKey()];
    const client = clientNamed('desk');
    const form = () => ({ grant_type: JWT_BEARER, assertion: good({ cnf: { jkt: key.jkt } }) });
    const right = await tokenRequestWith(server, { client, key }, form());
    expect(granted(right).token_type).toBe('DPoP');
    expect(claimsOf(granted(right).access_token)['cnf']).toEqual({ jkt: key.jkt });
    const wrong = await tokenRequestWith(server, { client, key: another }, form());
    expect(refusalOf(wrong)).toEqual([400, 'invalid_grant']);
    expect(refusalOf(await tokenRequest(server, client, form()))).toEqual([400, 'invalid_grant']);
    const own = { grant_type: JWT_BEARER, assertion: good() };
    const chosen = await tokenRequestWith(server, { client, key: another }, own);
    expect(claimsOf(granted(chosen).access_token)['cnf']).toEqual({ jkt: another.jkt });
  });
});

describe('The client', () => {
  it('proves who it is, and is made for this', async () => {
    expect(
      refusalOf(await redeem(server, good({ client_id: 'web' }), { client: clientNamed('web') })),
    ).toEqual([400, 'unauthorized_client']);
    for (const client of [
      { ...clientNamed('desk'), authMethod: 'none' },
      { ...clientNamed('desk'), clientSecret: 'wrong' },
      clientNamed('nobody'),
    ])
      expect(refusalOf(await redeem(server, good(), { client }))).toEqual([401, 'invalid_client']);
  });

  it('sends the assertion, once, and nothing that would be passed over', async () => {
    expect(refusalOf(await redeem(server, ''))).toEqual([400, 'invalid_request']);
    const twice = await redeem(server, good(), { assertion: [good(), good()] });
    expect(refusalOf(twice)).toEqual([400, 'invalid_request']);
    const details = await redeem(server, good(), { authorization_details: '[{"type":"x"}]' });
    expect(refusalOf(details)).toEqual([400, 'invalid_request']);
    for (const grant_type of [JWT_BEARER.toUpperCase(), 'jwt-bearer', `${JWT_BEARER} `])
      expect(refusalOf(await redeem(server, good(), { grant_type }))).toEqual([
        400,
        'unsupported_grant_type',
      ]);
  });

  it('is one that the issuer may name', async () => {
    const both = { client: clientNamed('both') };
    const refused = redeem(server, byAdminsAddress(listed, { client_id: 'both' }), both);
    expect(await ruleOf(refused)).toBe('client_not_allowed_for_issuer');
  });

  it('may be a published document with a key, and may not register itself for it otherwise', async () => {
    const key = new HeldKey();
    const id = site.publish({
      grant_types: ['authorization_code', JWT_BEARER],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [key.published] },
    });
    const open = site.publish({ grant_types: ['authorization_code', JWT_BEARER] });
    const client = { ...clientNamed(id), authMethod: 'none' };
    const proven = asserting(key.assertion(server, id));
    const response = await redeem(server, good({ client_id: id }), { client, ...proven });
    expect([response.status, response.text]).toEqual([200, expect.stringContaining('access_token')]);
    const unproven = await redeem(server, good({ client_id: id }), { client });
    expect(refusalOf(unproven)).toEqual([401, 'invalid_client']);
    const bare = { ...clientNamed(open), authMethod: 'none' };
    const without = await redeem(server, good({ client_id: open }), { client: bare });
    expect(refusalOf(without)).toEqual([400, 'unauthorized_client']);
  });

  it('ends with its tokens', async () => {
    const other = { client: clientNamed('other') };
    const { access_token } = granted(await redeem(server, good({ client_id: 'other' }), other));
    expect(await mcpStatus(server, access_token)).toBe(200);
    await asOperator(server, 'POST', '/clients/other/suspend', { json: {} });
    expect(await mcpStatus(server, access_token)).toBe(401);
    expect(refusalOf(await redeem(server, good({ client_id: 'other' }), other))).toEqual([
      401,
      'invalid_client',
    ]);
    await asOperator(server, 'POST', '/clients/other/approve', { json: {} });
  });
});

describe('The grant', () => {
  it('is seen by admins, serves again for the same, and ends with all its tokens', async () => {
    await people.signIn(server, 'finn');
    const finn = (over: Json = {}) => redeem(server, good({ sub: 'finn', ...over }));
    const [one, two, three] = [
      claimsOf(granted(await finn()).access_token),
      granted(await finn()).access_token,
      claimsOf(granted(await finn({ scope: 'mcp:tools:execute' })).access_token),
    ];
    const gid = String(one['gid']);
    expect(claimsOf(two)['gid']).toBe(gid);
    expect(three['gid']).not.toBe(gid);
    const shown = await asOperator(server, 'GET', `/grants/${gid}`);
    expect(shown.json()).toMatchObject({ active: true, scopes: ['mcp:tools:read'], client_id: 'desk' });
    const opened = await events(server, { type: 'grant.opened', grant_id: gid });
    expect(opened).toMatchObject([
      {
        details: { consent: 'issuer', issuer: company.issuer },
        privacy: { fields: expect.arrayContaining(['details.subject']) },
      },
    ]);

    expect((await asOperator(server, 'DELETE', `/grants/${gid}`)).status).toBe(200);
    expect(await mcpStatus(server, two)).toBe(401);
    const next = claimsOf(granted(await finn()).access_token);
    expect(next['gid']).not.toBe(gid);
  });

  it('lasts as long as its last token, and no longer', async () => {
    await people.signIn(server, 'gwen');
    const ask = async () => claimsOf(granted(await redeem(server, good({ sub: 'gwen' }))).access_token);
    const first = await ask();
    const ends = async () =>
      Date.parse((await asOperator(server, 'GET', `/grants/${String(first['gid'])}`)).json().expires_at);
    expect(await ends()).toBe((Number(first['exp']) + 1) * 1_000);
    let later = await ask();
    while (later['exp'] === first['exp']) later = await ask();
    expect(later['gid']).toBe(first['gid']);
    expect(await ends()).toBe((Number(later['exp']) + 1) * 1_000);
  });
});

describe('Discovery', () => {
  it('says that identity assertions are taken', async () => {
    const metadata = await get(`${server.base}/.well-known/oauth-authorization-server`);
    expect(metadata.json()).toMatchObject({
      grant_types_supported: expect.arrayContaining([JWT_BEARER]),
      authorization_grant_profiles_supported: ['urn:ietf:params:oauth:grant-profile:id-jag'],
    });
  });
});

describe('The keys of an issuer', () => {
  it('are asked for again when they are away, which is nobody’s fault', async () => {
    const assertion = away.assertion(server);
    const refused = await redeem(server, assertion);
    expect(refusalOf(refused)).toEqual([503, 'temporarily_unavailable']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    await away.start();
    await sleep(1_200);
    // The keys are there; who the person is, is another matter.
    expect(refusalOf(await redeem(server, assertion))).toEqual([400, 'invalid_grant']);
    await away.stop();
  });

  it('may be several, and one that is not among them is none', async () => {
    const reason = async (key: HeldKey) => {
      await redeem(server, changing.assertion(server, {}, {}, key));
      const [event] = await events(server, { type: 'token.request.rejected' });
      return event!.outcome.reason_code;
    };
    changing.keys = [new HeldKey(), new HeldKey('RS256')];
    for (const key of changing.keys) expect(await reason(key)).toBe('unknown_subject');
    expect(await reason(new HeldKey())).toBe('assertion_jwks_no_matching_key');
  });
});

describeOnPostgres('On two replicas', () => {
  it('an assertion is good once, however often and wherever it arrives', async () => {
    const options = { database: await createDatabase(), config: configured };
    const first = await startServer(options);
    const second = await startServer({ ...options, env: { PUBLIC_URL: first.url } });
    await people.signIn(first, 'ann');
    const once = company.assertion(first);
    expect((await redeem(first, once)).status).toBe(200);
    expect(refusalOf(await redeem(second, once))).toEqual([400, 'invalid_grant']);
    for (let round = 0; round < 3; round++) {
      const raced = company.assertion(first);
      const answers = await atOnce(20, (index) => redeem(index % 2 ? first : second, raced));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 400)).toHaveLength(19);
    }
    // First linking at once: one link, and everybody is let in.
    const linking = await atOnce(10, (index) =>
      redeem(
        index % 2 ? first : second,
        listed.assertion(first, { sub: 'first', email: ADMIN_EMAIL, email_verified: true }),
      ),
    );
    expect(linking.map(({ status }) => status)).toEqual(Array<number>(10).fill(200));
    const [links] = await first.sql('SELECT count(*)::int AS n FROM linked_identities WHERE issuer = $1', [
      listed.issuer,
    ]);
    expect(links).toEqual({ n: 1 });
  });
});
