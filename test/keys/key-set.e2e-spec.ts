import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { adminCall, mcpCall } from '../support/actors.js';
import { get } from '../support/http.js';
import { describeOnPostgres, describeWithPostgresCluster } from '../support/on-postgres.js';
import { PostgresCluster } from '../support/postgres-cluster.js';
import { freePort, sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import { CachingVerifier, keySet, kidOf, kidsAt, listKeys, MACHINE, machineToken, until } from './harness.js';

describe('A key set that a CDN serves', () => {
  it('is where the metadata says and not here, and tokens verify with it', async () => {
    const port = await freePort();
    const jwksUri = `http://localhost:${port}/keys.json`;
    const server = await startServer({ config: { ...MACHINE, policies: { keys: { jwksUri } } } });
    for (const name of ['oauth-authorization-server', 'openid-configuration'])
      expect((await get(`${server.base}/.well-known/${name}`)).json()['jwks_uri']).toBe(jwksUri);
    const local = await get(`${server.base}/oauth2/jwks`);
    expect([local.status, local.json().error]).toEqual([404, expect.any(String)]);
    expect(local.text).not.toContain('kty');
    // The server looked there when it started, and says what verifiers will find.
    const nobody = `${jwksUri} cannot be reached from here (ECONNREFUSED)`;
    await until('The log says so', async () => server.output().includes(nobody));
    expect(server.output()).not.toContain('PUBLIC_URL cannot be reached');

    // What an operator uploads comes from the admin API.
    const keys = (await listKeys(server)).filter(({ published }) => published).map((key) => key.public_jwk);
    let uploaded: unknown[] = keys;
    const cdn = createServer((_, res) =>
      res.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: uploaded })),
    );
    await new Promise<void>((listening) => cdn.listen(port, 'localhost', listening));
    expect((cdn.address() as AddressInfo).port).toBe(port);
    try {
      const token = await machineToken(server);
      const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(jwksUri)), {
        issuer: server.url,
      });
      expect(payload['client_id']).toBe('machine');
      expect((await mcpCall(server, token, 'tools/list')).status).toBe(200);
      uploaded = [];
      await server.restart();
      const old = `${jwksUri} lacks the key that signs, ${kidOf(token)}`;
      await until('An old key set is noticed', async () => server.output().includes(old));
    } finally {
      await new Promise((closed) => cdn.close(closed));
    }
    // How long the CDN keeps it is not known here: a key is announced as long as the policy says.
    const announced = (await adminCall(server, 'POST', '/keys/rotate')).json();
    const wait = Date.parse(announced.activates_at) - Date.parse(announced.created_at);
    expect(wait).toBeGreaterThan(13 * 86_400_000);
    await server.stop();
  });
});

describe('Documents that anybody may keep', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });

  it.each(['/oauth2/jwks', '/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'])(
    '%s has a tag, and is not sent again to whoever has it',
    async (path) => {
      const url = server.base + path;
      const { headers } = await get(url);
      const tag = headers.etag!;
      expect(tag).toMatch(/^"[\w-]{43}"$/);
      expect(headers['cache-control']).toMatch(/^public, max-age=\d+$/);
      for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
        const answer = await get(url, { headers: { 'if-none-match': known } });
        expect([known, answer.status, answer.text, answer.headers.etag]).toEqual([known, 304, '', tag]);
      }
      for (const other of ['"other"', tag.slice(1, -1), '']) {
        const answer = await get(url, { headers: { 'if-none-match': other } });
        expect([other, answer.status]).toEqual([other, 200]);
      }
    },
  );
});

describeOnPostgres('A retired key', () => {
  it('leaves the key set when nothing it signed can be alive, and what its thief signs fails with it', async () => {
    const server = await startServer({ config: { ...MACHINE, policies: { keys: { announce: '3s' } } } });
    const token = await machineToken(server);
    const first = kidOf(token);
    const rotated = (await adminCall(server, 'POST', '/keys/rotate')).json();
    expect(rotated.state).toBe('next');
    const deadline = Date.now() + 15_000;
    while (kidOf(await machineToken(server)) === first && Date.now() < deadline) await sleep(100);
    expect(await kidsAt(server)).toEqual([rotated.kid, first]);
    expect((await mcpCall(server, token, 'tools/list')).status).toBe(200);
    const halves = await server.sql<{ state: string; gone: boolean }>(
      'SELECT state, sealed_private IS NULL AS gone FROM signing_keys ORDER BY state',
    );
    expect(halves).toEqual([
      { state: 'active', gone: false },
      { state: 'retired', gone: true },
    ]);
    await server.sql('UPDATE signing_keys SET publish_until = now() WHERE kid = $1', [first]);
    await sleep(1_100);
    expect(await kidsAt(server)).toEqual([rotated.kid]);
    // The token is not past its time, and was seen to be good: the key alone decides.
    expect((await mcpCall(server, token, 'tools/list')).status).toBe(401);
    await expect(new CachingVerifier(server).verify(token)).rejects.toThrow();
    expect((await mcpCall(server, await machineToken(server), 'tools/list')).status).toBe(200);
  });
});

describeWithPostgresCluster('The key set without its database', () => {
  it('is what was known last, and nobody is to keep it', async () => {
    const cluster = await PostgresCluster.create();
    const server = await startServer({ database: cluster.url });
    const kids = (await keySet(server)).keys.map(({ kid }) => kid);
    cluster.stop('immediate');
    await sleep(1_500);
    const answer = await get(`${server.base}/oauth2/jwks`);
    expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-store']);
    expect(answer.json().keys.map(({ kid }: { kid: string }) => kid)).toEqual(kids);
    cluster.start();
  });
});
