import { beforeAll, expect, it } from '@jest/globals';
import { adminCall, adminToken, connect, registerClient } from '../support/actors.js';
import { callTool } from '../support/mcp.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { startServer, type TestServer } from '../support/server.js';
import { sleep } from '../support/server-process.js';

interface Plan {
  id: string;
  plan_hash: string;
  live_calls: number;
  warnings: string[];
}

describeOnPostgres('Calls that a plan would end', () => {
  let one: TestServer;
  let two: TestServer;
  let token: string;

  beforeAll(async () => {
    one = await startServer();
    two = await startServer({ database: one.databaseUrl!, env: { PUBLIC_URL: one.url } });
    token = await adminToken(one);
  });

  const call = (method: string, path: string, json?: object) =>
    adminCall(one, method, path, { token, ...(json && { json }) });
  const planFor = async (clientId: string, query = ''): Promise<Plan> =>
    (await call('POST', `/revocation-plans${query}`, { selector: { client_id: clientId } })).json<Plan>();
  const seen = async (clientId: string, count: number): Promise<Plan> => {
    for (let attempt = 0; ; attempt++) {
      const plan = await planFor(clientId);
      if (plan.live_calls === count || attempt === 50) return plan;
      await sleep(100);
    }
  };

  it('are counted wherever they run, and no others, and are ended there', async () => {
    const [client, bystander] = [await registerClient(one), await registerClient(one)];
    const scope = 'mcp:tools:read';
    const { tokens } = await connect(one, { client, scope });
    const other = await connect(one, { client: bystander, scope });
    const wait = (server: TestServer, bearer: string) =>
      callTool(server, bearer, 'diagnostics_wait', { seconds: 30 }).then(
        () => 'answered',
        () => 'cut off',
      );
    const running = [
      wait(one, tokens.access_token),
      wait(two, tokens.access_token),
      wait(two, tokens.access_token),
    ];
    const unconcerned = wait(two, other.tokens.access_token);
    const plan = await seen(client.clientId, 3);
    expect(plan).toMatchObject({ live_calls: 3, warnings: [] });
    expect((await seen(bystander.clientId, 1)).live_calls).toBe(1);
    const tried = await call('POST', '/revocation-plans?dry_run=true', {
      selector: { client_id: client.clientId },
    });
    expect(tried.json().answer).toMatchObject({ live_calls: 3, warnings: [] });
    const applied = await call('POST', `/revocation-plans/${plan.id}/apply`, { plan_hash: plan.plan_hash });
    expect(applied.status).toBe(200);
    await Promise.all(running);
    expect(await Promise.race([unconcerned, sleep(500).then(() => 'still running')])).toBe('still running');
    const rest = await planFor(bystander.clientId);
    await call('POST', `/revocation-plans/${rest.id}/apply`, { plan_hash: rest.plan_hash });
    await unconcerned;
  });

  it('are said to be incomplete when a replica does not answer', async () => {
    const client = await registerClient(one);
    await connect(one, { client });
    process.kill(two.pid, 'SIGSTOP');
    try {
      const started = performance.now();
      const plan = await planFor(client.clientId);
      expect(plan).toMatchObject({ live_calls: 0, warnings: ['live_calls_incomplete'] });
      expect(performance.now() - started).toBeLessThan(5_000);
    } finally {
      process.kill(two.pid, 'SIGCONT');
    }
    expect((await planFor(client.clientId)).warnings).toEqual([]);
  });
});
