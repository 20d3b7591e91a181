import { beforeAll, expect, it } from '@jest/globals';
import * as oauth from 'oauth4webapi';
import { refresh } from '../support/actors.js';
import type { CookieJar } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { decide, deviceClient, ROOMY_DEVICES } from './device-harness.js';
import { claimsOf, mcpStatus, refusalOf, signedIn } from './harness.js';

const INSECURE = { [oauth.allowInsecureRequests]: true };

let server: TestServer;
let jar: CookieJar;
let as: oauth.AuthorizationServer;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY_DEVICES } });
  jar = await signedIn(server);
  const issuer = new URL(server.url);
  const found = await oauth.discoveryRequest(issuer, { ...INSECURE, algorithm: 'oauth2' });
  as = await oauth.processDiscoveryResponse(issuer, found);
});

async function begin(client: oauth.Client, auth: oauth.ClientAuth, scope = 'openid mcp:tools:read') {
  const parameters = { scope, resource: `${server.url}/mcp` };
  const response = await oauth.deviceAuthorizationRequest(as, client, auth, parameters, INSECURE);
  return oauth.processDeviceAuthorizationResponse(as, client, response);
}

const fetchTokens = async (
  client: oauth.Client,
  auth: oauth.ClientAuth,
  deviceCode: string,
  options: oauth.TokenEndpointRequestOptions = {},
) => {
  const response = await oauth.deviceCodeGrantRequest(as, client, auth, deviceCode, {
    ...INSECURE,
    ...options,
  });
  return oauth.processDeviceCodeResponse(as, client, response);
};

it.each(['none', 'client_secret_basic', 'client_secret_post'])(
  'A strict client that authenticates by %s finds its way from discovery to its tokens',
  async (auth_method) => {
    const made = await deviceClient(server, { auth_method });
    const client = { client_id: made.clientId };
    const auth =
      auth_method === 'none'
        ? oauth.None()
        : auth_method === 'client_secret_basic'
          ? oauth.ClientSecretBasic(made.clientSecret!)
          : oauth.ClientSecretPost(made.clientSecret!);
    const device = await begin(client, auth);
    expect(device.interval).toBe(5);
    await expect(fetchTokens(client, auth, device.device_code)).rejects.toMatchObject({
      status: 400,
      error: 'authorization_pending',
    });
    await expect(fetchTokens(client, auth, device.device_code)).rejects.toMatchObject({ error: 'slow_down' });
    await decide(server, jar, device);
    const tokens = await fetchTokens(client, auth, device.device_code);
    expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({ iss: server.url, aud: made.clientId });
    expect(await mcpStatus(server, tokens.access_token)).toBe(200);
  },
);

it('A strict client learns that the person said no', async () => {
  const client = { client_id: (await deviceClient(server)).clientId };
  const device = await begin(client, oauth.None());
  await decide(server, jar, device, 'deny');
  await expect(fetchTokens(client, oauth.None(), device.device_code)).rejects.toMatchObject({
    status: 400,
    error: 'access_denied',
  });
});

it('A device that proves a key gets tokens of that key, and only it can refresh them', async () => {
  const made = await deviceClient(server);
  const client = { client_id: made.clientId };
  const DPoP = oauth.DPoP({}, await oauth.generateKeyPair('ES256'));
  const device = await begin(client, oauth.None());
  await decide(server, jar, device);
  const withKey = (code: string) => fetchTokens(client, oauth.None(), code, { DPoP });
  const tokens = await withKey(device.device_code).catch((error: unknown) => {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return withKey(device.device_code);
  });
  expect(tokens.token_type).toBe('dpop');
  expect(claimsOf(tokens.access_token)['cnf']).toEqual({ jkt: expect.any(String) });
  const bare = await refresh(server, made, tokens.refresh_token!);
  expect([400, 'invalid_grant']).toEqual(refusalOf(bare));
});
