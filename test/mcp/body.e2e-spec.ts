import { beforeAll, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { startServer, type TestServer } from '../support/server.js';
import { as, audit, call, LIST, personToken, send } from './harness.js';

describe('The body of a request to the MCP endpoint', () => {
  let server: TestServer;
  let token: string;
  const add = (title: string) => ({
    jsonrpc: '2.0',
    id: 7,
    method: 'tools/call',
    params: { name: 'notes_add', arguments: { title, body: '' } },
  });
  const titles = async (): Promise<string[]> => {
    const answer = await call(as(server, token, 'modern'), 'notes_list', { limit: 20 });
    return (answer.message.result.structuredContent.notes as { title: string }[]).map(({ title }) => title);
  };

  beforeAll(async () => {
    server = await startServer();
    token = await personToken(server, 'mcp:tools:execute');
  });

  it('may be one call, which runs', async () => {
    expect((await send(server, token, add('control'))).status).toBe(200);
    expect(await titles()).toContain('control');
  });

  describe('as a batch', () => {
    const batches: [string, () => string][] = [
      ['of a list and a call', () => JSON.stringify([LIST, add('smuggled')])],
      ['of one call', () => JSON.stringify([add('smuggled')])],
      ['after white space', () => ` \r\n\t${JSON.stringify([add('smuggled')])}`],
      ['after a byte order mark', () => `\ufeff${JSON.stringify([add('smuggled')])}`],
      ['in a batch', () => JSON.stringify([[add('smuggled')]])],
      ['of notifications', () => JSON.stringify([{ jsonrpc: '2.0', method: 'notifications/initialized' }])],
      ['that is empty', () => '[]'],
    ];

    it.each(batches)('%s is refused whole', async (_, batch) => {
      const before = await audit(server, { type: 'mcp.tool.called', tool: 'notes_add' });
      const answer = await send(server, token, batch());
      expect(answer.status).toBe(400);
      expect(answer.message).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32600 } });
      expect(await titles()).not.toContain('smuggled');
      expect(await audit(server, { type: 'mcp.tool.called', tool: 'notes_add' })).toHaveLength(before.length);
    });

    it('leaves the attempt in the audit trail', async () => {
      const answer = await send(server, token, [LIST, add('smuggled')]);
      const events = await audit(server, { type: 'http.request.handled' });
      const event = events.find(({ event_id }) => event_id === answer.headers['x-decision-id']);
      expect(event?.outcome).toMatchObject({
        result: 'denied',
        reason_code: 'batch_refused',
        http_status: 400,
      });
      expect(event?.client_id).toMatch(/^gh_c_/);
    });
  });

  it('as two documents is refused whole', async () => {
    const both = `${JSON.stringify(add('first'))}\n${JSON.stringify(add('second'))}`;
    for (const body of [both, both.replace('\n', '')]) {
      expect(await send(server, token, body)).toMatchObject({
        status: 400,
        message: { id: null, error: { code: -32700 } },
      });
    }
    expect(await titles()).not.toEqual(expect.arrayContaining([expect.stringMatching(/first|second/)]));
  });

  it.each([
    ['no JSON', 'not json', -32700, null],
    ['nothing', '', -32700, null],
    ['NaN', '{"jsonrpc":"2.0","id":NaN,"method":"x"}', -32700, null],
    ['trailing garbage', `${JSON.stringify(LIST)}x`, -32700, null],
    ['a byte order mark', `\ufeff${JSON.stringify(LIST)}`, -32700, null],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), -32700, null],
    ['an empty object', '{}', -32600, null],
    ['a string', '"tools/list"', -32600, null],
    ['null', 'null', -32600, null],
    ['another version', { ...LIST, jsonrpc: '1.0' }, -32600, 1],
    ['a method that is a number', { ...LIST, method: 1 }, -32600, 1],
    ['an object id', { ...LIST, id: {} }, -32600, null],
    ['an array id', { ...LIST, id: [] }, -32600, null],
    ['a null id', { ...LIST, id: null }, -32600, null],
    ['an infinite id', '{"jsonrpc":"2.0","id":1e400,"method":"tools/list"}', -32600, null],
    ['a very long id', { ...LIST, id: 'x'.repeat(100_000) }, -32600, null],
    ['array params', { ...LIST, params: [] }, -32602, 1],
    ['a foreign member', { ...LIST, extra: 1 }, -32600, 1],
    ['a result', { jsonrpc: '2.0', id: 1, result: {} }, -32600, null],
    ['an error', { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'x' } }, -32600, null],
  ])('with %s is refused', async (_, body, code, id) => {
    const answer = await send(server, token, body);
    expect(answer.status).toBe(400);
    expect(answer.message).toMatchObject({ jsonrpc: '2.0', id, error: { code } });
  });

  it('may be a notification, which is accepted without an answer', async () => {
    const answer = await send(server, token, { jsonrpc: '2.0', method: 'notifications/initialized' });
    expect([answer.status, answer.response.text]).toEqual([202, '']);
  });

  it('does not run a call without an id', async () => {
    const { jsonrpc, method, params } = add('unasked');
    const notification = { jsonrpc, method, params };
    expect((await send(server, token, notification)).status).toBe(202);
    expect(await titles()).not.toContain('unasked');
  });

  it.each([
    ['text/plain', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['multipart', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['an event stream', { 'content-type': 'text/event-stream' }],
    ['UTF-16', { 'content-type': 'application/json; charset=utf-16' }],
    ['no type', { 'content-type': '' }],
  ])('as %s is refused and runs nothing', async (_, headers) => {
    const answer = await send(server, token, add('mistyped'), { headers });
    expect(answer.status).toBe(415);
    expect(answer.message).toMatchObject({ jsonrpc: '2.0', id: null });
    expect(await titles()).not.toContain('mistyped');
  });

  it('is refused when compressed', async () => {
    const body = gzipSync(JSON.stringify(add('inflated')));
    const answer = await send(server, token, body, { headers: { 'content-encoding': 'gzip' } });
    expect([answer.status, answer.message.jsonrpc]).toEqual([415, '2.0']);
    expect(await titles()).not.toContain('inflated');
  });

  it('is not read when the client could not read the answer', async () => {
    for (const accept of ['application/json', 'text/event-stream', 'text/html']) {
      const answer = await send(server, token, add('unacceptable'), { headers: { accept } });
      expect([accept, answer.status]).toEqual([accept, 406]);
    }
    expect((await send(server, token, LIST, { headers: { accept: '*/*' } })).status).toBe(200);
    expect(await titles()).not.toContain('unacceptable');
  });

  it('is refused over 1 MiB, whether it says its length or not', async () => {
    const body = JSON.stringify({ ...LIST, params: { padding: 'x'.repeat(1024 * 1024) } });
    const declared = await send(server, token, body);
    const chunked = await send(server, token, body, { headers: { 'transfer-encoding': 'chunked' } });
    for (const answer of [declared, chunked]) {
      expect(answer.status).toBe(413);
      expect(answer.message).toMatchObject({ jsonrpc: '2.0', id: null });
    }
    const within = JSON.stringify({ ...LIST, params: { padding: 'x'.repeat(1000 * 1024) } });
    expect((await send(server, token, within)).status).toBe(200);
  });

  it('of any size is refused without a token before it is parsed', async () => {
    const started = performance.now();
    const answer = await send(server, undefined, '['.repeat(20_000_000));
    expect(answer.status).toBe(401);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it.each([1_000, 100_000, 500_000])('nested %p levels deep is refused at once', async (levels) => {
    const body =
      `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":${'{"a":'.repeat(levels / 10)}`.padEnd(
        levels,
        '[',
      );
    const started = performance.now();
    const answer = await send(server, token, body);
    expect(answer.status).toBe(400);
    expect(performance.now() - started).toBeLessThan(1_000);
    expect((await send(server, token, LIST)).status).toBe(200);
  });

  it('of great width or with a giant number is answered at once', async () => {
    const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`k${at}`, 0])));
    const number = '9'.repeat(900_000);
    for (const args of [wide, `{"limit":${number}}`]) {
      const started = performance.now();
      const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"notes_list","arguments":${args}}}`;
      const answer = await send(server, token, body);
      expect(answer.message.result.isError).toBe(true);
      expect(answer.response.text.length).toBeLessThan(2_000);
      expect(performance.now() - started).toBeLessThan(2_000);
    }
  });

  it('cannot change what other objects inherit', async () => {
    const pollutions = ['{"__proto__":{"isAdmin":true}}', '{"constructor":{"prototype":{"isAdmin":true}}}'];
    for (const args of pollutions) {
      const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"whoami","arguments":${args},"_meta":${args}}}`;
      expect((await send(server, token, body)).status).toBe(200);
    }
    const answer = await call(as(server, token, 'legacy'), 'whoami');
    expect(answer.response.text).not.toContain('isAdmin');
  });

  it('is only taken by POST', async () => {
    for (const method of ['GET', 'DELETE', 'PUT', 'PATCH', 'HEAD']) {
      const answer = await send(server, token, method === 'PUT' || method === 'PATCH' ? LIST : undefined, {
        method,
      });
      expect([method, answer.status, answer.headers['allow']]).toEqual([method, 405, 'POST']);
      if (method !== 'HEAD')
        expect(answer.message).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32000 } });
    }
  });
});
