import { describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT, type JWK } from 'jose';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { adminCall, connect, mcpCall, tokenRequest, tokensOf } from '../support/actors.js';
import { get } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { createDatabase } from '../support/postgres.js';
import { startServer, type TestServer } from '../support/server.js';
import { keySet, kidOf, listKeys, MACHINE, machineToken, until } from './harness.js';

const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth'];
const REPORTS = 'https://reports.example.com';

const metadataOf = async (server: TestServer): Promise<Record<string, unknown>> =>
  (await get(`${server.base}/.well-known/oauth-authorization-server`)).json();

describe.each([
  ['RS256', 'RSA', 'sha256'],
  ['EdDSA', 'OKP', 'sha512'],
  ['ES256', 'EC', 'sha256'],
])('%s as what signs', (algorithm, kty, hash) => {
  it('works from sign-in to a tool, and a stock verifier finds its key', async () => {
    const server = await startServer({ config: { ...MACHINE, policies: { keys: { algorithm } } } });
    const { keys } = await keySet(server);
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatchObject({ alg: algorithm, kty, use: 'sig', kid: expect.any(String) });
    for (const member of PRIVATE) expect(keys[0]).not.toHaveProperty(member);
    if (kty === 'RSA') expect(Buffer.from(keys[0]!.n!, 'base64url').length * 8).toBeGreaterThanOrEqual(2_048);
    const metadata = await metadataOf(server);
    expect(metadata['id_token_signing_alg_values_supported']).toEqual([algorithm]);

    const { tokens, client } = await connect(server, { scope: 'openid mcp:tools:read' });
    const stock = createRemoteJWKSet(new URL(metadata['jwks_uri'] as string));
    const access = await jwtVerify(tokens.access_token, stock, {
      typ: 'at+jwt',
      audience: `${server.url}/mcp`,
    });
    expect(access.protectedHeader).toEqual({ alg: algorithm, typ: 'at+jwt', kid: keys[0]!.kid });
    const id = await jwtVerify(tokens.id_token!, stock, { audience: client.clientId });
    const half = createHash(hash).update(tokens.access_token).digest();
    expect(id.payload['at_hash']).toBe(half.subarray(0, half.length / 2).toString('base64url'));
    expect((await mcpCall(server, tokens.access_token, 'tools/list')).status).toBe(200);
    await server.stop();
  });
});

describe('A resource that asks for another algorithm', () => {
  it('gets tokens of it, and a key is no good under the algorithm of another', async () => {
    const server = await startServer({
      config: {
        ...MACHINE,
        scopes: [{ name: 'reports:read', sentence: 'Read reports' }],
        resources: [{ id: REPORTS, scopes: ['reports:read'], algorithm: 'RS256' }],
        clients: [{ ...MACHINE.clients[0], scopes: ['mcp:tools:read', 'reports:read'] }],
        policies: { keys: { additionalAlgorithms: ['EdDSA'] } },
      },
    });
    const { keys } = await keySet(server);
    expect(new Set(keys.map(({ alg }) => alg))).toEqual(new Set(['ES256', 'EdDSA', 'RS256']));
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(3);
    const metadata = await metadataOf(server);
    expect((metadata['id_token_signing_alg_values_supported'] as string[])[0]).toBe('ES256');
    const response = await tokenRequest(
      server,
      {
        clientId: 'machine',
        clientSecret: MACHINE.clients[0]!.clientSecret,
        authMethod: 'client_secret_post',
        redirectUri: '',
        registration: {},
      },
      { grant_type: 'client_credentials', resource: REPORTS },
    );
    const token = tokensOf(response).access_token;
    expect(decodeProtectedHeader(token).alg).toBe('RS256');
    await jwtVerify(token, createRemoteJWKSet(new URL(metadata['jwks_uri'] as string)), {
      audience: REPORTS,
    });
    expect(decodeProtectedHeader(await machineToken(server)).alg).toBe('ES256');

    // The header of one key, the signature of a stranger's key of each kind.
    const claims = decodeJwt(await machineToken(server));
    const strangers = {
      ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
      RS256: generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey,
      EdDSA: generateKeyPairSync('ed25519').privateKey,
    };
    for (const { kid } of keys) {
      for (const [alg, key] of Object.entries(strangers)) {
        const forged = await new SignJWT(claims).setProtectedHeader({ alg, kid, typ: 'at+jwt' }).sign(key);
        const { status, challenge } = await mcpCall(server, forged, 'tools/list');
        expect([alg, status, challenge]).toEqual([alg, 401, expect.stringContaining('invalid_token')]);
      }
    }
    await server.stop();
  });
});

describe('POST /keys/rotate', () => {
  it('names an algorithm that is not configured as what it is', async () => {
    const server = await startServer({ config: MACHINE });
    const answer = await adminCall(server, 'POST', '/keys/rotate', { json: { alg: 'RS256' } });
    expect([answer.status, answer.json().errors]).toEqual([
      400,
      [{ field: 'alg', message: 'is not among the algorithms of the configuration' }],
    ]);
    await server.stop();
  });
});

describeOnPostgres('Another algorithm in the configuration of a server that has keys', () => {
  it('is announced first, signs later, and no token of before is refused', async () => {
    const database = await createDatabase();
    const keys = { rotateEvery: '60s', announce: '4s' };
    const before = await startServer({ database, config: { ...MACHINE, policies: { keys } } });
    const token = await machineToken(before);
    const after = await startServer({
      database,
      config: { ...MACHINE, policies: { keys: { ...keys, algorithm: 'EdDSA' } } },
      env: { PUBLIC_URL: before.url },
    });
    const published = (await keySet(after)).keys.map(({ alg }: JWK) => alg);
    expect(new Set(published)).toEqual(new Set(['ES256', 'EdDSA']));
    expect(kidOf(await machineToken(after))).toBe(kidOf(token));
    const switched = await until('the new algorithm signs', async () => {
      const fresh = await machineToken(after);
      return decodeProtectedHeader(fresh).alg === 'EdDSA' && fresh;
    });
    for (const replica of [before, after])
      for (const each of [token, switched])
        expect((await mcpCall(replica, each, 'tools/list')).status).toBe(200);
    // The replica with the old configuration goes on signing with its own.
    expect(kidOf(await machineToken(before))).toBe(kidOf(token));
    expect((await listKeys(after)).map(({ state }) => state)).toEqual(['active', 'active']);
  });

  it('that is an additional one can be used as soon as the start is done', async () => {
    const database = await createDatabase();
    const before = await startServer({ database, config: MACHINE });
    const after = await startServer({
      database,
      config: { ...MACHINE, policies: { keys: { additionalAlgorithms: ['RS256'] } } },
      env: { PUBLIC_URL: before.url },
    });
    const states = (await listKeys(after)).map(({ alg, state }) => `${alg} ${state}`);
    expect(states.sort()).toEqual(['ES256 active', 'RS256 active']);
    expect((await keySet(before)).keys.map(({ alg }) => alg).sort()).toEqual(['ES256', 'RS256']);
  });
});
