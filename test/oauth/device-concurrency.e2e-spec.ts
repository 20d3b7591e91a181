import { beforeAll, expect, it } from '@jest/globals';
import { refresh, tokensOf, type TestClient } from '../support/actors.js';
import type { CookieJar } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { createDatabase } from '../support/postgres.js';
import { startServer, type TestServer } from '../support/server.js';
import { countStatements } from '../support/statement-counter.js';
import { decide, deviceClient, poll, press, ROOMY_DEVICES, start, type } from './device-harness.js';
import { asOperator, atOnce, events, grantsOf, mcpStatus, refusalOf, signedIn } from './harness.js';

describeOnPostgres('two replicas', () => {
  let replicas: [TestServer, TestServer];
  let client: TestClient;
  let jar: CookieJar;

  beforeAll(async () => {
    const options = { database: await createDatabase(), config: { limits: ROOMY_DEVICES } };
    const first = await startServer(options);
    replicas = [first, await startServer({ ...options, env: { PUBLIC_URL: first.url } })];
    [client, jar] = [await deviceClient(first), await signedIn(first)];
  });

  const at = (index: number): TestServer => replicas[index % 2]!;

  it('give one set of tokens to twenty polls at once, and it works', async () => {
    const device = await start(at(0), client);
    await decide(at(1), jar, device);
    const answers = await atOnce(20, (index) => poll(at(index), device));
    const given = answers.filter(({ status }) => status === 200);
    expect(given).toHaveLength(1);
    for (const refused of answers.filter(({ status }) => status !== 200))
      expect(refusalOf(refused)).toEqual([400, 'invalid_grant']);
    const tokens = tokensOf(given[0]!);
    expect(await mcpStatus(at(1), tokens.access_token)).toBe(200);
    expect((await refresh(at(0), client, tokens.refresh_token!)).status).toBe(200);
    const [row] = await at(0).sql<{ tokens: number; grants: number }>(
      `SELECT count(*)::int AS tokens, count(DISTINCT t.grant_id)::int AS grants FROM access_tokens t
       JOIN device_codes d ON d.grant_id = t.grant_id WHERE d.client_id = $1`,
      [client.clientId],
    );
    expect(row).toEqual({ tokens: 2, grants: 1 });
  });

  it('count polls together: of twenty at once one is in time', async () => {
    const device = await start(at(0), client);
    const answers = await atOnce(20, (index) => poll(at(index), device));
    const errors = answers.map((answer) => refusalOf(answer)[1]);
    expect(errors.filter((error) => error === 'authorization_pending')).toHaveLength(1);
    expect(errors.filter((error) => error === 'slow_down')).toHaveLength(19);
    const [row] = await at(0).sql<{ interval_seconds: number }>(
      'SELECT interval_seconds FROM device_codes WHERE client_id = $1 ORDER BY created_at DESC LIMIT 1',
      [client.clientId],
    );
    expect(row!.interval_seconds).toBe(5 + 19 * 5);
  });

  it('take one decision of many at once', async () => {
    const own = await deviceClient(at(0));
    const device = await start(at(0), own);
    const page = await type(at(0), jar, device.user_code);
    const answers = await atOnce(12, (index) =>
      press(at(index), jar.copy(), page, index % 3 === 0 ? 'deny' : 'approve'),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(11);
    const said = await at(0).sql<{ type: string }>(
      `SELECT type FROM audit_events WHERE client_id = $1 AND type IN ('consent.granted', 'consent.denied', 'grant.opened')`,
      [own.clientId],
    );
    const allowed = said.some(({ type: what }) => what === 'consent.granted');
    expect(said.map(({ type: what }) => what).sort()).toEqual(
      allowed ? ['consent.granted', 'grant.opened'] : ['consent.denied'],
    );
    expect((await poll(at(1), device)).status).toBe(allowed ? 200 : 400);
    const rows = await at(0).sql('SELECT 1 FROM grants WHERE client_id = $1', [own.clientId]);
    expect(rows).toHaveLength(allowed ? 1 : 0);
    expect(await grantsOf(at(0), own)).toHaveLength(allowed ? 1 : 0);
  });

  it('leave nothing alive of a grant that ends while it is fetched', async () => {
    for (let round = 0; round < 5; round++) {
      const own = await deviceClient(at(0));
      const device = await start(at(0), own);
      await decide(at(0), jar, device);
      const [opened] = await events(at(0), { type: 'grant.opened', client_id: own.clientId });
      const [answer, ended] = await Promise.all([
        poll(at(0), device),
        asOperator(at(1), 'DELETE', `/grants/${opened!.grant_id}`),
      ]);
      expect(ended.status).toBe(200);
      if (answer.status !== 200) {
        expect(refusalOf(answer)).toEqual([400, 'invalid_grant']);
        continue;
      }
      const { access_token, refresh_token } = tokensOf(answer);
      expect(await mcpStatus(at(1), access_token)).toBe(401);
      expect(refusalOf(await refresh(at(0), own, refresh_token!))).toEqual([400, 'invalid_grant']);
    }
  });
});

describeOnPostgres('round trips of a device', () => {
  it('are one for each time it waits, and two when it gets its tokens', async () => {
    const counter = await countStatements(await createDatabase());
    const server = await startServer({ database: counter.url, config: { limits: ROOMY_DEVICES } });
    const [client, jar] = [await deviceClient(server), await signedIn(server)];
    const device = await start(server, client);
    await poll(server, device);
    const waiting = await counter.during(() => poll(server, device));
    expect(waiting).toHaveLength(1);
    await decide(server, jar, device);
    const fetching = await counter.during(async () => {
      tokensOf(await poll(server, device));
    });
    expect(fetching).toHaveLength(2);
  });
});
