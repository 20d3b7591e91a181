import { beforeAll, describe, expect, it } from '@jest/globals';
import * as oidc from 'openid-client';
import { attemptAuthorize, connect, registerClient, type TestClient } from '../support/actors.js';
import { CookieJar, get } from '../support/http.js';
import { ADMIN_EMAIL, startServer, type TestServer } from '../support/server.js';
import { Person } from '../story/person.js';
import { decide, DEVICE_CODE, ROOMY_DEVICES } from './device-harness.js';
import { mcpStatus, signedIn } from './harness.js';
import { ACCESS_TOKEN, EXCHANGE } from './token-exchange.harness.js';

const CALLBACK = 'https://app.example/cb';
const BYE = 'https://app.example/bye';

let server: TestServer;
let client: TestClient;
let jar: CookieJar;
let config: oidc.Configuration;
/** What a client signs with that has no secret. */
let key: oidc.PrivateKey;
let jwks: { keys: { kty: string }[] };

const CHECKS = { execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks] };

beforeAll(async () => {
  const pair = await oidc.randomDPoPKeyPair('ES256', { extractable: true });
  const { crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  key = { key: pair.privateKey, kid: 'mine' };
  jwks = { keys: [{ kty: 'EC', crv, x, y, kid: 'mine', use: 'sig' } as { kty: string }] };
  const signing = { name: 'Signer', authMethod: 'private_key_jwt', jwks };
  server = await startServer({
    config: {
      limits: ROOMY_DEVICES,
      resources: [{ id: 'mcp', introspection: ['signer'] }],
      clients: [
        {
          ...signing,
          clientId: 'signer',
          grantTypes: ['client_credentials', EXCHANGE],
          scopes: ['mcp:tools:read'],
        },
        { ...signing, clientId: 'television', grantTypes: [DEVICE_CODE, 'refresh_token'] },
      ],
    },
  });
  client = await registerClient(server, {
    redirect_uris: [CALLBACK],
    post_logout_redirect_uris: [BYE],
    token_endpoint_auth_method: 'client_secret_basic',
  });
  jar = await signedIn(server);
  config = await oidc.discovery(
    new URL(server.url),
    client.clientId,
    undefined,
    oidc.ClientSecretBasic(client.clientSecret),
    { execute: [oidc.allowInsecureRequests] },
  );
});

const signing = (clientId: string): Promise<oidc.Configuration> =>
  oidc.discovery(new URL(server.url), clientId, undefined, oidc.PrivateKeyJwt(key), CHECKS);

/** The code flow as the library does it, with a nonce and a state; the person says yes. */
async function signIn() {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const [expectedNonce, expectedState] = [oidc.randomNonce(), oidc.randomState()];
  const { searchParams } = oidc.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid email',
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    nonce: expectedNonce,
    state: expectedState,
  });
  const outcome = await attemptAuthorize(server, client, {
    jar,
    resource: null,
    extra: Object.fromEntries(searchParams),
  });
  if (!('code' in outcome)) throw new Error('no code');
  const back = new URL(CALLBACK);
  for (const name of ['code', 'state', 'iss'] as const) back.searchParams.set(name, outcome[name]!);
  return oidc.authorizationCodeGrant(config, back, {
    pkceCodeVerifier,
    expectedNonce,
    expectedState,
    idTokenExpected: true,
  });
}

describe('openid-client, a certified client', () => {
  it('signs in, asks who it is, asks about its tokens, revokes them and signs out', async () => {
    const tokens = await signIn();
    const { sub, sid } = tokens.claims()!;
    expect(sid).toEqual(expect.any(String));
    expect(await oidc.fetchUserInfo(config, tokens.access_token, sub)).toEqual({
      sub,
      email: ADMIN_EMAIL,
      email_verified: true,
    });
    await expect(oidc.fetchUserInfo(config, tokens.access_token, 'somebody-else')).rejects.toMatchObject({
      code: 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
    });

    for (const token of [tokens.access_token, tokens.refresh_token!])
      expect(await oidc.tokenIntrospection(config, token)).toMatchObject({
        active: true,
        sub,
        client_id: client.clientId,
      });
    await oidc.tokenRevocation(config, tokens.access_token, { token_type_hint: 'access_token' });
    expect(await oidc.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
    await expect(oidc.fetchUserInfo(config, tokens.access_token, sub)).rejects.toMatchObject({
      code: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE',
      status: 401,
    });
    const next = await oidc.refreshTokenGrant(config, tokens.refresh_token!);
    await oidc.tokenRevocation(config, next.refresh_token!);
    expect(await oidc.tokenIntrospection(config, next.access_token)).toEqual({ active: false });

    const way = oidc.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token!,
      post_logout_redirect_uri: BYE,
      state: 'done',
    });
    const answer = await get(way, { cookies: jar });
    expect([answer.status, answer.headers.location]).toEqual([303, `${BYE}?state=done`]);
    expect((await get(`${server.base}/account`, { cookies: jar })).status).toBe(303);
  });

  it('registers itself with a key, pushes its request, and gets in with another key', async () => {
    const config = await oidc.dynamicClientRegistration(
      new URL(server.url),
      {
        client_name: 'Certified',
        redirect_uris: [CALLBACK],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks,
        dpop_bound_access_tokens: true,
      },
      oidc.PrivateKeyJwt(key),
      CHECKS,
    );
    const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'));
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
    const [expectedNonce, expectedState] = [oidc.randomNonce(), oidc.randomState()];
    const asked = await oidc.buildAuthorizationUrlWithPAR(
      config,
      {
        redirect_uri: CALLBACK,
        scope: 'openid email',
        code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        nonce: expectedNonce,
        state: expectedState,
        max_age: '600',
      },
      { DPoP },
    );
    expect([...asked.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    const { callback } = await new Person(server).visit(asked);
    const tokens = await oidc.authorizationCodeGrant(
      config,
      callback,
      { pkceCodeVerifier, expectedNonce, expectedState, maxAge: 600, idTokenExpected: true },
      undefined,
      { DPoP },
    );
    const { sub } = tokens.claims()!;
    const me = { sub, email: ADMIN_EMAIL, email_verified: true };
    expect(await oidc.fetchUserInfo(config, tokens.access_token, sub, { DPoP })).toEqual(me);
    const next = await oidc.refreshTokenGrant(config, tokens.refresh_token!, undefined, { DPoP });
    expect(await oidc.tokenIntrospection(config, next.access_token)).toMatchObject({
      active: true,
      cnf: { jkt: await DPoP.calculateThumbprint() },
    });
    await oidc.tokenRevocation(config, next.refresh_token!);
    expect(await oidc.tokenIntrospection(config, next.access_token)).toEqual({ active: false });
  });

  it('gets in as a device that signs', async () => {
    const device = await signing('television');
    const started = await oidc.initiateDeviceAuthorization(device, { scope: 'openid mcp:tools:read' });
    await decide(server, await signedIn(server), started);
    // Somebody was fast: nothing to wait for.
    const tokens = await oidc.pollDeviceAuthorizationGrant(device, { ...started, interval: 0 });
    expect(tokens.claims()).toMatchObject({ aud: 'television', sub: expect.any(String) });
    expect(await mcpStatus(server, tokens.access_token)).toBe(200);
    const next = await oidc.refreshTokenGrant(device, tokens.refresh_token!);
    expect(next.claims()).toMatchObject({ sub: tokens.claims()!.sub });
  });

  it('gets a token for a machine that signs, bound to a key, and exchanges a person’s', async () => {
    const machines = await signing('signer');
    const DPoP = oidc.getDPoPHandle(machines, await oidc.randomDPoPKeyPair('EdDSA'));
    const machine = await oidc.clientCredentialsGrant(machines, { scope: 'mcp:tools:read' }, { DPoP });
    expect(machine.token_type).toBe('dpop');
    const { tokens } = await connect(server, { jar: jar, scope: 'mcp:tools:read' });
    const exchanged = await oidc.genericGrantRequest(
      machines,
      EXCHANGE,
      { subject_token: tokens.access_token, subject_token_type: ACCESS_TOKEN },
      { DPoP },
    );
    expect(await oidc.tokenIntrospection(machines, exchanged.access_token)).toMatchObject({
      active: true,
      act: { sub: 'signer' },
      cnf: { jkt: await DPoP.calculateThumbprint() },
    });
  });
});
