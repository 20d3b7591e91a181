import { ForbiddenException, Injectable, Module, UseGuards, type CanActivate } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import {
  Caller,
  Elicit,
  Quota,
  Redact,
  RequireRoles,
  RequireScopes,
  StepUp,
  Tool,
  ToolError,
} from '../../src/mcp/index.js';
import type { Elicitation, ToolCaller } from '../../src/mcp/index.js';
import { callTool, TEST_ADMIN, testApp, ToolRefused, UnansweredQuestions } from '../../src/testing/index.js';

const Parcel = z.strictObject({ to: z.string().max(40), note: z.string().default('') });
const about = (name: string) => ({ name, title: name, description: name, input: Parcel, annotations: {} });

class Closed implements CanActivate {
  canActivate(): boolean {
    throw new ForbiddenException('Closed on Sundays');
  }
}

let sent: string[] = [];

@Injectable()
class ParcelTools {
  @Tool(about('send'))
  @RequireScopes('parcels:send')
  @Redact('input.note')
  send({ to }: z.output<typeof Parcel>, caller: ToolCaller) {
    if (to === 'nowhere') throw new ToolError('No parcels go there');
    sent.push(to);
    return { to, by: caller.subject, userId: caller.userId ?? null };
  }

  @Tool(about('closed'))
  @RequireScopes('mcp:tools:read')
  @UseGuards(Closed)
  closed() {
    sent.push('closed');
  }

  @Tool(about('recall'))
  @RequireScopes('mcp:tools:read')
  @RequireRoles('admin')
  @StepUp({ maxAge: 60 })
  @Quota({ calls: 2, per: 3_600, by: 'client' })
  recall() {
    return 'recalled';
  }

  @Tool(about('insure'))
  @RequireScopes('mcp:tools:read')
  insure({ to }: z.output<typeof Parcel>, @Elicit() elicit: Elicitation, @Caller() caller: ToolCaller) {
    const value = elicit.form('value', { message: 'Worth?', schema: z.object({ euros: z.number() }) });
    return value.action === 'accept' ? `${to} ${value.content.euros} ${caller.clientId}` : 'not insured';
  }
}

@Module({ providers: [ParcelTools] })
class ParcelModule {}

const textOf = ({ content }: Awaited<ReturnType<typeof callTool>>): unknown =>
  content[0]?.type === 'text' ? content[0].text : undefined;

describe('callTool', () => {
  let app: INestApplicationContext;
  const scopes = ['parcels:send'];
  beforeAll(async () => {
    const scope = { name: 'parcels:send', sentence: 'Send parcels for you', group: 'change' };
    app = await testApp({ modules: [ParcelModule], config: { scopes: [scope] } });
  }, 120_000);
  afterAll(() => app.close());

  /** Of one client, in the order they were written: whether the call was allowed, and the whole row. */
  const rowsOf = (clientId: string): Promise<{ result: string; row: string }[]> =>
    app.get(DataSource).query(
      `SELECT result, to_jsonb(e)::text AS row FROM audit_events e
       WHERE type = 'mcp.tool.called' AND client_id = $1 ORDER BY arrival`,
      [clientId],
    );

  it('runs the tool for a person, by e-mail address or id', async () => {
    const first = await callTool(app, 'send', { to: 'Bern' }, { as: TEST_ADMIN, scopes });
    const { userId } = JSON.parse(String(textOf(first))) as { userId: string };
    expect(userId).toMatch(/^[0-9a-f-]{36}$/);
    const second = await callTool(app, 'send', { to: 'Bern' }, { as: userId, scopes });
    expect(textOf(second)).toBe(textOf(first));
  });

  it('runs the tool for a client that acts for itself', async () => {
    const result = await callTool(app, 'send', { to: 'Rome' }, { scopes, clientId: 'depot' });
    expect(JSON.parse(String(textOf(result)))).toEqual({ to: 'Rome', by: 'depot', userId: null });
  });

  it('refuses a caller without the scope, with the scopes that are missing, and does not run the tool', async () => {
    sent = [];
    const refused = callTool(app, 'send', { to: 'Oslo' }, { as: TEST_ADMIN, scopes: ['mcp:tools:read'] });
    await expect(refused).rejects.toBeInstanceOf(ToolRefused);
    await expect(refused).rejects.toMatchObject({ because: 'insufficient_scope', missing: scopes });
    expect(sent).toEqual([]);
  });

  it('refuses what a guard refuses, and does not run the tool', async () => {
    sent = [];
    const refused = callTool(app, 'closed', { to: 'x' }, { as: TEST_ADMIN, scopes: ['mcp:tools:read'] });
    await expect(refused).rejects.toMatchObject({
      because: 'refused_by_guard',
      message: 'Closed on Sundays',
    });
    expect(sent).toEqual([]);
  });

  it('holds the caller against roles, sign-in and quota like any other', async () => {
    const [as, scopes] = [TEST_ADMIN, ['mcp:tools:read']];
    const recall = (more: object) => callTool(app, 'recall', { to: 'x' }, { scopes, ...more });
    await expect(recall({ clientId: 'roleless' })).rejects.toMatchObject({ because: 'insufficient_role' });
    await expect(recall({ as, signIn: { secondsAgo: 61 } })).rejects.toMatchObject({
      because: 'insufficient_user_authentication',
    });
    for (let call = 0; call < 2; call++) expect(textOf(await recall({ as }))).toBe('recalled');
    await expect(recall({ as })).rejects.toMatchObject({ because: 'throttled' });
    expect(textOf(await recall({ as, clientId: 'another' }))).toBe('recalled');
  });

  it('refuses a tool that there is not, and a person whom nobody knows', async () => {
    await expect(callTool(app, 'nothing', {}, { scopes })).rejects.toMatchObject({ because: 'unknown_tool' });
    await expect(callTool(app, 'send', { to: 'x' }, { as: 'nobody@example.com', scopes })).rejects.toThrow(
      'Nobody is called nobody@example.com here',
    );
  });

  it('returns what the tool says is wrong, and what is wrong with the input', async () => {
    const refusal = await callTool(app, 'send', { to: 'nowhere' }, { scopes });
    expect([refusal.isError, textOf(refusal)]).toEqual([true, 'No parcels go there']);
    const invalid = await callTool(app, 'send', { to: 7 }, { scopes });
    expect([invalid.isError, textOf(invalid)]).toEqual([true, expect.stringContaining('to')]);
  });

  it('answers what the tool asks, and says what is left unanswered', async () => {
    const as = { scopes: ['mcp:tools:read'], as: TEST_ADMIN };
    const asked = callTool(app, 'insure', { to: 'Bern' }, as);
    await expect(asked).rejects.toBeInstanceOf(UnansweredQuestions);
    await expect(asked).rejects.toMatchObject({ requests: { value: { method: 'elicitation/create' } } });
    const answers = { value: { action: 'accept', content: { euros: 50 } } };
    expect(textOf(await callTool(app, 'insure', { to: 'Bern' }, { ...as, answers }))).toBe('Bern 50 test');
  });

  it('leaves the decision and the outcome in the audit trail, and nothing that is redacted', async () => {
    const input = { to: 'Wien', note: 'a very private note' };
    await callTool(app, 'send', input, { as: TEST_ADMIN, scopes, clientId: 'recorded' });
    await expect(callTool(app, 'send', input, { scopes: [], clientId: 'recorded' })).rejects.toThrow();
    const rows = await rowsOf('recorded');
    expect(rows.map(({ result }) => result)).toEqual(['allowed', 'allowed', 'denied']);
    expect(JSON.stringify(rows)).not.toContain('private');
  });
});
