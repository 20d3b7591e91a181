import { beforeAll, describe, expect, it } from '@jest/globals';
import { describeOnPostgres } from '../support/on-postgres.js';
import { startServer, type TestServer } from '../support/server.js';
import {
  as,
  audit,
  call,
  claimsOf,
  ERAS,
  LEAK,
  opsToken,
  personConnection,
  personToken,
  send,
  textOf,
} from './harness.js';

const ROBOT = { id: 'robot', secret: '0b6a2f1de94c75830b6a2f1de94c7583' };

describe('A tool call', () => {
  let server: TestServer;
  let reader: string;
  let writer: string;

  beforeAll(async () => {
    server = await startServer();
    reader = await personToken(server, 'mcp:tools:read');
    writer = await personToken(server, 'mcp:tools:execute');
  });

  describe.each(ERAS)('without the scope (%s)', (era) => {
    it('is answered by a challenge that names every scope to ask for', async () => {
      const answer = await call(as(server, reader, era), 'notes_add', { title: 'denied', body: '' });
      expect(answer.status).toBe(403);
      expect(answer.challenge).toMatch(/^Bearer error="insufficient_scope", error_description="[^"]+", /);
      expect(answer.challenge).toContain('scope="mcp:tools:execute"');
      expect(answer.challenge).toContain(
        `resource_metadata="${server.url}/.well-known/oauth-protected-resource/mcp"`,
      );
      expect(answer.message).toMatchObject({ jsonrpc: '2.0', id: 1, error: { code: -32000 } });
    });

    it('does not run, and leaves one decision that says what was missing', async () => {
      const token = await personToken(server, 'mcp:tools:read');
      const { jti, gid, client_id } = claimsOf(token);
      const answer = await call(as(server, token, era), 'notes_add', { title: 'denied', body: '' });
      const events = await audit(server, { type: 'mcp.tool.called', grant_id: gid });
      expect(events).toHaveLength(1);
      expect(events[0]).toMatchObject({
        event_id: answer.headers['x-decision-id'],
        outcome: { result: 'denied', reason_code: 'insufficient_scope' },
        tool: { name: 'notes_add', phase: 'decision' },
        authz: {
          required: ['mcp:tools:execute'],
          granted: ['mcp:tools:read'],
          missing: ['mcp:tools:execute'],
        },
        token: { jti },
        client_id,
        grant_id: gid,
      });
      expect(answer.message.error.data.decision_id).toBe(events[0]?.event_id);
      const notes = await call(as(server, writer, era), 'notes_search', { text: 'denied' });
      expect(notes.message.result.structuredContent.notes).toEqual([]);
    });
  });

  describe.each(ERAS)('with the scope (%s)', (era) => {
    it('runs after a decision, and is followed by its outcome', async () => {
      const token = await personToken(server, 'mcp:tools:read');
      const { gid, sub } = claimsOf(token);
      const answer = await call(as(server, token, era), 'whoami');
      expect(answer.message.result.structuredContent).toMatchObject({
        user_id: sub,
        grant_id: gid,
        scopes: ['mcp:tools:read'],
        expires_at: expect.stringMatching(/^\d{4}-/),
      });
      const [outcome, decision, ...others] = await audit(server, { type: 'mcp.tool.called', grant_id: gid });
      expect(others).toEqual([]);
      expect(decision).toMatchObject({
        outcome: { result: 'allowed' },
        tool: { name: 'whoami', phase: 'decision' },
      });
      expect(outcome).toMatchObject({
        outcome: { result: 'allowed' },
        tool: { name: 'whoami', phase: 'outcome', decision_id: decision?.event_id, is_error: false },
        timing: { total_ms: expect.any(Number) },
      });
    });

    it('may use a scope that includes the one it needs', async () => {
      expect(textOf(await call(as(server, writer, era), 'notes_list'))).toContain('"notes"');
    });
  });

  it('of an unknown tool is denied by name to nobody but the audit trail', async () => {
    const token = await personToken(server, 'mcp:tools:read');
    const hostile = `no\u0000pe\u202e${'x'.repeat(5_000)}`;
    const answer = await call(as(server, token, 'legacy'), hostile);
    expect(answer.message.error).toMatchObject({ code: -32602, message: 'Unknown tool' });
    const [event, ...others] = await audit(server, {
      type: 'mcp.tool.called',
      grant_id: claimsOf(token)['gid'],
    });
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      event_id: answer.message.error.data.decision_id,
      outcome: { result: 'denied', reason_code: 'unknown_tool' },
    });
    expect(event?.tool).toBeUndefined();
    const requested = String(event?.details?.['requested_tool']);
    expect(requested).toMatch(/^no.pe.x+$/u);
    expect(requested.length).toBeLessThanOrEqual(64);
  });

  it.each(['constructor', '__proto__', 'hasOwnProperty', 'toString'])(
    'does not find a tool in %p',
    async (name) => {
      expect((await call(as(server, writer, 'legacy'), name)).message.error.code).toBe(-32602);
    },
  );

  it.each([
    ['a missing member', { body: '' }, 'title'],
    ['a wrong type', { title: 5, body: '' }, 'title'],
    ['an extra member', { title: 'x', body: '', owner: 'somebody' }, 'owner'],
    ['a text that is too long', { title: 'x'.repeat(201), body: '' }, 'title'],
    ['a NUL', { title: 'a\u0000b', body: '' }, 'title'],
    ['half a character', { title: '\ud800', body: '' }, 'title'],
  ])('with %s is an error that names it, and nothing is stored', async (_, args, member) => {
    const token = await personToken(server, 'mcp:tools:execute');
    const answer = await call(as(server, token, 'modern'), 'notes_add', args);
    expect(answer.message.result.isError).toBe(true);
    expect(textOf(answer)).toContain(member);
    const [outcome, decision] = await audit(server, {
      type: 'mcp.tool.called',
      grant_id: claimsOf(token)['gid'],
    });
    expect(decision?.outcome.result).toBe('allowed');
    expect(outcome).toMatchObject({
      outcome: { result: 'error', reason_code: 'invalid_arguments' },
      tool: { decision_id: decision?.event_id, is_error: true },
    });
  });

  it('leaves as many decisions as there were calls', async () => {
    const token = await personToken(server, 'mcp:tools:read');
    await Promise.all(
      Array.from({ length: 12 }, (_, at) =>
        call(as(server, token, at % 2 ? 'modern' : 'legacy'), ['whoami', 'notes_add', 'nope'][at % 3] ?? ''),
      ),
    );
    const events = await audit(server, { type: 'mcp.tool.called', grant_id: claimsOf(token)['gid'] });
    const decisions = events.filter(({ tool }) => tool?.phase !== 'outcome');
    expect(decisions).toHaveLength(12);
    expect(decisions.filter(({ outcome }) => outcome.result === 'allowed')).toHaveLength(4);
    expect(events.filter(({ tool }) => tool?.phase === 'outcome')).toHaveLength(4);
  });

  describe('for notes', () => {
    it('finds text literally, whatever wildcards it has', async () => {
      await call(as(server, writer, 'modern'), 'notes_add', { title: 'Rate 50% _done_', body: 'Größe' });
      const found = async (text: string) =>
        (await call(as(server, writer, 'modern'), 'notes_search', { text })).message.result.structuredContent
          .notes.length;
      expect([await found('50%'), await found('_done_'), await found('größe')]).toEqual([1, 1, 1]);
      expect([await found('R%e'), await found('5_%'), await found('\\')]).toEqual([0, 0, 0]);
    });

    it('pages through them, newest first', async () => {
      for (const title of ['page 1', 'page 2', 'page 3']) {
        await call(as(server, writer, 'legacy'), 'notes_add', { title, body: '' });
      }
      const page = async (offset: number) =>
        (await call(as(server, writer, 'legacy'), 'notes_search', { text: 'page ', limit: 2, offset }))
          .message.result.structuredContent as { notes: { title: string }[]; next_offset?: number };
      const first = await page(0);
      expect(first.notes.map(({ title }) => title)).toEqual(['page 3', 'page 2']);
      expect((await page(first.next_offset ?? -1)).notes.map(({ title }) => title)).toEqual(['page 1']);
      expect(await page(2)).not.toHaveProperty('next_offset');
    });

    it('deletes a note once', async () => {
      const added = await call(as(server, writer, 'modern'), 'notes_add', { title: 'gone soon', body: '' });
      const { id } = added.message.result.structuredContent as { id: string };
      expect(
        (await call(as(server, writer, 'modern'), 'notes_delete', { id })).message.result.isError,
      ).toBeUndefined();
      const again = await call(as(server, writer, 'modern'), 'notes_delete', { id });
      expect([again.message.result.isError, textOf(again)]).toEqual([true, 'You have no such note']);
    });
  });

  describe('of an operator', () => {
    it('lists grants and ends one', async () => {
      const { tokens, client } = await personConnection(server, 'mcp:tools:read');
      const { gid } = claimsOf(tokens.access_token);
      const ops = await opsToken(server);
      const listed = JSON.parse(
        textOf(await call(as(server, ops, 'modern'), 'grants_list', { client_id: client.clientId })),
      );
      expect(listed.grants).toEqual([expect.objectContaining({ id: gid, scopes: ['mcp:tools:read'] })]);

      const reading = await opsToken(server, 'admin:grants:read');
      expect((await call(as(server, reading, 'modern'), 'grants_revoke', { grant_id: gid })).status).toBe(
        403,
      );
      expect((await call(as(server, tokens.access_token, 'modern'), 'whoami')).status).toBe(200);

      const ended = JSON.parse(
        textOf(await call(as(server, ops, 'modern'), 'grants_revoke', { grant_id: gid })),
      );
      expect(ended).toMatchObject({ revoked: true });
      expect((await call(as(server, tokens.access_token, 'modern'), 'whoami')).status).toBe(401);
    });

    it('is refused to a person who was not granted it', async () => {
      for (const tool of ['audit_search', 'grants_list', 'grants_revoke']) {
        const answer = await call(as(server, writer, 'legacy'), tool);
        expect([tool, answer.status]).toEqual([tool, 403]);
        expect(answer.challenge).toContain('scope="admin:');
      }
    });

    it('is itself found in the audit trail when it searches it', async () => {
      await audit(server, { tool: 'whoami', limit: 1 });
      const [event] = await audit(server, { type: 'audit.searched' });
      expect(event).toMatchObject({ details: { via: 'mcp' }, client_id: 'ops' });
    });
  });

  it('for notes by a client that acts for itself is told why not', async () => {
    const scopes = ['mcp:tools:read'];
    const robot = { clientId: ROBOT.id, name: 'Robot', clientSecret: ROBOT.secret, scopes };
    const other = await startServer({
      config: { clients: [{ ...robot, grantTypes: ['client_credentials'] }] },
    });
    const form = { grant_type: 'client_credentials', resource: `${other.url}/mcp`, scope: 'mcp:tools:read' };
    const authorization = `Basic ${Buffer.from(`${ROBOT.id}:${ROBOT.secret}`).toString('base64')}`;
    const granted = await send(other, undefined, new URLSearchParams(form).toString(), {
      path: '/oauth2/token',
      headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    });
    const token = granted.response.json<{ access_token: string }>().access_token;
    const answer = await call(as(other, token, 'modern'), 'notes_list');
    expect([answer.message.result.isError, textOf(answer)]).toEqual([
      true,
      'Notes belong to people, and this client acts for itself',
    ]);
    expect(
      (await call(as(other, token, 'modern'), 'whoami')).message.result.structuredContent,
    ).not.toHaveProperty('user_id');
  });

  describeOnPostgres('that fails', () => {
    it('tells the caller nothing of its inside but a reference, which the log has too', async () => {
      const broken = await startServer();
      const token = await personToken(broken, 'mcp:tools:execute');
      await broken.sql('DROP TABLE notes');
      for (const era of ERAS) {
        const answer = await call(as(broken, token, era), 'notes_add', {
          title: 'a private title',
          body: '',
        });
        expect(answer.message.result.isError).toBe(true);
        const [, reference] = /^The tool failed\. Reference: (\S+)$/.exec(textOf(answer)) ?? [];
        expect(broken.output()).toContain(reference ?? 'no reference');
        expect(broken.output()).toContain('relation \\"notes\\" does not exist');
        expect(broken.output()).not.toContain('a private title');
        expect(answer.response.text).not.toMatch(LEAK);
      }
      const [outcome] = await audit(broken, { type: 'mcp.tool.called', tool: 'notes_add' });
      expect(outcome?.outcome).toMatchObject({ result: 'error', reason_code: 'tool_failed' });
      expect((await call(as(broken, token, 'modern'), 'whoami')).status).toBe(200);
    });
  });
});
