import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from '@jest/globals';
import {
  adminToken,
  authorize,
  connect,
  exchange,
  opsClient,
  refresh,
  registerClient,
  tokenRequest,
  tokensOf,
  type TestClient,
} from '../support/actors.js';
import { CookieJar } from '../support/http.js';
import { callTool } from '../support/mcp.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { createDatabase } from '../support/postgres.js';
import { startServer, type TestServer } from '../support/server.js';
import { countStatements, type StatementCounter } from '../support/statement-counter.js';

describeOnPostgres('Round trips to the database', () => {
  let server: TestServer;
  let counter: StatementCounter;

  beforeAll(async () => {
    counter = await countStatements(await createDatabase());
    server = await startServer({ database: counter.url });
    // A server that has just started asks itself what clients will ask, and what it refuses itself is recorded.
    const quiet = () => counter.during(() => sleep(500));
    for (let tries = 0; tries < 20 && (await quiet()).length > 0; tries++);
  });

  /** Once before, so that what is written at most once an hour or a minute has been written. */
  async function warm(): Promise<{ client: TestClient; jar: CookieJar }> {
    const { client, jar } = await connect(server);
    return { client, jar };
  }

  it('are at most four for a code, and today two', async () => {
    const { client, jar } = await warm();
    const { code, verifier } = await authorize(server, client, { jar });
    const statements = await counter.during(async () => {
      tokensOf(await exchange(server, client, code, verifier));
    });
    expect(statements).toHaveLength(2);
  });

  it('are at most three for a refresh, and today two', async () => {
    const { client, tokens } = await connect(server);
    const { refresh_token } = tokensOf(await refresh(server, client, tokens.refresh_token!));
    const statements = await counter.during(async () => {
      tokensOf(await refresh(server, client, refresh_token!));
    });
    expect(statements).toHaveLength(2);
  });

  it('are two for client_credentials', async () => {
    await adminToken(server);
    const statements = await counter.during(async () => {
      tokensOf(await tokenRequest(server, opsClient(), { grant_type: 'client_credentials' }));
    });
    expect(statements).toHaveLength(2);
  });

  it('are one more when the client was not seen for a while', async () => {
    const { client, jar } = await warm();
    const { code, verifier } = await authorize(server, client, { jar });
    await new Promise((later) => setTimeout(later, 1_100));
    const statements = await counter.during(async () => {
      tokensOf(await exchange(server, client, code, verifier));
    });
    expect(statements).toHaveLength(3);
    expect(statements[0]).toMatch(/FROM "clients"/);
  });

  it('are none for a tool call but its decision and its outcome', async () => {
    const { tokens } = await connect(server);
    const call = () => callTool(server, tokens.access_token, 'whoami', {});
    await call();
    const statements = await counter.during(call);
    expect(statements.every((text) => text.includes('INSERT INTO audit_events'))).toBe(true);
    expect(statements.length).toBeLessThanOrEqual(2);
    expect(statements.length).toBeGreaterThan(0);
  });

  it('are counted, so that a browser that comes to authorize costs some', async () => {
    const client = await registerClient(server);
    const statements = await counter.during(() => authorize(server, client));
    expect(statements.length).toBeGreaterThan(3);
  });
});
