import { Client, DpopSession, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as oauth from 'oauth4webapi';
import { authorize } from '../support/actors.js';
import { CookieJar, get } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { Keychain } from '../story/keychain.js';
import { Person } from '../story/person.js';
import { Wire } from '../story/wire.js';
import { claimsOf, ROOMY, webClient } from './harness.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
});

const insecure = { [oauth.allowInsecureRequests]: true };

describe('a strict client library', () => {
  it('signs its assertions and its proofs, learns the nonces, and reads every answer', async () => {
    const issuer = new URL(server.url);
    const as = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' }),
    );
    const keys = await oauth.generateKeyPair('ES256', { extractable: true });
    const jwk = { ...(await crypto.subtle.exportKey('jwk', keys.publicKey)), kid: 'mine', use: 'sig' };
    const registered = await webClient(server, {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      dpop_bound_access_tokens: true,
      jwks: { keys: [{ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y, kid: jwk.kid, use: 'sig' }] },
    });
    const client: oauth.Client = { client_id: registered.clientId };
    const auth = oauth.PrivateKeyJwt({ key: keys.privateKey, kid: 'mine' });
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('Ed25519'));
    /** Once more when the answer is that there is a nonce to use. */
    const learning = async <T>(run: () => Promise<T>): Promise<T> => {
      try {
        return await run();
      } catch (error) {
        if (!oauth.isDPoPNonceError(error)) throw error;
        return run();
      }
    };

    const { code, state, verifier, iss } = await authorize(server, registered, {
      jar: new CookieJar(),
      scope: 'openid mcp:tools:read',
      state: 'one',
    });
    const answer = new URLSearchParams({ code, state: state!, iss: iss! });
    const params = oauth.validateAuthResponse(as, client, answer, 'one');
    const redeemed = await learning(async () =>
      oauth.processAuthorizationCodeResponse(
        as,
        client,
        await oauth.authorizationCodeGrantRequest(
          as,
          client,
          auth,
          params,
          registered.redirectUri,
          verifier,
          {
            ...insecure,
            DPoP,
          },
        ),
        { requireIdToken: true },
      ),
    );
    expect(redeemed.token_type).toBe('dpop');
    expect(claimsOf(redeemed.access_token)['cnf']).toEqual({ jkt: await DPoP.calculateThumbprint() });

    const refreshed = await oauth.processRefreshTokenResponse(
      as,
      client,
      await oauth.refreshTokenGrantRequest(as, client, auth, redeemed.refresh_token!, { ...insecure, DPoP }),
    );
    const call = await learning(() =>
      oauth.protectedResourceRequest(
        refreshed.access_token,
        'POST',
        new URL(`${server.url}/mcp`),
        new Headers({
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2025-11-25',
        }),
        JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
        { ...insecure, DPoP },
      ),
    );
    expect(call.status).toBe(200);
    const introspected = await oauth.processIntrospectionResponse(
      as,
      client,
      await oauth.introspectionRequest(as, client, auth, refreshed.access_token, insecure),
    );
    expect(introspected).toMatchObject({ active: true, token_type: 'DPoP' });
    expect(introspected.cnf).toEqual({ jkt: await DPoP.calculateThumbprint() });
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(as, client, auth, refreshed.refresh_token!, insecure),
    );
    await expect(
      oauth.protectedResourceRequest(
        refreshed.access_token,
        'GET',
        new URL(`${server.url}/mcp`),
        undefined,
        undefined,
        {
          ...insecure,
          DPoP,
        },
      ),
    ).rejects.toThrow(oauth.WWWAuthenticateChallengeError);
  });
});

/** A keychain that has a DPoP key. */
class BoundKeychain extends Keychain {
  constructor(private readonly session: DpopSession) {
    super();
  }

  dpop(): DpopSession {
    return this.session;
  }
}

describe('the official MCP client with a DPoP key', () => {
  it('gets in, calls, steps up and refreshes with bound tokens', async () => {
    const session = await DpopSession.create();
    const [keychain, wire, person] = [new BoundKeychain(session), new Wire(), new Person(server)];
    const client = new Client({ name: 'bound', version: '1.0.0' });
    const connect = async () => {
      const transport = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), {
        authProvider: keychain,
        fetch: wire.fetch,
      });
      await client.connect(transport);
      return transport;
    };
    const letIn = async (transport: StreamableHTTPClientTransport) =>
      transport.finishAuth((await person.visit(keychain.takeAsked())).callback.searchParams);
    const first = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), {
      authProvider: keychain,
      fetch: wire.fetch,
    });
    await expect(client.connect(first)).rejects.toThrow('Unauthorized');
    await letIn(first);
    expect(keychain.saved).toMatchObject({ token_type: 'DPoP' });
    expect(claimsOf(keychain.saved!.access_token)['cnf']).toEqual({ jkt: session.thumbprint });

    const transport = await connect();
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('notes_add');
    await expect(
      client.callTool({ name: 'notes_add', arguments: { title: 'bound', body: 'to a key' } }),
    ).rejects.toThrow();
    await letIn(transport);
    expect(String(keychain.saved!.scope)).toContain('mcp:tools:execute');
    const added = await client.callTool({
      name: 'notes_add',
      arguments: { title: 'bound', body: 'to a key' },
    });
    expect(added.isError).toBeFalsy();

    const before = keychain.saved!;
    keychain.saved = { ...before, access_token: 'spoilt' };
    expect((await client.listTools()).tools.length).toBeGreaterThan(0);
    expect(keychain.saved).toMatchObject({ token_type: 'DPoP' });
    expect(keychain.saved.refresh_token).not.toBe(before.refresh_token);

    // Whoever finds the token has nothing.
    const stolen = await get(`${server.url}/mcp`, {
      headers: { authorization: `Bearer ${keychain.saved.access_token}` },
    });
    expect(stolen.status).toBe(401);
    await client.close();
  });
});
