import { expect, it } from '@jest/globals';
import {
  adminToken,
  connect,
  mcpCall,
  opsClient,
  refresh,
  registerClient,
  tokenRequest,
  tokensOf,
} from '../support/actors.js';
import { get, post } from '../support/http.js';
import { describeWithPostgresCluster } from '../support/on-postgres.js';
import { PostgresCluster } from '../support/postgres-cluster.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';

const CREDENTIALS = { grant_type: 'client_credentials' };

describeWithPostgresCluster('while the database is away', () => {
  it('the server stays alive, is not ready, and answers 503 with Retry-After instead of blaming the caller', async () => {
    const { cluster, server } = await start();
    const connection = await connect(server, { scope: 'mcp:tools:read' });
    cluster.stop('immediate');

    expect((await get(`${server.base}/health/live`)).status).toBe(200);
    expect((await get(`${server.base}/health/ready`)).status).toBe(503);

    const refreshed = await refresh(server, connection.client, connection.tokens.refresh_token!);
    expect(refreshed.status).toBe(503);
    expect(refreshed.headers['retry-after']).toMatch(/^\d+$/);
    expect(refreshed.json()).not.toMatchObject({ error: 'invalid_grant' });

    const asked = await tokenRequest(server, opsClient(), {
      ...CREDENTIALS,
      resource: `${server.url}/admin`,
    });
    expect(asked.status).toBe(503);
    expect(asked.headers['retry-after']).toMatch(/^\d+$/);

    const registered = await post(`${server.base}/oauth2/register`, {
      json: { redirect_uris: ['http://127.0.0.1/cb'] },
    });
    expect(registered.status).toBe(503);

    // A view of the ledger that cannot be renewed must not let an ended token through.
    await sleep(2_500);
    const called = await mcpCall(server, connection.tokens.access_token, 'tools/list');
    expect(called.status).toBe(503);
    expect(called.response.headers['retry-after']).toMatch(/^\d+$/);
    expect(server.output()).not.toContain(connection.tokens.access_token);
  });

  it('serves again by itself once it is back, and a refresh token that was refused meanwhile still works', async () => {
    const { cluster, server } = await start();
    const connection = await connect(server, { scope: 'mcp:tools:read' });
    cluster.stop('fast');
    expect((await refresh(server, connection.client, connection.tokens.refresh_token!)).status).toBe(503);
    cluster.start();

    await until(async () => (await get(`${server.base}/health/ready`)).status === 200);
    const tokens = tokensOf(await refresh(server, connection.client, connection.tokens.refresh_token!));
    await until(async () => (await mcpCall(server, tokens.access_token, 'tools/list')).status === 200);
    await expect(registerClient(server)).resolves.toMatchObject({ authMethod: 'none' });
    await expect(adminToken(server)).resolves.toEqual(expect.any(String));
  });

  it('a start without a database that answers ends with a message and not with 0', async () => {
    const { cluster, server } = await start();
    await server.stop();
    cluster.stop('fast');
    await expect(server.restart()).rejects.toThrow(/DATABASE_URL/);
  });
});

async function start(): Promise<{ cluster: PostgresCluster; server: TestServer }> {
  const cluster = await PostgresCluster.create();
  return { cluster, server: await startServer({ database: cluster.url }) };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('It never came about');
    await sleep(100);
  }
}
