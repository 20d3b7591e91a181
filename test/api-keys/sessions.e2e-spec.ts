import { beforeAll, describe, expect, it } from '@jest/globals';
import { post, type HttpResponse } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator } from '../oauth/harness.js';
import { newService, NO_LIMIT, serviceKey, TAKES_KEYS } from './harness.js';

let server: TestServer;

beforeAll(async () => {
  server = await startServer({
    config: { ...TAKES_KEYS, limits: NO_LIMIT, policies: { mcpSessions: 'stateful' } },
  });
});

const send = (key: string, json: object, session?: string): Promise<HttpResponse> =>
  post(`${server.base}/mcp`, {
    headers: {
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
      'x-api-key': key,
      ...(session && { 'mcp-session-id': session }),
    },
    json: { jsonrpc: '2.0', ...json },
  });

/** Begins a session. */
async function open(key: string): Promise<string> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } };
  const opened = await send(key, { id: 1, method: 'initialize', params });
  const session = opened.headers['mcp-session-id'];
  if (typeof session !== 'string') throw new Error(`No session: ${opened.status} ${opened.text}`);
  await send(key, { method: 'notifications/initialized' }, session);
  return session;
}

const LIST = { id: 2, method: 'tools/list' };

describe('a session that was begun with an API key', () => {
  it('is for that key, and not for another one of the same owner', async () => {
    const clientId = await newService(server);
    const [one, other] = [await serviceKey(server, clientId), await serviceKey(server, clientId)];
    const session = await open(one.api_key);
    expect((await send(one.api_key, LIST, session)).status).toBe(200);
    expect((await send(other.api_key, LIST, session)).status).toBe(404);
  });

  it('ends with the key', async () => {
    const clientId = await newService(server);
    const { id, api_key } = await serviceKey(server, clientId);
    const session = await open(api_key);
    const rotated = await asOperator(server, 'POST', `/api-keys/${id}/rotate`);
    const { api_key: next } = rotated.json<{ api_key: string }>();
    expect((await send(api_key, LIST, session)).status).toBe(401);
    expect((await send(next, LIST, session)).status).toBe(404);
  });
});
