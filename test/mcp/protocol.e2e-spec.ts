import { beforeAll, describe, expect, it } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as EarlierClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as EarlierTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { startServer, type TestServer } from '../support/server.js';
import {
  as,
  ask,
  audit,
  call,
  ENVELOPE,
  ERAS,
  LIST,
  MODERN,
  opsToken,
  personToken,
  PRODUCT,
  send,
} from './harness.js';

describe('The MCP endpoint', () => {
  let server: TestServer;
  let token: string;

  beforeAll(async () => {
    server = await startServer();
    token = await personToken(server, 'mcp:tools:execute');
  });

  const endpoint = () => new URL(`${server.base}/mcp`);
  const bearer = () => ({ requestInit: { headers: { authorization: `Bearer ${token}` } } });

  describe('serves the official clients', () => {
    const use = async (client: Client, version: string) => {
      await client.connect(new StreamableHTTPClientTransport(endpoint(), bearer()));
      expect(client.getNegotiatedProtocolVersion()).toBe(version);
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toContain('notes_add');
      const added = await client.callTool({ name: 'notes_add', arguments: { title: version, body: 'x' } });
      expect(added.structuredContent).toMatchObject({ title: version });
      const progress: number[] = [];
      const onprogress = ({ progress: done }: { progress: number }) => progress.push(done);
      await client.callTool({ name: 'diagnostics_wait', arguments: { seconds: 1.5 } }, { onprogress });
      expect(progress).toEqual([1, 1.5]);
      await client.close();
    };

    it('of the current line at 2026-07-28', () =>
      use(new Client(PRODUCT, { versionNegotiation: { mode: 'auto' } }), MODERN));

    it('of the current line at 2025-11-25', () => use(new Client(PRODUCT), '2025-11-25'));

    it('of the earlier line', async () => {
      const client = new EarlierClient(PRODUCT);
      await client.connect(new EarlierTransport(endpoint(), bearer()));
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toContain('whoami');
      const { structuredContent } = await client.callTool({ name: 'whoami', arguments: {} });
      expect(structuredContent).toMatchObject({ scopes: ['mcp:tools:execute'] });
      await client.close();
    });
  });

  it.each(['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'])(
    'negotiates %s',
    async (protocolVersion) => {
      const params = { protocolVersion, capabilities: {}, clientInfo: PRODUCT };
      const { message } = await send(server, token, { jsonrpc: '2.0', id: 1, method: 'initialize', params });
      expect(message.result).toMatchObject({ protocolVersion, capabilities: { tools: {} } });
    },
  );

  it('tells 2026-07-28 clients what it serves', async () => {
    const { status, message } = await ask(as(server, token, 'modern'), 'server/discover');
    expect(status).toBe(200);
    expect(message.result).toMatchObject({ supportedVersions: [MODERN], capabilities: { tools: {} } });
  });

  describe('lists tools', () => {
    const names = async (bearerToken: string, era: 'legacy' | 'modern' = 'modern') =>
      (
        (await ask(as(server, bearerToken, era), 'tools/list')).message.result.tools as { name: string }[]
      ).map(({ name }) => name);

    it.each(ERAS)('in the order of their names, with schemas and hints (%s)', async (era) => {
      const { message } = await ask(as(server, token, era), 'tools/list');
      const { tools } = message.result;
      const listed = tools.map(({ name }: { name: string }) => name);
      expect(listed).toEqual([...listed].sort());
      const deletes = tools.find(({ name }: { name: string }) => name === 'notes_delete');
      expect(deletes).toMatchObject({
        title: 'Delete a note',
        inputSchema: { type: 'object', required: ['id'], additionalProperties: false },
        annotations: { readOnlyHint: false, destructiveHint: true },
      });
    });

    it('for the caller alone, and says so to caches', async () => {
      const { message } = await ask(as(server, token, 'modern'), 'tools/list');
      expect(message.result).toMatchObject({ cacheScope: 'private', ttlMs: expect.any(Number) });
    });

    it('that a person could step up to, but not those of operators', async () => {
      const reader = await personToken(server, 'mcp:tools:read');
      expect(await names(reader)).toEqual(expect.arrayContaining(['whoami', 'notes_add', 'notes_delete']));
      for (const hidden of ['audit_search', 'grants_list', 'grants_revoke']) {
        expect(await names(reader)).not.toContain(hidden);
      }
    });

    it('of operators to those who may use them', async () => {
      const listed = await names(await opsToken(server, 'admin:grants:read'));
      expect(listed).toContain('grants_list');
      expect(listed).not.toContain('grants_revoke');
      expect(listed).not.toContain('audit_search');
    });

    it('with a record of how many were shown', async () => {
      const listed = await names(token);
      const [event] = await audit(server, { type: 'mcp.tools.listed' });
      expect(event?.details).toEqual({ shown: listed.length, hidden: 3 });
    });

    it('on one page', async () => {
      const { message } = await ask(as(server, token, 'legacy'), 'tools/list', { cursor: 'x' });
      expect(message.error.code).toBe(-32602);
    });
  });

  it('lists only what the caller may use when the policy says so', async () => {
    const strict = await startServer({ config: { policies: { toolsList: 'usable' } } });
    const reader = await personToken(strict, 'mcp:tools:read');
    const { message } = await ask(as(strict, reader, 'modern'), 'tools/list');
    const listed = message.result.tools.map(({ name }: { name: string }) => name);
    expect(listed).toContain('notes_list');
    expect(listed).not.toContain('notes_add');
    const refused = await call(as(strict, reader, 'modern'), 'notes_add', { title: 'x', body: '' });
    expect(refused.status).toBe(403);
  });

  it.each([
    'nope',
    'constructor',
    '__proto__',
    'tools/call ',
    'resources/list',
    'prompts/list',
    'completion/complete',
    'resources/subscribe',
  ])('does not know the method %p', async (method) => {
    const modern = await ask(as(server, token, 'modern'), method);
    // Optional white space around a header value is not part of it, so the two spellings differ already.
    if (method.trim() === method) expect([modern.status, modern.message.error.code]).toEqual([404, -32601]);
    else expect([modern.status, modern.message.error.code]).toEqual([400, -32020]);
    const legacy = await ask(as(server, token, 'legacy'), method);
    expect(legacy.message.error.code).toBe(-32601);
  });

  describe('holds 2026-07-28 requests to their headers', () => {
    const whoami = {
      ...LIST,
      method: 'tools/call',
      params: { name: 'whoami', arguments: {}, _meta: ENVELOPE },
    };
    const right = { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/call', 'mcp-name': 'whoami' };
    const without = (name: keyof typeof right) =>
      Object.fromEntries(Object.entries(right).filter(([each]) => each !== name));

    const cases: [string, Record<string, string>][] = [
      ['another tool in Mcp-Name', { ...right, 'mcp-name': 'notes_list' }],
      ['another method in Mcp-Method', { ...right, 'mcp-method': 'tools/list' }],
      ['no Mcp-Name', without('mcp-name')],
      ['no Mcp-Method', without('mcp-method')],
      ['no MCP-Protocol-Version', without('mcp-protocol-version')],
      ['another MCP-Protocol-Version', { ...right, 'mcp-protocol-version': '2025-11-25' }],
    ];

    it('and serves those that agree', async () => {
      expect((await send(server, token, whoami, { headers: right })).message.result.isError).toBeUndefined();
    });

    it.each(cases)('and refuses %s without running anything', async (_, headers) => {
      const before = await audit(server, { type: 'mcp.tool.called', tool: 'whoami' });
      const answer = await send(server, token, whoami, { headers });
      expect([answer.status, answer.message.error.code, answer.message.id]).toEqual([400, -32020, 1]);
      expect(await audit(server, { type: 'mcp.tool.called', tool: 'whoami' })).toHaveLength(before.length);
    });

    it('and answers one that leaves out its capabilities or its whole envelope', async () => {
      const meta = { 'io.modelcontextprotocol/protocolVersion': MODERN };
      for (const params of [{ name: 'whoami', _meta: meta }, { name: 'whoami' }]) {
        const answer = await send(server, token, { ...whoami, params }, { headers: right });
        expect([answer.status, answer.message.error.code]).toEqual([400, -32602]);
      }
    });
  });

  it.each(['1900-01-01', 'garbage', '2099-01-01'])('does not serve the version %s', async (version) => {
    const headers = { 'mcp-protocol-version': version, 'mcp-method': 'tools/list' };
    const claimed = { ...ENVELOPE, 'io.modelcontextprotocol/protocolVersion': version };
    for (const body of [LIST, { ...LIST, params: { _meta: claimed } }]) {
      const { status, message } = await send(server, token, body, { headers });
      expect([status, message.error.code]).toEqual([400, -32022]);
      expect(message.error.data.supported).toContain(MODERN);
    }
  });
});
