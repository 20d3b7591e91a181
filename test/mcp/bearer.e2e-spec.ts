import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminToken, connect } from '../support/actors.js';
import { rawRequest } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { audit, ENVELOPE, LIST, MODERN, opsToken, personToken, send } from './harness.js';

describe('The access token of a request to the MCP endpoint', () => {
  let server: TestServer;
  let token: string;
  let metadata: string;

  beforeAll(async () => {
    server = await startServer();
    token = await personToken(server, 'mcp:tools:read');
    metadata = `${server.url}/.well-known/oauth-protected-resource/mcp`;
  });

  const raw = (authorization: string[], body = JSON.stringify(LIST)) =>
    rawRequest(
      server.origin,
      [
        'POST /mcp HTTP/1.1',
        `Host: localhost:${server.port}`,
        ...authorization.map((value) => `Authorization: ${value}`),
        'Accept: application/json, text/event-stream',
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        'Connection: close',
        '',
        body,
      ].join('\r\n'),
    );

  it('opens the endpoint', async () => {
    const answer = await send(server, token, LIST);
    expect(answer.status).toBe(200);
    expect(answer.message.result.tools.length).toBeGreaterThan(0);
  });

  it.each([
    'initialize',
    'server/discover',
    'ping',
    'tools/list',
    'tools/call',
    'notifications/initialized',
    'nope',
  ])('is asked for by an exact challenge without an error when %s comes without one', async (method) => {
    const answer = await send(server, undefined, {
      jsonrpc: '2.0',
      id: 1,
      method,
      params: { name: 'whoami' },
    });
    expect(answer.status).toBe(401);
    expect(answer.challenge).toBe(`Bearer resource_metadata="${metadata}", scope="mcp:tools:read"`);
    expect(answer.message).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32000 } });
    expect(answer.message).not.toHaveProperty('result');
  });

  it('is asked for in the same way of a 2026-07-28 client', async () => {
    const headers = { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/list' };
    const answer = await send(server, undefined, { ...LIST, params: { _meta: ENVELOPE } }, { headers });
    expect([answer.status, answer.challenge]).toEqual([
      401,
      `Bearer resource_metadata="${metadata}", scope="mcp:tools:read"`,
    ]);
  });

  it('is only looked for after Host and Origin and before the body', async () => {
    const answer = await send(server, undefined, 'this is not JSON');
    expect(answer.status).toBe(401);
  });

  describe('is refused as invalid', () => {
    const refused = async (bad: string) => {
      const answer = await send(server, bad, LIST);
      expect(answer.status).toBe(401);
      expect(answer.challenge).toMatch(/^Bearer error="invalid_token", /);
      expect(answer.challenge).toContain(`resource_metadata="${metadata}"`);
      expect(answer.challenge).toContain('scope="mcp:tools:read"');
      expect(answer.message).toMatchObject({ jsonrpc: '2.0', id: null, error: { message: 'Unauthorized' } });
    };

    it('when it is garbage', () => refused('garbage'));
    it('when its signature is of another token', async () => {
      const other = await personToken(server, 'mcp:tools:read');
      await refused([...token.split('.').slice(0, 2), other.split('.')[2]].join('.'));
    });
    it('when its claims were changed', async () => {
      const [header, payload, signature] = token.split('.') as [string, string, string];
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
      const changed = Buffer.from(JSON.stringify({ ...claims, scope: 'mcp:tools:execute' })).toString(
        'base64url',
      );
      await refused([header, changed, signature].join('.'));
    });
    it('when it is unsigned', async () => {
      const header = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
      await refused(`${header}.${token.split('.')[1]}.`);
    });
    it('when it is for the admin API', async () => refused(await adminToken(server)));
    it('when it is an id token', async () => {
      const { tokens } = await connect(server, { scope: 'openid mcp:tools:read' });
      expect((await send(server, tokens.access_token, LIST)).status).toBe(200);
      await refused(tokens.id_token ?? '');
    });
    it('when it is a refresh token', async () => {
      const { tokens } = await connect(server, { scope: 'mcp:tools:read' });
      await refused(tokens.refresh_token ?? '');
    });
    it('when it is longer than 16 KiB, or does not even fit into the headers', async () => {
      expect(await raw([`Bearer ${'a'.repeat(100_000)}`])).toMatch(/^HTTP\/1\.1 (401|431) /);
    });
  });

  it('may be introduced by its scheme in any case', async () => {
    for (const scheme of ['bearer', 'BEARER', 'bEaReR']) {
      const answer = await send(server, undefined, LIST, {
        headers: { authorization: `${scheme} ${token}` },
      });
      expect(answer.status).toBe(200);
    }
  });

  it.each(['Bearer', 'Bearer a b', 'Bearer a"b'])(
    'is a malformed request when sent as %p',
    async (authorization) => {
      const answer = await send(server, undefined, LIST, { headers: { authorization } });
      expect(answer.status).toBe(400);
      expect(answer.challenge).toMatch(/^Bearer error="invalid_request", /);
      expect(answer.message).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32600 } });
    },
  );

  it('is a malformed request when sent twice', async () => {
    expect(await raw([`Bearer ${token}`])).toMatch(/^HTTP\/1\.1 200 /);
    const twice = await raw([`Bearer ${token}`, `Bearer ${token}`]);
    expect(twice).toMatch(/^HTTP\/1\.1 400 /);
    expect(twice).toMatch(/www-authenticate: Bearer error="invalid_request"/i);
    expect(twice).toContain('"jsonrpc":"2.0"');
  });

  it('counts as absent anywhere but in the Authorization header', async () => {
    const inTheQuery = await send(server, undefined, LIST, { path: `/mcp?access_token=${token}` });
    const inHeaders = await send(server, undefined, LIST, {
      headers: {
        'x-access-token': token,
        cookie: `access_token=${token}`,
        'proxy-authorization': `Bearer ${token}`,
      },
    });
    const inTheBody = await send(server, undefined, { ...LIST, access_token: token });
    const inAForm = await send(server, undefined, `access_token=${token}`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    for (const answer of [inTheQuery, inHeaders, inTheBody, inAForm]) {
      expect(answer.status).toBe(401);
      expect(answer.challenge).not.toContain('error=');
    }
    expect(server.output()).not.toContain(token);
  });

  it('cannot be replaced by a browser session', async () => {
    const { jar } = await connect(server, { scope: 'mcp:tools:read' });
    const cookie = jar.header(new URL(`${server.base}/mcp`)) ?? '';
    expect(cookie).not.toBe('');
    expect((await send(server, undefined, LIST, { headers: { cookie } })).status).toBe(401);
  });

  it('is refused with a decision id that names the reason in the audit trail, not to the caller', async () => {
    const answer = await send(server, await adminToken(server), LIST);
    const id = answer.headers['x-decision-id'];
    expect(answer.message.error.data).toEqual({ decision_id: id });
    const event = (await audit(server, { type: 'http.request.handled' })).find(
      ({ event_id }) => event_id === id,
    );
    expect(event?.outcome).toMatchObject({ result: 'denied', http_status: 401 });
    expect(event?.outcome.reason_code).toMatch(/^[a-z_]+$/);
    expect(answer.response.text).not.toContain(event?.outcome.reason_code);
  });

  it('of a client that acts for itself opens the endpoint too', async () => {
    expect((await send(server, await opsToken(server), LIST)).status).toBe(200);
  });
});
