import { beforeAll, describe, expect, it } from '@jest/globals';
import { rawRequest } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { as, audit, call, LIST, opsToken, personToken, send } from './harness.js';

const LISTED = 'https://app.example.com';

describe('Browsers and the MCP endpoint', () => {
  let server: TestServer;
  let token: string;

  beforeAll(async () => {
    server = await startServer({ config: { policies: { corsOrigins: [LISTED] } } });
    token = await personToken(server, 'mcp:tools:execute');
  });

  const withHost = async (host: string) => {
    const body = JSON.stringify(LIST);
    const lines = [
      'POST /mcp HTTP/1.1',
      `Host: ${host}`,
      `Authorization: Bearer ${token}`,
      'Accept: application/json, text/event-stream',
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      'Connection: close',
    ];
    return Number((await rawRequest(server.origin, `${lines.join('\r\n')}\r\n\r\n${body}`)).split(' ')[1]);
  };

  it('serves the host of the public URL and the other loopback names at its port', async () => {
    for (const host of ['localhost', 'LocalHost', '127.0.0.1', '[::1]']) {
      expect([host, await withHost(`${host}:${server.port}`)]).toEqual([host, 200]);
    }
  });

  it('refuses every other host', async () => {
    const others = ['evil.test', `evil.test:${server.port}`, `127.0.0.1.nip.io:${server.port}`, 'localhost'];
    const tricks = [
      `localhost:${server.port}@evil.test`,
      `localhost.evil.test:${server.port}`,
      'localhost:1',
      '',
    ];
    for (const host of [...others, ...tricks]) expect([host, await withHost(host)]).toEqual([host, 403]);
  });

  it('serves no origin, its own and the listed ones', async () => {
    expect((await send(server, token, LIST)).status).toBe(200);
    for (const origin of [server.url, LISTED]) {
      const answer = await send(server, token, LIST, { headers: { origin } });
      expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, origin]);
      expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
      expect(answer.headers['vary']).toMatch(/origin/i);
    }
  });

  it('refuses every other origin before it looks at the token, and runs nothing', async () => {
    const others = [
      'http://evil.test',
      'null',
      'http://localhost.evil.test',
      'https://app.example.com.evil.test',
    ];
    const near = [
      'http://127.0.0.1:1',
      'https://app.example.com:8443',
      'https://sub.app.example.com',
      `${LISTED}/`,
    ];
    const add = {
      ...LIST,
      method: 'tools/call',
      params: { name: 'notes_add', arguments: { title: 'x', body: '' } },
    };
    for (const origin of [...others, ...near]) {
      for (const bearer of [token, undefined]) {
        const answer = await send(server, bearer, add, { headers: { origin } });
        expect([origin, answer.status, answer.challenge]).toEqual([origin, 403, undefined]);
        expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
        expect(answer.message).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32000 } });
      }
    }
    expect(await audit(server, { type: 'mcp.tool.called', tool: 'notes_add' })).toEqual([]);
    const notes = await call(as(server, token, 'modern'), 'notes_list');
    expect(notes.message.result.structuredContent.notes).toEqual([]);
  });

  it('lets a listed page read refusals: the challenge, the decision and when to retry', async () => {
    const answer = await send(server, undefined, LIST, { headers: { origin: LISTED } });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([401, LISTED]);
    const exposed = String(answer.headers['access-control-expose-headers']).toLowerCase().split(/, */);
    for (const name of [
      'www-authenticate',
      'mcp-session-id',
      'mcp-protocol-version',
      'retry-after',
      'x-decision-id',
    ]) {
      expect(exposed).toContain(name);
    }
    const noScope = await opsToken(server, 'admin:grants:read');
    const stepUp = await send(
      server,
      noScope,
      { ...LIST, method: 'tools/call', params: { name: 'whoami' } },
      { headers: { origin: LISTED } },
    );
    expect([stepUp.status, stepUp.headers['access-control-allow-origin']]).toEqual([403, LISTED]);
  });

  it('answers a preflight without a token, for listed pages only', async () => {
    const preflight = (origin: string) =>
      send(server, undefined, undefined, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization, mcp-param-region, x-other',
        },
      });
    const answer = await preflight(LISTED);
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([204, LISTED]);
    const allowed = String(answer.headers['access-control-allow-headers']).toLowerCase().split(/, */);
    const needed = [
      'authorization',
      'content-type',
      'accept',
      'mcp-protocol-version',
      'mcp-method',
      'mcp-name',
    ];
    expect(allowed).toEqual(
      expect.arrayContaining([...needed, 'mcp-session-id', 'last-event-id', 'mcp-param-region']),
    );
    expect(allowed).not.toContain('x-other');
    expect(answer.headers['access-control-allow-methods']).toContain('POST');

    const foreign = await preflight('http://evil.test');
    expect(foreign.status).toBe(403);
    expect(foreign.headers).not.toHaveProperty('access-control-allow-origin');
  });
});
