import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as client2 from '@modelcontextprotocol/client';
import * as extensions1 from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { asOperator, claimsOf, events } from '../oauth/harness.js';
import { AssertionIssuer, idJagConfig, SECRET } from '../oauth/id-jag.harness.js';
import { HeldKey } from '../support/proofs.js';
import { ADMIN_EMAIL, startServer, type TestServer } from '../support/server.js';
import { APPS } from './apps.js';
import { linesOf, Wire } from './wire.js';

type Provider = client2.OAuthClientProvider;
/** The providers of both lines take the same options. */
type Extensions = Pick<
  typeof client2,
  'ClientCredentialsProvider' | 'PrivateKeyJwtProvider' | 'StaticPrivateKeyJwtProvider'
>;

const MACHINE = { grantTypes: ['client_credentials'], scopes: ['mcp:tools:read'] };
const keys = { ES256: new HeldKey('ES256'), RS256: new HeldKey('RS256') };

const company = new AssertionIssuer();
let server: TestServer;
beforeAll(async () => {
  // The library says there when a client is refused.
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  await company.start();
  const trusted = { issuer: company.issuer, jwksUri: `${company.url}/jwks`, linkByEmail: ['example.com'] };
  server = await startServer({
    config: idJagConfig([trusted], {
      clients: [
        {
          clientId: 'robot',
          name: 'Robot',
          clientSecret: SECRET,
          ...MACHINE,
          allowedScopes: ['mcp:tools:read', 'admin:grants:read'],
        },
        {
          clientId: 'signer',
          name: 'Signer',
          authMethod: 'private_key_jwt',
          jwks: { keys: Object.values(keys).map(({ published }) => published) },
          ...MACHINE,
        },
      ],
    }),
  });
});
afterAll(() => company.stop());

/** The way of a client that needs no person. */
const WAY_IN = [
  'POST /mcp 401',
  'GET /.well-known/oauth-protected-resource/mcp 200',
  'GET /.well-known/oauth-authorization-server 200',
  'POST /oauth2/token 200',
];

const UNPROVED = 'The client is unknown or could not be authenticated';

/** What was asked for since the last look, but for metadata: how long that is kept is the library's business. */
const asked = (wire: Wire): string[] =>
  linesOf(wire.take()).filter((line) => !line.startsWith('GET /.well-known/'));

const pem = (key: HeldKey): string => key.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

const MACHINES: Record<string, (from: Extensions) => [clientId: string, provider: Provider]> = {
  'a secret': (from) => {
    const provider = new from.ClientCredentialsProvider({
      clientId: 'robot',
      clientSecret: SECRET,
      expectedIssuer: server.url,
    });
    return ['robot', provider];
  },
  ...Object.fromEntries(
    (['ES256', 'RS256'] as const).map((algorithm) => [
      `an ${algorithm} key`,
      (from: Extensions) => {
        const provider = new from.PrivateKeyJwtProvider({
          clientId: 'signer',
          privateKey: pem(keys[algorithm]),
          algorithm,
          expectedIssuer: server.url,
        });
        return ['signer', provider];
      },
    ]),
  ),
  'a ready-made assertion': (from) => {
    const provider = new from.StaticPrivateKeyJwtProvider({
      clientId: 'signer',
      jwtBearerAssertion: keys.ES256.assertion(server, 'signer'),
      expectedIssuer: server.url,
    });
    return ['signer', provider];
  },
};

describe.each(Object.entries(APPS))('A machine made with %s', (name, make) => {
  const isOld = name.includes('sdk 1');
  const from = isOld ? (extensions1 as unknown as Extensions) : client2;

  it.each(Object.entries(MACHINES))('gets in with %s, and no person is asked', async (_what, made) => {
    const [wire, [clientId, provider]] = [new Wire(), made(from)];
    const app = make(`${server.url}/mcp`, provider, wire);
    await app.connect();
    const request = wire.exchanges[3]!;
    expect(linesOf(wire.take()).slice(0, 4)).toEqual(WAY_IN);
    expect(request.sent).toMatchObject({
      grant_type: 'client_credentials',
      // The 1.x line leaves it to the server unless it was given one.
      ...(!isOld && { scope: 'mcp:tools:read' }),
      resource: `${server.url}/mcp`,
    });
    expect(request.answer).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: expect.any(Number),
      scope: 'mcp:tools:read',
    });
    expect((await app.call('whoami')).structuredContent).toMatchObject({
      client_id: clientId,
      scopes: ['mcp:tools:read'],
    });
    await app.close();
  });

  it('gets another token by itself when its own no longer works', async () => {
    const [wire, [, provider]] = [new Wire(), MACHINES['a secret']!(from)];
    const app = make(`${server.url}/mcp`, provider, wire);
    await app.connect();
    const { access_token } = (await provider.tokens())!;
    const ended = await asOperator(server, 'DELETE', `/tokens/${String(claimsOf(access_token)['jti'])}`);
    expect(ended.status).toBe(200);
    wire.take();
    expect((await app.call('whoami')).isError).not.toBe(true);
    expect(asked(wire)).toEqual(['POST /mcp 401', 'POST /oauth2/token 200', 'POST /mcp 200']);
    await app.close();
  });

  it('has what it was set up to ask for', async () => {
    const provider = new from.ClientCredentialsProvider({
      clientId: 'robot',
      clientSecret: SECRET,
      scope: 'mcp:tools:read admin:grants:read',
      expectedIssuer: server.url,
    });
    const wire = new Wire();
    const app = make(`${server.url}/mcp`, provider, wire);
    await app.connect();
    expect(asked(wire).slice(0, 2)).toEqual(['POST /mcp 401', 'POST /oauth2/token 200']);
    expect((await app.call('grants_list')).isError).not.toBe(true);
    const refused = app.call('notes_add', { title: 'never', body: '' });
    await expect(refused).rejects.toThrow(isOld ? 'upscoping' : 'The client may not have this scope');
    await app.close();
  });

  it('is told that its secret is wrong, and that an assertion was used before', async () => {
    const wrong = new from.ClientCredentialsProvider({
      clientId: 'robot',
      clientSecret: 'not-the-secret-of-the-robot',
      expectedIssuer: server.url,
    });
    await expect(make(`${server.url}/mcp`, wrong, new Wire()).connect()).rejects.toThrow(UNPROVED);
    const jwtBearerAssertion = keys.ES256.assertion(server, 'signer');
    const again = () => {
      const options = { clientId: 'signer', jwtBearerAssertion, expectedIssuer: server.url };
      return make(`${server.url}/mcp`, new from.StaticPrivateKeyJwtProvider(options), new Wire());
    };
    const first = again();
    await first.connect();
    await first.close();
    await expect(again().connect()).rejects.toThrow(UNPROVED);
  });
});

const NEW_APPS = Object.entries(APPS).filter(([name]) => name.includes('client 2'));

it.each(NEW_APPS)('A machine made with %s steps up by itself', async (_name, make) => {
  const [wire, [, provider]] = [new Wire(), MACHINES['a secret']!(client2)];
  const app = make(`${server.url}/mcp`, provider, wire);
  await app.connect();
  wire.take();
  expect((await app.call('grants_list')).isError).not.toBe(true);
  expect(asked(wire)).toEqual(['POST /mcp 403', 'POST /oauth2/token 200', 'POST /mcp 200']);
  await app.close();
});

describe.each(NEW_APPS)('An app of a company made with %s', (_name, make) => {
  const setUp = (idToken: string, clientSecret = SECRET) => {
    const wire = new Wire();
    const provider = new client2.CrossAppAccessProvider({
      clientId: 'desk',
      clientSecret,
      expectedIssuer: server.url,
      fetchFn: wire.fetch,
      assertion: async ({ authorizationServerUrl, resourceUrl, scope, fetchFn }) => {
        const { jwtAuthGrant } = await client2.discoverAndRequestJwtAuthGrant({
          idpUrl: company.url,
          audience: authorizationServerUrl,
          resource: resourceUrl,
          idToken,
          clientId: 'desk',
          ...(scope !== undefined && { scope }),
          fetchFn,
        });
        return jwtAuthGrant;
      },
    });
    return { wire, provider, app: make(`${server.url}/mcp`, provider, wire) };
  };
  const admin = () => company.idToken('the-admin', { email: ADMIN_EMAIL, email_verified: true });

  it('gets in for somebody who signed in at the company, who sees no page here', async () => {
    const { wire, provider, app } = setUp(admin());
    await app.connect();
    const [exchanged, redeemed] = wire.exchanges.slice(4, 6);
    expect(linesOf(wire.take()).slice(0, 6)).toEqual([
      ...WAY_IN.slice(0, 3),
      'GET /.well-known/oauth-authorization-server 200',
      'POST /token 200',
      'POST /oauth2/token 200',
    ]);
    expect(exchanged!.sent).toMatchObject({
      audience: server.url,
      resource: `${server.url}/mcp`,
      scope: 'mcp:tools:read',
    });
    expect(redeemed!.sent).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: exchanged!.answer!['access_token'],
      scope: 'mcp:tools:read',
    });
    expect(redeemed!.answer).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: expect.any(Number),
      scope: 'mcp:tools:read',
    });
    expect((await app.call('notes_list')).structuredContent).toMatchObject({ notes: expect.any(Array) });

    // Its grant ends; the company's word opens another one.
    const { gid } = claimsOf(provider.tokens()!.access_token);
    expect((await asOperator(server, 'DELETE', `/grants/${String(gid)}`)).status).toBe(200);
    wire.take();
    expect((await app.call('whoami')).isError).not.toBe(true);
    expect(asked(wire)).toEqual([
      'POST /mcp 401',
      'POST /token 200',
      'POST /oauth2/token 200',
      'POST /mcp 200',
    ]);
    await app.close();
  });

  it('is refused for somebody nobody knows here, and is not sent to a page instead', async () => {
    const { wire, app } = setUp(company.idToken('a-stranger'));
    await expect(app.connect()).rejects.toThrow('not one that is accepted here');
    expect(linesOf(wire.take()).at(-1)).toBe('POST /oauth2/token 400');
    const [event] = await events(server, { type: 'token.request.rejected', client_id: 'desk' });
    expect(event!.outcome.reason_code).toBe('unknown_subject');
  });

  it('gets nothing when the policy of the company says no', async () => {
    const { wire, app } = setUp(admin());
    company.refusal = 'access_denied';
    await expect(app.connect())
      .rejects.toThrow('access_denied')
      .finally(() => (company.refusal = undefined));
    expect(linesOf(wire.take()).at(-1)).toBe('POST /token 400');
  });

  it('proves who it is', async () => {
    const { app } = setUp(admin(), 'not-the-secret-of-the-desk');
    await expect(app.connect()).rejects.toThrow(UNPROVED);
  });
});
