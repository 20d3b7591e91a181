import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminCall, callTool, connect, mcpCall } from '../support/actors.js';
import { startServer, type TestServer } from '../support/server.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${TRACE}-00f067aa0ba902b7-01`;

describe('A trace that a client says its call belongs to', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });

  const eventsOf = async (clientId: string) => {
    const path = `/audit/events?type=mcp.tool.called&client_id=${clientId}`;
    const { items } = (await adminCall(server, 'GET', path)).json();
    return items as { claimed?: object; request: { request_id: string; correlation_id: string } }[];
  };

  it('is in the records of the call as claimed, and is none of their ids', async () => {
    const { tokens, client } = await connect(server);
    const call = { name: 'whoami', arguments: {}, _meta: { traceparent, tracestate: 'vendor=1' } };
    expect((await mcpCall(server, tokens.access_token, 'tools/call', call)).status).toBe(200);
    const events = await eventsOf(client.clientId);
    expect(events).toHaveLength(2);
    for (const { claimed, request } of events) {
      expect(claimed).toEqual({ traceparent, tracestate: 'vendor=1' });
      expect(JSON.stringify(request)).not.toContain(TRACE);
    }
  });

  it('is left out when it is no trace, and the call is served', async () => {
    const { tokens, client } = await connect(server);
    const call = { name: 'whoami', arguments: {}, _meta: { traceparent: 'x'.repeat(2_000), tracestate: {} } };
    expect((await mcpCall(server, tokens.access_token, 'tools/call', call)).status).toBe(200);
    expect((await callTool(server, tokens.access_token, 'whoami')).status).toBe(200);
    for (const event of await eventsOf(client.clientId)) expect(event).not.toHaveProperty('claimed');
  });
});
