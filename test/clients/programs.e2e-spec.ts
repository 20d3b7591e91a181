import { beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { connect } from '../support/actors.js';
import { describeWhere } from '../support/describe-where.js';
import { get } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { Person } from '../story/person.js';
import { CLIENTS, Desk } from './programs.js';

const FILES = ['whoami', 'notes_list', 'notes_add'];

describeWhere([CLIENTS], 'A program that people run', () => {
  let server: TestServer;
  let url: string;
  beforeAll(async () => {
    server = await startServer();
    url = `${server.url}/mcp`;
  });

  /** A person at the browser that a program opened. */
  async function letIn(desk: Desk, decision: 'approve' | 'deny' = 'approve') {
    const asked = await desk.opened();
    const visit = await new Person(server).visit(asked, decision);
    const answer = await get(visit.callback);
    return { asked, ...visit, answer };
  }

  describe('mcp-remote', () => {
    it('gets in with nothing but the URL, serves the tools, and needs no person the next time', async () => {
      const desk = new Desk();
      const first = new Client({ name: 'desktop app', version: '1.0.0' });
      const connected = first.connect(desk.bridgeTo(url));
      const { asked, pages, answer } = await letIn(desk);
      await connected;
      expect(asked.searchParams.get('resource')).toBe(url);
      expect(pages.map(({ path }) => path)).toEqual(['/login', '/consent']);
      expect(answer.status).toBe(200);
      expect((await first.listTools()).tools.map(({ name }) => name)).toEqual(expect.arrayContaining(FILES));
      const me = await first.callTool({ name: 'whoami', arguments: {} });
      expect(me.structuredContent).toMatchObject({ client_id: asked.searchParams.get('client_id') });
      await first.close();

      const second = new Client({ name: 'desktop app', version: '1.0.0' });
      await second.connect(desk.bridgeTo(url));
      const again = await second.callTool({ name: 'whoami', arguments: {} });
      expect(again.structuredContent).toMatchObject({ client_id: asked.searchParams.get('client_id') });
      await second.close();
      expect(desk.visits).toBe(1);
    }, 120_000);

    it('asks the person again when a tool needs more, and then calls it', async () => {
      const desk = new Desk();
      const app = new Client({ name: 'desktop app', version: '1.0.0' });
      const connected = app.connect(desk.bridgeTo(url));
      await letIn(desk);
      await connected;
      const note = { title: 'By way of the bridge', body: '' };
      const added = app.callTool({ name: 'notes_add', arguments: note });
      const { asked, pages } = await letIn(desk);
      expect(asked.searchParams.get('scope')).toContain('mcp:tools:execute');
      expect(pages.at(-1)?.text).toContain('It now asks for more');
      expect((await added).structuredContent).toMatchObject(note);
      await app.close();
    }, 60_000);

    it('with a token in a header asks nobody', async () => {
      const { tokens, client } = await connect(server);
      const desk = new Desk();
      const app = new Client({ name: 'desktop app', version: '1.0.0' });
      await app.connect(desk.bridgeTo(url, '--header', `Authorization:Bearer ${tokens.access_token}`));
      const me = await app.callTool({ name: 'whoami', arguments: {} });
      expect(me.structuredContent).toMatchObject({ client_id: client.clientId });
      await app.close();
      expect(desk.visits).toBe(0);
    }, 60_000);
  });

  describe('MCP Inspector on the command line', () => {
    it.each(['legacy', 'auto', 'modern'])(
      'lists and calls tools with a token in a header, protocol %s',
      async (era) => {
        const { tokens, client } = await connect(server);
        const desk = new Desk();
        const common = ['--header', `Authorization: Bearer ${tokens.access_token}`, '--protocol-era', era];
        const listed = await desk.inspect(url, ...common, '--method', 'tools/list', '--strict');
        expect([listed.errors, listed.exitCode]).toEqual(['', 0]);
        const names = listed.printed.result.tools.map(({ name }: { name: string }) => name);
        expect(names).toEqual(expect.arrayContaining(FILES));
        const called = await desk.inspect(url, ...common, '--method', 'tools/call', '--tool-name', 'whoami');
        expect(called.printed.result.structuredContent).toMatchObject({ client_id: client.clientId });
      },
      120_000,
    );

    it('signs in by itself, and keeps what it got', async () => {
      const desk = new Desk();
      const called = desk.inspect(url, '--method', 'tools/call', '--tool-name', 'whoami');
      const { asked, pages, answer } = await letIn(desk);
      expect(pages.map(({ path }) => path)).toEqual(['/login', '/consent']);
      expect(answer.status).toBe(200);
      const { printed } = await called;
      const clientId = asked.searchParams.get('client_id');
      expect(printed.result.structuredContent).toMatchObject({ client_id: clientId });
      const kept = await desk.inspect(url, '--stored-auth-only', '--method', 'tools/list');
      expect(kept.printed.result.tools.length).toBeGreaterThan(2);
      expect(desk.visits).toBe(1);
    }, 120_000);

    it('is told that the person said no, and lists nothing', async () => {
      const desk = new Desk();
      const listed = desk.inspect(url, '--method', 'tools/list');
      const { callback } = await letIn(desk, 'deny');
      expect(callback.searchParams.get('error')).toBe('access_denied');
      const { exitCode, errors, printed } = await listed;
      expect(exitCode).not.toBe(0);
      expect([errors, printed]).toEqual([expect.stringContaining('The person said no'), '']);
    }, 60_000);
  });
});
