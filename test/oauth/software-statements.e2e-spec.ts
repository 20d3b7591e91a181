import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { attemptAuthorize, connect, type TestClient } from '../support/actors.js';
import { DocumentSite } from '../support/document-site.js';
import { get, post, request, type CookieJar, type HttpResponse } from '../support/http.js';
import { HeldKey } from '../support/proofs.js';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator, authorizeQuery, events, refusalOf, ROOMY, signedIn } from './harness.js';

type Json = Record<string, unknown>;

/** Vouches by keys that the configuration has, and may approve. */
const VENDOR = 'https://vendor.example';
/** Vouches by keys at a URL. */
const BUREAU = 'https://bureau.example';
/** Publishes its keys where nothing is. */
const AWAY = 'https://away.example';
const SAID = {
  software_id: '4NRB1-0XZABZI9E6-5SM3R',
  client_name: 'Calendar by the vendor',
  redirect_uris: ['https://calendar.example/cb'],
};

const [vendorKey, bureauKey, stranger] = [new HeldKey(), new HeldKey('RS256'), new HeldKey()];
let server: TestServer;
let jar: CookieJar;
let site: DocumentSite;

beforeAll(async () => {
  site = await DocumentSite.start();
  const jwksUri = site.newUrl();
  site.show(jwksUri, { body: { keys: [bureauKey.published] } });
  const softwareStatements = [
    {
      issuer: VENDOR,
      jwks: { keys: [vendorKey.published] },
      trust: 'approved',
      scopes: ['mcp:tools:read', 'admin:users:read'],
    },
    { issuer: BUREAU, jwksUri },
    { issuer: AWAY, jwksUri: site.newUrl() },
  ];
  server = await startServer({
    config: { limits: ROOMY, policies: { outboundLoopback: true, softwareStatements } },
  });
  jar = await signedIn(server);
});
afterAll(() => site.stop());

const now = (): number => Math.floor(Date.now() / 1_000);

const statement = (over: Json = {}, key: HeldKey = vendorKey, header: Json = {}): string =>
  key.sign(
    { alg: key.alg, kid: key.kid, typ: 'JWT', ...header },
    { iss: VENDOR, iat: now(), ...SAID, ...over },
  );

const register = (software_statement: unknown, plain: Json = {}): Promise<HttpResponse> =>
  post(`${server.base}/oauth2/register`, { json: { ...plain, software_statement } });

async function registered(software_statement: string, plain: Json = {}): Promise<TestClient> {
  const response = await register(software_statement, plain);
  expect([response.status, response.text]).toEqual([201, response.text]);
  const registration = response.json<Json>();
  return {
    clientId: registration['client_id'] as string,
    authMethod: registration['token_endpoint_auth_method'] as string,
    redirectUri: (registration['redirect_uris'] as string[])[0]!,
    registration,
  };
}

const stored = async ({ clientId }: TestClient): Promise<Json> =>
  (await asOperator(server, 'GET', `/clients/${clientId}`)).json<Json>();

const countOf = async (): Promise<number> =>
  (await asOperator(server, 'GET', '/clients?limit=200')).json<{ items: unknown[] }>().items.length;

describe('A statement of an issuer that is trusted', () => {
  it('makes the client that it describes, approved and with the ceiling of its issuer', async () => {
    const signed = statement();
    const client = await registered(signed);
    expect(client.registration).toMatchObject({ ...SAID, software_statement: signed });
    const vouched = {
      trust_state: 'approved',
      vouched_by: `software statement of ${VENDOR}`,
      allowed_scopes: ['mcp:tools:read', 'admin:users:read'],
    };
    expect(await stored(client)).toMatchObject({ ...vouched, software_id: SAID.software_id });
    const [event] = await events(server, { type: 'client.registered', client_id: client.clientId });
    expect(event?.details).toMatchObject({ vouched_by: vouched.vouched_by, trust_state: 'approved' });
    const ask = (scope: string) => attemptAuthorize(server, client, { jar, scope });
    expect(await ask('mcp:tools:read')).toHaveProperty('code');
    expect(await ask('mcp:tools:execute')).toMatchObject({ error: 'invalid_scope' });
  });

  it('counts before what the client says beside it, and leaves the rest to the client', async () => {
    const client = await registered(statement(), {
      client_name: 'Somebody else',
      redirect_uris: ['https://evil.example/cb'],
      software_id: 'another',
      scope: 'mcp:tools:read',
    });
    expect(client.registration).toMatchObject({ ...SAID, scope: 'mcp:tools:read' });
    expect((await connect(server, { client, jar })).tokens.scope).toBe('mcp:tools:read');
  });

  it('brings keys that no other key set can stand beside', async () => {
    const client = await registered(
      statement({
        jwks: { keys: [stranger.published] },
        token_endpoint_auth_method: 'private_key_jwt',
      }),
      { jwks_uri: `${site.origin}/keys-of-somebody-else` },
    );
    expect(client.registration).toMatchObject({ jwks: { keys: [stranger.published] } });
    expect(client.registration).not.toHaveProperty('jwks_uri');
  });

  it('may be verified by keys at a URL, and leaves the client in quarantine unless it may approve', async () => {
    const client = await registered(statement({ iss: BUREAU }, bureauKey));
    const seen = await stored(client);
    expect(seen).toMatchObject({
      trust_state: 'quarantined',
      vouched_by: `software statement of ${BUREAU}`,
    });
    expect(seen).not.toHaveProperty('allowed_scopes');
  });

  it.each<[string, Json, Json]>([
    ['names this server among others', { aud: ['https://else.example', 'SERVER'] }, {}],
    ['is typed as what it is', {}, { typ: 'software-statement+jwt' }],
    ['says nothing of its type or age', { iat: undefined }, { typ: undefined }],
  ])('is taken when it %s', async (_what, over, header) => {
    const aud = (over['aud'] as string[] | undefined)?.map((one) => (one === 'SERVER' ? server.url : one));
    expect((await register(statement({ ...over, ...(aud && { aud }) }, vendorKey, header))).status).toBe(201);
  });
});

describe('A statement that is not trusted', () => {
  const unsigned = (alg: string) => {
    const [, payload] = statement().split('.');
    return `${Buffer.from(JSON.stringify({ alg })).toString('base64url')}.${payload}.`;
  };
  const byPublicKey = () => {
    const header = Buffer.from(JSON.stringify({ alg: 'HS256', kid: vendorKey.kid })).toString('base64url');
    const input = `${header}.${statement().split('.')[1]}`;
    const pem = vendorKey.publicKey.export({ type: 'spki', format: 'pem' });
    return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
  };
  const altered = () => {
    const [header, , signature] = statement().split('.');
    const payload = Buffer.from(JSON.stringify({ iss: VENDOR, ...SAID, client_name: 'Evil' }));
    return `${header}.${payload.toString('base64url')}.${signature}`;
  };

  it.each<[string, () => unknown, string]>([
    ['of an issuer nobody knows', () => statement({ iss: 'https://evil.example' }, stranger), 'unapproved'],
    ['of an issuer whose name is nearly right', () => statement({ iss: `${VENDOR}/` }), 'unapproved'],
    ['of nobody', () => statement({ iss: undefined }), 'unapproved'],
    ['without a signature', () => unsigned('none'), 'invalid'],
    ['without a signature, spelt otherwise', () => unsigned('NoNe'), 'invalid'],
    ['signed with a public key as a secret', byPublicKey, 'invalid'],
    ['signed by another key', () => statement({}, stranger, { kid: vendorKey.kid }), 'invalid'],
    ['signed by the key of another issuer', () => statement({}, bureauKey), 'invalid'],
    ['that was altered', altered, 'invalid'],
    ['that expired', () => statement({ exp: now() - 60 }), 'invalid'],
    ['of the future', () => statement({ iat: now() + 3_600 }), 'invalid'],
    ['that is not good yet', () => statement({ nbf: now() + 3_600 }), 'invalid'],
    ['for another server', () => statement({ aud: 'https://else.example' }), 'invalid'],
    ['that is an access token', () => statement({}, vendorKey, { typ: 'at+jwt' }), 'invalid'],
    [
      'that is a client assertion',
      () => statement({}, vendorKey, { typ: 'client-authentication+jwt' }),
      'invalid',
    ],
    ['about no software', () => statement({ software_id: undefined }), 'invalid'],
    ['about software with a number for its id', () => statement({ software_id: 7 }), 'invalid'],
    ['inside which there is another', () => statement({ software_statement: statement() }), 'invalid'],
    ['with malformed metadata', () => statement({ redirect_uris: 'https://c.test/cb' }), 'invalid'],
    ['that is no JWT', () => 'vendor', 'invalid'],
    ['that is empty', () => '', 'invalid'],
  ])('is refused: one %s', async (_what, make, code) => {
    const before = await countOf();
    const plain = { client_name: 'Plain', redirect_uris: ['https://plain.example/cb'] };
    const response = await register(make(), plain);
    expect(refusalOf(response)).toEqual([400, `${code}_software_statement`]);
    expect(await countOf()).toBe(before);
    expect((await register(undefined, plain)).status).toBe(201);
  });

  it.each<[string, unknown]>([
    ['a number', 7],
    ['an object', { iss: VENDOR }],
    ['too long', 'x'.repeat(20_000)],
  ])('is refused as metadata when it is %s', async (_what, value) => {
    expect(refusalOf(await register(value, SAID))).toEqual([400, 'invalid_client_metadata']);
  });

  it('gets the refusal of any other metadata for what it asks', async () => {
    const response = await register(statement({ redirect_uris: ['javascript:alert(1)'] }));
    expect(refusalOf(response)).toEqual([400, 'invalid_redirect_uri']);
  });

  it('is nobody’s fault while its keys cannot be had', async () => {
    const refused = await register(statement({ iss: AWAY }));
    expect(refusalOf(refused)).toEqual([503, 'temporarily_unavailable']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('Elsewhere', () => {
  it('a document with a statement is refused: nobody verified it', async () => {
    const url = site.publish({ ...SAID, software_statement: statement() });
    const client = {
      clientId: url,
      redirectUri: SAID.redirect_uris[0]!,
      authMethod: 'none',
      registration: {},
    };
    const page = await get(`${server.base}/oauth2/authorize?${authorizeQuery(server, client)}`);
    expect([page.status, page.location]).toEqual([400, undefined]);
    const [event] = await events(server, { client_id: url, type: 'client.document.refused' });
    expect(event?.outcome.reason_code).toBe('document_unverified_software_statement');
  });

  it('a client that moves keeps its approval when its issuer vouches for the move, and loses it otherwise', async () => {
    const client = await registered(statement());
    const { registration_client_uri: uri, registration_access_token: token } = client.registration;
    const put = async (json: Json): Promise<unknown> => {
      const response = await request('PUT', uri as string, {
        json: { client_id: client.clientId, ...json },
        headers: { authorization: `Bearer ${token as string}` },
      });
      expect(response.status).toBe(200);
      return (await stored(client))['trust_state'];
    };
    const moved = { redirect_uris: ['https://calendar.example/v2/cb'] };
    expect(await put({ software_statement: statement(moved) })).toBe('approved');
    expect(await put({ ...SAID })).toBe('quarantined');
  });
});
