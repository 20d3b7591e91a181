import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { adminCall, adminToken } from '../support/actors.js';
import { describeOnPostgres, describeOnPostgresAndRedis } from '../support/on-postgres.js';
import { startServer, type TestServer } from '../support/server.js';
import { as, audit, call, claimsOf, ERAS, listening, personToken, textOf } from './harness.js';

describeOnPostgres('Policies on two replicas', () => {
  it.each([['by NOTIFY'], ['when the connection for NOTIFY is lost']])(
    'tighten a live tool on both within a second, %s, and tell who listens',
    async (how) => {
      const one = await startServer();
      const two = await startServer({ database: one.databaseUrl!, env: { PUBLIC_URL: one.url } });
      const bearer = await adminToken(one);
      const token = await personToken(one, 'mcp:tools:read');
      const at = async (where: TestServer, era: (typeof ERAS)[number]) =>
        (await call(as(where, token, era), 'whoami')).status;
      for (const era of ERAS) expect([await at(one, era), await at(two, era)]).toEqual([200, 200]);
      if (how !== 'by NOTIFY')
        await one.sql(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
        );
      const news = await listening(two, token);
      const json = { name: 'shut', items: ['whoami'], disabled: true };
      const { id } = (await adminCall(one, 'POST', '/tool-policies', { token: bearer, json })).json();
      const answered = performance.now();
      for (const era of ERAS) expect(await at(one, era)).toBe(403);
      while ((await at(two, 'modern')) !== 403 && performance.now() - answered < 5_000) await sleep(10);
      expect(performance.now() - answered).toBeLessThan(1_000);
      expect(await at(two, 'legacy')).toBe(403);
      expect(await news('notifications/tools/list_changed')).toBe(true);
      await adminCall(two, 'DELETE', `/tool-policies/${String(id)}`, { token: bearer });
      const removed = performance.now();
      expect(await at(two, 'modern')).toBe(200);
      while ((await at(one, 'modern')) !== 200 && performance.now() - removed < 5_000) await sleep(10);
      expect(performance.now() - removed).toBeLessThan(1_000);
      await Promise.all([one.stop(), two.stop()]);
    },
  );
});

describeOnPostgres('A change of a policy that is not there', () => {
  it('is told to nobody', async () => {
    const server = await startServer();
    const token = await adminToken(server);
    const version = () => server.sql('SELECT version FROM tool_policies_state');
    const before = await version();
    const path = `/tool-policies/${randomUUID()}`;
    const changed = await adminCall(server, 'PATCH', path, { token, json: { items: ['whoami'] } });
    const removed = await adminCall(server, 'DELETE', path, { token });
    expect([changed.status, removed.status, await version()]).toEqual([404, 404, before]);
    await server.stop();
  });
});

describeOnPostgresAndRedis('A quota on two replicas', () => {
  it('is one quota', async () => {
    const one = await startServer({ env: { REDIS_URL: String(process.env['REDIS_URL']) } });
    const env = { PUBLIC_URL: one.url, REDIS_URL: String(process.env['REDIS_URL']) };
    const two = await startServer({ database: one.databaseUrl!, env });
    const bearer = await adminToken(one);
    const json = { name: 'few', items: ['whoami'], quota: { calls: 3, per: 60, by: 'grant' } };
    await adminCall(one, 'POST', '/tool-policies', { token: bearer, json });
    await sleep(1_000);
    const token = await personToken(one, 'mcp:tools:read');
    const sent = await Promise.all(
      Array.from({ length: 12 }, (_, at) =>
        call(as(at % 2 ? one : two, token, at % 3 ? 'modern' : 'legacy'), 'whoami'),
      ),
    );
    expect(sent.filter(({ message }) => message.result)).toHaveLength(3);
    const events = await audit(one, { tool: 'whoami', grant_id: claimsOf(token)['gid'] });
    const results = events
      .filter(({ tool }) => tool?.phase === 'decision')
      .map(({ outcome }) => outcome.result);
    expect(results.filter((result) => result === 'throttled')).toHaveLength(9);
    expect(textOf(sent.find(({ message }) => message.result)!)).toContain('grant_id');
    await Promise.all([one.stop(), two.stop()]);
  });
});
