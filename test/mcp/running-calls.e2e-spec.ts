import { beforeAll, describe, expect, it } from '@jest/globals';
import { request as httpRequest } from 'node:http';
import { startServer, type TestServer } from '../support/server.js';
import {
  as,
  audit,
  call,
  claimsOf,
  ENVELOPE,
  ERAS,
  MODERN,
  opsToken,
  personConnection,
  revoke,
  textOf,
  type AuditEvent,
} from './harness.js';

const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

describe('A call that is running', () => {
  let server: TestServer;
  let ops: string;

  beforeAll(async () => {
    server = await startServer();
    ops = await opsToken(server);
  });

  const eventsOf = (gid: unknown): Promise<AuditEvent[]> =>
    audit(server, { type: 'mcp.tool.called', grant_id: gid });

  /** The two events of the grant's only call, once the second is written. */
  const finished = async (gid: unknown): Promise<AuditEvent[]> => {
    const deadline = Date.now() + 5_000;
    for (;;) {
      const events = await eventsOf(gid);
      if (events.length >= 2 || Date.now() > deadline) return events;
      await sleep(50);
    }
  };

  const started = async (gid: unknown): Promise<void> => {
    const deadline = Date.now() + 5_000;
    while ((await eventsOf(gid)).length === 0 && Date.now() < deadline) await sleep(25);
  };

  describe.each(ERAS)('(%s)', (era) => {
    it('ends within a second of the revocation of its grant, and not with a result', async () => {
      const { tokens } = await personConnection(server, 'mcp:tools:read');
      const { gid } = claimsOf(tokens.access_token);
      const running = call(as(server, tokens.access_token, era), 'diagnostics_wait', { seconds: 30 }).then(
        ({ message }) => ({ message, at: performance.now() }),
        () => ({ message: undefined, at: performance.now() }),
      );
      await started(gid);
      const revokedAt = performance.now();
      const revoked = await call(as(server, ops, era), 'grants_revoke', { grant_id: gid });
      expect(textOf(revoked)).toContain('"revoked":true');
      const { message, at } = await running;
      expect(at - revokedAt).toBeLessThan(1_000);
      expect(message?.result).toBeUndefined();

      const [outcome, decision] = await finished(gid);
      expect(decision).toMatchObject({ outcome: { result: 'allowed' }, tool: { phase: 'decision' } });
      expect(outcome).toMatchObject({
        outcome: { result: 'aborted', reason_code: 'aborted_by_revocation' },
        tool: { phase: 'outcome', decision_id: decision?.event_id },
      });
      expect((await call(as(server, tokens.access_token, era), 'whoami')).status).toBe(401);
    });

    it('ends when its client goes away', async () => {
      const { tokens } = await personConnection(server, 'mcp:tools:read');
      const { gid } = claimsOf(tokens.access_token);
      const modern = era === 'modern';
      const outgoing = httpRequest(`${server.base}/mcp`, {
        method: 'POST',
        agent: false,
        headers: {
          authorization: `Bearer ${tokens.access_token}`,
          accept: 'application/json, text/event-stream',
          'content-type': 'application/json',
          ...(modern && {
            'mcp-protocol-version': MODERN,
            'mcp-method': 'tools/call',
            'mcp-name': 'diagnostics_wait',
          }),
        },
      });
      outgoing.on('error', () => undefined);
      const params = {
        name: 'diagnostics_wait',
        arguments: { seconds: 30 },
        ...(modern && { _meta: ENVELOPE }),
      };
      outgoing.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }));
      await started(gid);
      outgoing.destroy();
      const [outcome] = await finished(gid);
      expect(outcome?.outcome).toEqual({ result: 'aborted', reason_code: 'aborted_by_client' });
    });
  });

  it('of another grant of the same person goes on', async () => {
    const ended = await personConnection(server, 'mcp:tools:read');
    const kept = await personConnection(server, 'mcp:tools:read');
    const running = call(as(server, kept.tokens.access_token, 'modern'), 'diagnostics_wait', { seconds: 2 });
    await started(claimsOf(kept.tokens.access_token)['gid']);
    expect((await revoke(server, ended.client.clientId, ended.tokens.refresh_token ?? '')).status).toBe(200);
    expect((await call(as(server, ended.tokens.access_token, 'modern'), 'whoami')).status).toBe(401);
    expect(textOf(await running)).toBe('Waited 2 s');
  });

  it('is finished before the server stops', async () => {
    const other = await startServer();
    const { tokens } = await personConnection(other, 'mcp:tools:read');
    const running = call(as(other, tokens.access_token, 'modern'), 'diagnostics_wait', { seconds: 2 });
    await sleep(500);
    const stopping = other.stop();
    expect(textOf(await running)).toBe('Waited 2 s');
    await stopping;
  });

  it('does not hold up the stop of the server for longer than its grace, and is recorded', async () => {
    const other = await startServer();
    const { tokens } = await personConnection(other, 'mcp:tools:read');
    const running = call(as(other, tokens.access_token, 'legacy'), 'diagnostics_wait', { seconds: 60 }).catch(
      () => undefined,
    );
    await sleep(500);
    const stoppedAt = performance.now();
    await other.stop();
    expect(performance.now() - stoppedAt).toBeLessThan(9_000);
    expect((await running)?.message?.result).toBeUndefined();
    await other.restart();
    const [outcome] = await audit(other, { type: 'mcp.tool.called', tool: 'diagnostics_wait' });
    expect(outcome?.outcome).toEqual({ result: 'aborted', reason_code: 'aborted_by_shutdown' });
  });
});
