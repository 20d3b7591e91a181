import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { adminCall, adminToken, connect, opsClient, tokenRequest } from '../support/actors.js';
import { callTool } from '../support/mcp.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import { auditRoom, exportToFile, untilSealed, verifyOffline } from './harness.js';

/** What each kind of request was answered, as far as it was answered at all. */
interface Load {
  tools: number;
  tokens: number;
  /** Decision ids of refusals. */
  refused: string[];
  sent: number;
  /** Requests whose answer the kill has swallowed. */
  lost: number;
}

describeOnPostgres('A server that is killed under load', () => {
  let server: TestServer;
  let mcpToken: string;

  beforeAll(async () => {
    server = await startServer();
    mcpToken = (await connect(server)).tokens.access_token;
    await adminToken(server);
  });
  afterAll(() => server.stop());

  async function keepAsking(load: Load, until: Promise<unknown>): Promise<void> {
    let over = false;
    void until.then(() => (over = true));
    for (let n = 0; !over; n++) {
      load.sent++;
      try {
        await ask(load, n % 3);
      } catch {
        load.lost++;
        await sleep(5);
      }
    }
  }

  async function ask(load: Load, kind: number): Promise<void> {
    if (kind === 0) {
      if ((await callTool(server, mcpToken, 'whoami')).status === 200) load.tools++;
    } else if (kind === 1) {
      const form = { grant_type: 'client_credentials' };
      if ((await tokenRequest(server, opsClient(), form)).status === 200) load.tokens++;
    } else {
      const refused = await adminCall(server, 'GET', '/users', { token: 'garbage' });
      load.refused.push(refused.json().decision_id as string);
    }
  }

  const count = async (where: string, values: unknown[] = []): Promise<number> => {
    const [row] = await server.sql<{ n: number }>(
      `SELECT count(*)::int AS n FROM audit_events WHERE ${where}`,
      values,
    );
    return row!.n;
  };
  const decisions = () => count(`type = 'mcp.tool.called' AND body->'tool'->>'phase' = 'decision'`);
  const issued = () => count(`type = 'token.issued' AND client_id = 'ops'`);

  it('has every answered decision in its trail, once, and the trail verifies after the start', async () => {
    const before = { tools: await decisions(), tokens: await issued() };
    const load: Load = { tools: 0, tokens: 0, refused: [], sent: 0, lost: 0 };
    let stop!: () => void;
    const over = new Promise<void>((done) => (stop = done));
    const askers = Array.from({ length: 12 }, () => keepAsking(load, over));
    while (load.tools < 100 || load.tokens < 100) await sleep(50);
    await server.kill();
    stop();
    await Promise.all(askers);

    // Nobody asks any more: what is there is what was decided.
    const kept = { tools: (await decisions()) - before.tools, tokens: (await issued()) - before.tokens };
    const seen = new Set(load.refused);
    expect(await count('event_id = ANY($1::uuid[])', [load.refused])).toBe(seen.size);
    expect(seen.size).toBe(load.refused.length);
    // What was answered is in it; and only what was under way may be in it without an answer.
    expect(kept.tools).toBeGreaterThanOrEqual(load.tools);
    expect(kept.tokens).toBeGreaterThanOrEqual(load.tokens);
    const unanswered = kept.tools + kept.tokens - load.tools - load.tokens;
    expect(unanswered).toBeLessThanOrEqual(12);
    const doubled = await server.sql(
      `SELECT body->'token'->>'jti' FROM audit_events WHERE type = 'token.issued' GROUP BY 1 HAVING count(*) > 1`,
    );
    expect(doubled).toEqual([]);
    const orphans = await count(
      `type = 'mcp.tool.called' AND body->'tool'->>'phase' = 'outcome' AND (body->'tool'->>'decision_id')::uuid
       NOT IN (SELECT event_id FROM audit_events WHERE body->'tool'->>'phase' = 'decision')`,
    );
    expect(orphans).toBe(0);

    await server.restart();
    const sealed = await untilSealed(server);
    const whole = (
      await adminCall(server, 'POST', '/audit/verify', { token: await adminToken(server) })
    ).json();
    expect(whole).toMatchObject({ ok: true });
    expect(whole.events).toBeGreaterThanOrEqual(sealed);
    const room = await auditRoom(server.databaseUrl!, server);
    try {
      const live = `${server.base}/.well-known/audit-checkpoint`;
      const { code, output } = await verifyOffline(await exportToFile(room), '--checkpoint', live);
      expect(output).toContain('OK: ');
      expect(code).toBe(0);
    } finally {
      await room.close();
    }
    const counts = { ...load, refused: seen.size, kept, unanswered };
    process.stdout.write(`Killed under load: ${JSON.stringify(counts)}\n`);
  });
});
