import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as oauth from 'oauth4webapi';
import { connect } from '../support/actors.js';
import { formOf } from '../support/html.js';
import { get } from '../support/http.js';
import { ADMIN_EMAIL, startServer, type TestServer } from '../support/server.js';
import { Person } from '../story/person.js';
import { claimsOf, ROOMY } from './harness.js';
import { ACCESS_TOKEN, EXCHANGE } from './token-exchange.harness.js';

/** Everything is validated but that addresses are https: servers in tests are on loopback. */
const OPEN = { [oauth.allowInsecureRequests]: true };
const CALLBACK = 'https://app.example/cb';
const SECRET = 'a-secret-of-a-machine-in-a-test';
const SCOPE = 'openid email offline_access mcp:tools:read';

let server: TestServer;
let person: Person;
let as: oauth.AuthorizationServer;
let keys: oauth.CryptoKeyPair;
let jwks: { keys: object[] };

beforeAll(async () => {
  keys = await oauth.generateKeyPair('ES256', { extractable: true });
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', keys.publicKey);
  jwks = { keys: [{ kty, crv, x, y, kid: 'mine', use: 'sig', alg: 'ES256' }] };
  const machine = {
    name: 'Machine',
    grantTypes: ['client_credentials', EXCHANGE],
    scopes: ['mcp:tools:read'],
  };
  server = await startServer({
    config: {
      limits: ROOMY,
      resources: [{ id: 'mcp', introspection: ['by-basic', 'by-key'] }],
      clients: [
        { ...machine, clientId: 'by-basic', clientSecret: SECRET },
        { ...machine, clientId: 'by-post', clientSecret: SECRET, authMethod: 'client_secret_post' },
        { ...machine, clientId: 'by-key', authMethod: 'private_key_jwt', jwks },
      ],
    },
  });
  person = new Person(server);
  const issuer = new URL(server.url);
  as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, OPEN));
});

/** Once more when the answer is that there is a nonce to use. */
const learning = async <T>(run: () => Promise<T>): Promise<T> => {
  try {
    return await run();
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return run();
  }
};

const AUTHENTICATION: Record<string, (secret: string) => oauth.ClientAuth> = {
  none: () => oauth.None(),
  client_secret_basic: oauth.ClientSecretBasic,
  client_secret_post: oauth.ClientSecretPost,
  private_key_jwt: () => oauth.PrivateKeyJwt({ key: keys.privateKey, kid: 'mine' }),
};
const MACHINES: Record<string, string> = {
  client_secret_basic: 'by-basic',
  client_secret_post: 'by-post',
  private_key_jwt: 'by-key',
};

/** RFC 9068 §4, as a resource does it that has nothing but the metadata. */
const verified = (token: string): Promise<oauth.JWTAccessTokenClaims> => {
  const request = new Request(`${server.url}/mcp`, { headers: { authorization: `Bearer ${token}` } });
  return oauth.validateJwtAccessToken(as, request, `${server.url}/mcp`, OPEN);
};

describe('oauth4webapi, which validates everything,', () => {
  it('finds the authorization server by the resource, in both kinds of metadata', async () => {
    const mcp = new URL(`${server.url}/mcp`);
    const found = await oauth.resourceDiscoveryRequest(mcp, OPEN);
    const resource = await oauth.processResourceDiscoveryResponse(mcp, found);
    expect(resource.authorization_servers).toEqual([server.url]);
    const issuer = new URL(resource.authorization_servers![0]!);
    for (const algorithm of ['oidc', 'oauth2'] as const)
      expect(
        await oauth.processDiscoveryResponse(
          issuer,
          await oauth.discoveryRequest(issuer, { ...OPEN, algorithm }),
        ),
      ).toEqual(as);
  });

  async function register(method: string): Promise<[oauth.Client, oauth.ClientAuth]> {
    const registered = await oauth.processDynamicClientRegistrationResponse(
      await oauth.dynamicClientRegistrationRequest(
        as,
        {
          client_name: 'Strict',
          redirect_uris: [CALLBACK],
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          token_endpoint_auth_method: method,
          id_token_signed_response_alg: 'ES256',
          ...(method === 'private_key_jwt' && { jwks }),
        },
        OPEN,
      ),
    );
    expect(registered).toMatchObject({ token_endpoint_auth_method: method });
    const auth = AUTHENTICATION[method]!(registered.client_secret as string);
    return [{ ...registered, require_auth_time: true }, auth];
  }

  /** RFC 9126 with a proof of the key (RFC 9449 §10.1). Answers where the person is sent. */
  async function push(
    client: oauth.Client,
    auth: oauth.ClientAuth,
    DPoP: oauth.DPoPHandle,
    parameters: Record<string, string>,
  ): Promise<URL> {
    const { request_uri } = await learning(async () =>
      oauth.processPushedAuthorizationResponse(
        as,
        client,
        await oauth.pushedAuthorizationRequest(as, client, auth, parameters, { ...OPEN, DPoP }),
      ),
    );
    const url = new URL(as.authorization_endpoint!);
    url.searchParams.set('client_id', client.client_id);
    url.searchParams.set('request_uri', request_uri);
    return url;
  }

  it.each(Object.keys(AUTHENTICATION))(
    'registers a client that authenticates by %s, gets in with a key, refreshes and leaves',
    async (method) => {
      const [client, auth] = await register(method);
      const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('Ed25519'));
      const bound = { ...OPEN, DPoP };
      const [verifier, nonce, state] = [
        oauth.generateRandomCodeVerifier(),
        oauth.generateRandomNonce(),
        oauth.generateRandomState(),
      ];
      const asked = await push(client, auth, DPoP, {
        response_type: 'code',
        redirect_uri: CALLBACK,
        scope: SCOPE,
        resource: `${server.url}/mcp`,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        nonce,
        state,
        max_age: '600',
      });
      const { callback } = await person.visit(asked);
      for (const iss of ['https://elsewhere.example', undefined]) {
        const forged = new URLSearchParams(callback.searchParams);
        forged.delete('iss');
        if (iss) forged.set('iss', iss);
        expect(() => oauth.validateAuthResponse(as, client, forged, state)).toThrow(/"iss"/);
      }
      const answer = oauth.validateAuthResponse(as, client, callback, state);

      const redeem = () =>
        oauth.authorizationCodeGrantRequest(as, client, auth, answer, CALLBACK, verifier, bound);
      let response!: Response;
      const tokens = await learning(async () => {
        response = await redeem();
        return oauth.processAuthorizationCodeResponse(as, client, response, {
          expectedNonce: nonce,
          maxAge: 600,
          requireIdToken: true,
        });
      });
      await oauth.validateApplicationLevelSignature(as, response, OPEN);
      const { sub, at_hash, auth_time } = oauth.getValidatedIdTokenClaims(tokens)!;
      expect(auth_time).toEqual(expect.any(Number));
      // OpenID Connect Core §3.1.3.6
      const half = createHash('sha256').update(tokens.access_token).digest().subarray(0, 16);
      expect(at_hash).toBe(half.toString('base64url'));
      expect([tokens.token_type, tokens.scope]).toEqual(['dpop', SCOPE]);
      const jkt = await DPoP.calculateThumbprint();
      expect(claimsOf(tokens.access_token)['cnf']).toEqual({ jkt });

      const refreshed = await oauth.processRefreshTokenResponse(
        as,
        client,
        await oauth.refreshTokenGrantRequest(as, client, auth, tokens.refresh_token!, bound),
      );
      expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
      expect(claimsOf(refreshed.access_token)['sub']).toBe(sub);
      const stillWorks = () =>
        learning(() =>
          oauth.protectedResourceRequest(
            refreshed.access_token,
            'POST',
            new URL(`${server.url}/mcp`),
            new Headers({
              'content-type': 'application/json',
              accept: 'application/json, text/event-stream',
            }),
            JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
            bound,
          ),
        );
      expect((await stillWorks()).status).toBe(200);

      await oauth.processRevocationResponse(
        await oauth.revocationRequest(as, client, auth, refreshed.refresh_token!, OPEN),
      );
      await expect(stillWorks()).rejects.toThrow(oauth.WWWAuthenticateChallengeError);
      await expect(
        oauth.processRefreshTokenResponse(
          as,
          client,
          await oauth.refreshTokenGrantRequest(as, client, auth, refreshed.refresh_token!, bound),
        ),
      ).rejects.toMatchObject({ error: 'invalid_grant', status: 400 });
    },
  );

  it('takes the answer by form_post, and reads who it is', async () => {
    const [client, auth] = await register('client_secret_basic');
    const verifier = oauth.generateRandomCodeVerifier();
    const url = new URL(as.authorization_endpoint!);
    url.search = new URLSearchParams({
      client_id: client.client_id,
      response_type: 'code',
      redirect_uri: CALLBACK,
      scope: 'openid email',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      nonce: 'a-nonce',
      state: 'a-state',
    }).toString();
    // The first answer comes as a redirect; from then on nobody is asked.
    await person.visit(url);
    url.searchParams.set('response_mode', 'form_post');
    const page = await get(url, { cookies: person.jar });
    const posted = new URLSearchParams(formOf(page.text, CALLBACK).fields);
    const answer = oauth.validateAuthResponse(as, client, posted, 'a-state');
    const tokens = await oauth.processAuthorizationCodeResponse(
      as,
      client,
      await oauth.authorizationCodeGrantRequest(as, client, auth, answer, CALLBACK, verifier, OPEN),
      { expectedNonce: 'a-nonce', requireIdToken: true },
    );
    const { sub } = oauth.getValidatedIdTokenClaims(tokens)!;
    const info = await oauth.userInfoRequest(as, client, tokens.access_token, OPEN);
    expect(await oauth.processUserInfoResponse(as, client, sub, info)).toEqual({
      sub,
      email: ADMIN_EMAIL,
      email_verified: true,
    });
  });

  it.each(Object.entries(MACHINES))(
    'gets tokens for a machine by %s, verifies them, asks about them and revokes them',
    async (method, client_id) => {
      const auth = AUTHENTICATION[method]!(SECRET);
      const client = { client_id };
      const tokens = await oauth.processClientCredentialsResponse(
        as,
        client,
        await oauth.clientCredentialsGrantRequest(
          as,
          client,
          auth,
          { scope: 'mcp:tools:read', resource: `${server.url}/mcp` },
          OPEN,
        ),
      );
      expect(tokens).not.toHaveProperty('refresh_token');
      expect(await verified(tokens.access_token)).toMatchObject({ sub: client_id, client_id });
      const state = async () =>
        oauth.processIntrospectionResponse(
          as,
          client,
          await oauth.introspectionRequest(as, client, auth, tokens.access_token, OPEN),
        );
      expect(await state()).toMatchObject({ active: true, client_id, scope: 'mcp:tools:read' });
      await oauth.processRevocationResponse(
        await oauth.revocationRequest(as, client, auth, tokens.access_token, OPEN),
      );
      expect(await state()).toEqual({ active: false });
    },
  );

  it('exchanges a person’s token for one that says who acts', async () => {
    const { tokens } = await connect(server, { jar: person.jar, scope: 'mcp:tools:read' });
    const client = { client_id: 'by-basic' };
    const auth = oauth.ClientSecretBasic(SECRET);
    const exchange = async (subject_token: string) =>
      oauth.processGenericTokenEndpointResponse(
        as,
        client,
        await oauth.genericTokenEndpointRequest(
          as,
          client,
          auth,
          EXCHANGE,
          { subject_token, subject_token_type: ACCESS_TOKEN, scope: 'mcp:tools:read' },
          OPEN,
        ),
      );
    const exchanged = await exchange(tokens.access_token);
    expect(exchanged['issued_token_type']).toBe(ACCESS_TOKEN);
    expect(await verified(exchanged.access_token)).toMatchObject({
      sub: claimsOf(tokens.access_token)['sub'],
      client_id: 'by-basic',
      act: { sub: 'by-basic' },
    });
    await expect(exchange('not-a-token')).rejects.toMatchObject({ error: 'invalid_request', status: 400 });
  });
});
