import { beforeAll, expect, it } from '@jest/globals';
import { describeOnPostgres } from '../support/on-postgres.js';
import { createDatabase } from '../support/postgres.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import { countStatements, type StatementCounter } from '../support/statement-counter.js';
import { timeToRefusal } from '../support/time-to-refusal.js';
import { asOperator, atOnce, events } from '../oauth/harness.js';
import { askForKey, newService, NO_LIMIT, serviceKey, TAKES_KEYS, toolWithKey, withKey } from './harness.js';

describeOnPostgres('API keys at two replicas', () => {
  let here: TestServer;
  let there: TestServer;
  let counter: StatementCounter;

  beforeAll(async () => {
    const limits = { ...NO_LIMIT, apiKeys: { ...NO_LIMIT.apiKeys, perOwner: 5 } };
    const [database, config] = [await createDatabase(), { ...TAKES_KEYS, limits }];
    counter = await countStatements(database);
    here = await startServer({ database: counter.url, config });
    there = await startServer({ database, config, env: { PUBLIC_URL: here.url } });
  });

  it('end at both by the answer of the one that was told', async () => {
    const { p50, longest } = await timeToRefusal('API key revoked elsewhere', 10, async () => {
      const { id, api_key } = await serviceKey(here, await newService(here));
      return {
        ask: async () => (await withKey(there, api_key)).status,
        end: () => asOperator(here, 'DELETE', `/api-keys/${id}`),
      };
    });
    expect(p50).toBeLessThan(500);
    expect(longest).toBeLessThan(1_000);
  });

  it.each([
    ['revoked', (id: string) => asOperator(here, 'DELETE', `/api-keys/${id}`)],
    ['rotated', (id: string) => asOperator(here, 'POST', `/api-keys/${id}/rotate`)],
    [
      'left without its client',
      (_: string, clientId: string) => asOperator(here, 'POST', `/clients/${clientId}/suspend`),
    ],
  ])('take a running call with them within a second when the key is %s', async (_, end) => {
    const clientId = await newService(here);
    const { id, api_key } = await serviceKey(here, clientId);
    const running = toolWithKey(there, api_key, 'diagnostics_wait', { seconds: 20 }).then(
      ({ result }) => ({ result, at: performance.now() }),
      () => ({ result: undefined, at: performance.now() }),
    );
    const started = async () =>
      (await events(here, { type: 'mcp.tool.called', client_id: clientId })).length > 0;
    for (let tries = 0; tries < 100 && !(await started()); tries++) await sleep(30);
    const endedAt = performance.now();
    expect((await end(id, clientId)).status).toBe(200);
    const { result, at } = await running;
    expect(result).toBeUndefined();
    expect(at - endedAt).toBeLessThan(1_000);
    expect((await withKey(there, api_key)).status).toBe(401);
  });

  it('are not more than anybody may have, however many are asked for at once', async () => {
    const clientId = await newService(here);
    const made = await atOnce(20, (index) =>
      askForKey(index % 2 ? here : there, { client_id: clientId, name: 'n', scopes: ['mcp:tools:read'] }),
    );
    const statuses = made.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array<number>(5).fill(201), ...Array<number>(15).fill(409)]);
  });

  it('are good at both when they are used at once, and kept as a digest', async () => {
    const { id, api_key } = await serviceKey(here, await newService(here));
    const answers = await atOnce(40, (index) => withKey(index % 2 ? here : there, api_key));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const [row] = await here.sql<{ all: string; last_used_at: Date }>(
      'SELECT api_keys::text AS all, last_used_at FROM api_keys WHERE id = $1',
      [id],
    );
    expect(row!.last_used_at).not.toBeNull();
    expect(row!.all).not.toContain(api_key.slice(7, 27));
    expect(row!.all).not.toContain(Buffer.from(api_key).toString('hex').slice(0, 40));
  });

  it('cost one statement with each use, beside the record of the call', async () => {
    const { api_key } = await serviceKey(here, await newService(here));
    const call = () => toolWithKey(here, api_key, 'whoami');
    await call();
    const statements = await counter.during(call);
    const others = statements.filter((text) => !text.includes('INSERT INTO audit_events'));
    expect(others).toEqual([expect.stringContaining('FROM api_keys')]);
  });

  it('are refused when their row was changed behind the server', async () => {
    const clientId = await newService(here);
    const { id, api_key } = await serviceKey(here, clientId);
    await here.sql(`UPDATE api_keys SET resource = 'https://elsewhere.example' WHERE id = $1`, [id]);
    expect((await withKey(here, api_key)).status).toBe(401);
    expect((await here.sql('SELECT last_used_at FROM api_keys WHERE id = $1', [id]))[0]).toEqual({
      last_used_at: null,
    });
    await expect(here.sql(`UPDATE api_keys SET client_id = NULL WHERE id = $1`, [id])).rejects.toThrow(
      'api_keys_owner_check',
    );
  });
});
