import { request as httpRequest, type IncomingMessage } from 'node:http';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { adminCall, adminToken, connect, type Connection } from '../support/actors.js';
import { compiledEntry } from '../support/compiled-entry.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { startServer, type TestServer } from '../support/server.js';
import { as, ask, claimsOf, personConnection, personToken, send, type Sent } from './harness.js';

const VERSION = '2025-11-25';
const LIST = { jsonrpc: '2.0', id: 2, method: 'tools/list' };

let entry: string;
let server: TestServer;

const config = { policies: { mcpSessions: 'stateful' } };

beforeAll(async () => {
  entry = await compiledEntry(new URL('library/main.ts', import.meta.url));
  server = await startServer({ entry, config });
});

const initialize = (token: string, on = server): Promise<Sent> =>
  send(on, token, {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: VERSION, capabilities: {}, clientInfo: { name: 'old', version: '1' } },
  });

async function sessionOf(token: string, on = server): Promise<string> {
  const { headers, status } = await initialize(token, on);
  expect(status).toBe(200);
  return String(headers['mcp-session-id']);
}

const inSession = (token: string, id: string, body: unknown, method = 'POST'): Promise<Sent> =>
  send(server, token, body, { method, headers: { 'mcp-session-id': id, 'mcp-protocol-version': VERSION } });

/** The stream a client listens on; answers what comes until it ends. */
function listen(token: string, id: string, on = server): Promise<{ ended: Promise<string>; stop(): void }> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'text/event-stream',
      'mcp-session-id': id,
      'mcp-protocol-version': VERSION,
    };
    const outgoing = httpRequest(`${on.base}/mcp`, { headers, agent: false }, (answer: IncomingMessage) => {
      let text = '';
      answer.on('data', (part: Buffer) => (text += part.toString('utf8')));
      const ended = new Promise<string>((done) => answer.on('close', () => done(text)));
      resolve({ ended, stop: () => answer.destroy() });
    });
    outgoing.on('error', reject).end();
  });
}

async function closings(type = 'mcp.session.closed'): Promise<(string | undefined)[]> {
  const answer = await adminCall(server, 'GET', `/audit/events?type=${type}`, {
    token: await adminToken(server),
  });
  return answer
    .json<{ items: { details?: { reason?: string } }[] }>()
    .items.map(({ details }) => details?.reason);
}

describe('A session of a 2025 client', () => {
  let token: string;

  beforeAll(async () => {
    token = await personToken(server, 'mcp:tools:read');
  });

  it('is begun by initialize, serves until it is deleted, and is not known then', async () => {
    const id = await sessionOf(token);
    expect(id).toMatch(/^[\x21-\x7e]{24,}$/);
    expect((await inSession(token, id, LIST)).message.result.tools.length).toBeGreaterThan(5);
    expect((await inSession(token, id, undefined, 'DELETE')).status).toBe(200);
    const after = await inSession(token, id, LIST);
    expect([after.status, after.message.error.code]).toEqual([404, -32001]);
    expect((await closings('mcp.session.opened')).length).toBeGreaterThan(0);
    expect(await closings()).toContain('by_client');
  });

  it('serves nobody else, and nobody without a token', async () => {
    const id = await sessionOf(token);
    const other = await personToken(server, 'mcp:tools:read');
    expect((await inSession(other, id, LIST)).status).toBe(404);
    expect((await inSession(other, id, undefined, 'DELETE')).status).toBe(404);
    expect((await send(server, undefined, LIST, { headers: { 'mcp-session-id': id } })).status).toBe(401);
    expect((await inSession(token, id, LIST)).status).toBe(200);
  });

  it('is not needed by who asks for nothing that needs one, nor by 2026-07-28', async () => {
    expect((await ask(as(server, token, 'legacy'), 'tools/list')).status).toBe(200);
    expect((await ask(as(server, token, 'modern'), 'tools/list')).status).toBe(200);
  });

  it('takes answers, and only in a session', async () => {
    const id = await sessionOf(token);
    const answer = { jsonrpc: '2.0', id: 77, result: {} };
    expect((await inSession(token, id, answer)).status).toBe(202);
    expect((await send(server, token, answer)).status).toBe(400);
    for (const odd of [{ ...answer, error: {} }, { ...answer, id: null }, { ...answer, more: 1 }, [answer]])
      expect((await inSession(token, id, odd)).status).toBe(400);
  });

  it('ends with its grant, and with it the stream', async () => {
    const { tokens } = await personConnection(server, 'mcp:tools:read');
    const id = await sessionOf(tokens.access_token);
    const { ended } = await listen(tokens.access_token, id);
    const { gid } = claimsOf(tokens.access_token);
    await adminCall(server, 'DELETE', `/grants/${String(gid)}`, {
      token: await adminToken(server),
      json: {},
    });
    await ended;
    expect((await inSession(tokens.access_token, id, LIST)).status).toBe(401);
    expect(await closings()).toContain('by_revocation');
  });

  it('keeps no more subscriptions than it may, and none to what is no resource by its length', async () => {
    const id = await sessionOf(token);
    const subscribe = async (uri: string) => {
      const body = { jsonrpc: '2.0', id: 4, method: 'resources/subscribe', params: { uri } };
      return (await inSession(token, id, body)).message.error?.code as number | undefined;
    };
    expect(await subscribe(`library://${'x'.repeat(2_048)}`)).toBe(-32602);
    for (let at = 0; at < 1_000; at += 100)
      expect(
        await Promise.all(Array.from({ length: 100 }, (_, one) => subscribe(`library://none/${at + one}`))),
      ).toEqual(Array(100).fill(undefined));
    expect(await subscribe('library://none/too-many')).toBe(-32602);
  });

  it('makes room when one person begins too many', async () => {
    const own = await personToken(server, 'mcp:tools:read');
    const first = await sessionOf(own);
    for (let more = 0; more < 20; more++) await sessionOf(own);
    expect((await inSession(own, first, LIST)).status).toBe(404);
    expect(await closings()).toContain('displaced');
  });
});

describe('Whoever listens', () => {
  it('does so no longer than the token is good for', async () => {
    const brief = await startServer({
      entry,
      config: { ...config, lifetimes: { accessToken: '4s' } },
    });
    const { tokens } = await personConnection(brief, 'mcp:tools:read');
    const { exp } = claimsOf(tokens.access_token);
    const id = await sessionOf(tokens.access_token, brief);
    const { ended } = await listen(tokens.access_token, id, brief);
    const notifications = { toolsListChanged: true };
    const modern = ask(as(brief, tokens.access_token, 'modern'), 'subscriptions/listen', { notifications });
    await Promise.all([ended, modern.catch(() => undefined)]);
    expect(Date.now() / 1_000 - Number(exp)).toBeGreaterThan(-0.1);
    expect(Date.now() / 1_000 - Number(exp)).toBeLessThan(10);
  });
});

describe('In a session', () => {
  it('a tool asks the person, by the official client', async () => {
    const { tokens } = await connect(server, { scope: 'mcp:tools:read' });
    const client = new Client(
      { name: 'asks', version: '1' },
      { capabilities: { elicitation: { form: {} } } },
    );
    const asked: string[] = [];
    client.setRequestHandler('elicitation/create', ({ params }) => {
      asked.push(params.message);
      const content = params.message === 'Why?' ? { reason: 'I must' } : { yes: true };
      return { action: 'accept', content };
    });
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${server.base}/mcp`), {
        requestInit: { headers: { authorization: `Bearer ${tokens.access_token}` } },
      }),
    );
    const { content } = await client.callTool({ name: 'confirm', arguments: { word: 'jump' } });
    expect([asked, content]).toEqual([
      ['Really jump?', 'Why?'],
      [{ type: 'text', text: 'jump because I must' }],
    ]);
    await client.close();
  });
});

describeOnPostgres('Two replicas', () => {
  it('tell of changes on both, to who subscribed', async () => {
    const database = server.databaseUrl!;
    const other = await startServer({ entry, config, database, env: { PUBLIC_URL: server.url } });
    const { tokens } = await connection(server);
    const id = await sessionOf(tokens.access_token, other);
    const uri = 'library://catalogue';
    const subscribe = { jsonrpc: '2.0', id: 3, method: 'resources/subscribe', params: { uri } };
    await send(other, tokens.access_token, subscribe, {
      headers: { 'mcp-session-id': id, 'mcp-protocol-version': VERSION },
    });
    const stream = await listen(tokens.access_token, id, other);
    await ask(as(server, tokens.access_token, 'modern'), 'tools/call', { name: 'change', arguments: {} });
    await new Promise((later) => setTimeout(later, 1_000));
    stream.stop();
    const news = { jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri } };
    expect((await stream.ended).split('\n').flatMap(dataOf)).toContainEqual(expect.objectContaining(news));
    await other.stop();
  });
});

/** The message on a line of an event stream. */
function dataOf(line: string): unknown[] {
  const data = /^data: (.+)$/.exec(line)?.[1];
  return data === undefined ? [] : [JSON.parse(data)];
}

const connection = (on: TestServer): Promise<Connection> => personConnection(on, 'mcp:tools:read');
