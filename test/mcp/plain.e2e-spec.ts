import { beforeAll, describe, expect, it } from '@jest/globals';
import { compiledEntry } from '../support/compiled-entry.js';
import { messagesOf } from '../support/mcp.js';
import { startServer, type TestServer } from '../support/server.js';
import { as, ask, audit, call, ERAS, personToken, type AuditEvent, type Era, type Sent } from './harness.js';

/** Makes a call one that the SDK serves from beginning to end. */
const BY_THE_SDK = { _meta: { progressToken: 'p' } };
const CAN_BE_ASKED = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };

const WAYS = [
  'text',
  'nothing',
  'structured',
  'failing',
  'broken',
  'picture',
  'odd',
  'slow',
  'asking',
  'talking',
  'mumbling',
  'babbling',
  'showing',
  'misjudging',
];

let server: TestServer;
let token: string;

beforeAll(async () => {
  server = await startServer({ entry: await compiledEntry(new URL('plain/main.ts', import.meta.url)) });
  token = await personToken(server, 'mcp:tools:read');
});

/** An answer without what is never the same twice. */
function told({ status, headers, response }: Sent) {
  const { 'content-type': type, 'x-accel-buffering': buffering } = headers;
  const messages = JSON.stringify(messagesOf(response))
    .replaceAll(/Reference: [\w-]+/g, 'Reference: …')
    .replaceAll(/"(requestState|decision_id|correlation_id)":"[^"]+"/g, '"$1":"…"');
  return { status, type, buffering, messages: JSON.parse(messages) as unknown[] };
}

const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

const latest = async (name: string): Promise<AuditEvent[]> =>
  (await audit(server, { type: 'mcp.tool.called' })).filter(({ tool }) => tool?.name === name).slice(0, 2);

/** What the trail says of the latest call, without what is of that call alone. */
async function recorded(name: string) {
  return (await latest(name)).map(({ outcome, tool, authz }) => ({
    outcome,
    authz,
    tool: { ...tool, decision_id: undefined },
  }));
}

describe.each(ERAS)('A plain call (%s)', (era: Era) => {
  it.each(WAYS)('is answered and recorded as the SDK would: %s', async (name) => {
    const asker = as(server, token, era);
    const params = { name, arguments: { word: 'wörd' } };
    const plain = [told(await ask(asker, 'tools/call', params)), await recorded(name)];
    const sdk = [told(await ask(asker, 'tools/call', { ...params, ...BY_THE_SDK })), await recorded(name)];
    expect(plain).toEqual(sdk);
    expect(plain[1]).toHaveLength(2);
  });

  it.each([
    ['an argument that is not known', { word: 'a', other: 1 }],
    ['an argument of another type', { word: 1 }],
    ['no arguments', undefined],
    ['an argument called __proto__', JSON.parse('{"__proto__":{"word":"a"}}') as object],
  ])('is answered as the SDK would with %s', async (_what, args) => {
    const asker = as(server, token, era);
    const params = { name: 'text', ...(args && { arguments: args }) };
    const answers = [
      await ask(asker, 'tools/call', params),
      await ask(asker, 'tools/call', { ...params, ...BY_THE_SDK }),
    ].map(told);
    expect(answers[0]).toEqual(answers[1]);
    expect(JSON.stringify(answers[0])).toContain('"isError":true');
  });

  it('of a tool that there is not is refused as the SDK would', async () => {
    const asker = as(server, token, era);
    const answers = [
      await ask(asker, 'tools/call', { name: 'none' }),
      await ask(asker, 'tools/call', { name: 'none', ...BY_THE_SDK }),
    ].map(told);
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.messages.at(-1)).toMatchObject({ error: { message: 'Unknown tool' } });
  });
});

describe('A plain call', () => {
  it('of 2026-07-28 says its length, for it is one piece', async () => {
    const { headers, response } = await call(as(server, token, 'modern'), 'text', { word: 'a' });
    expect(headers['content-length']).toBe(String(Buffer.byteLength(response.text)));
  });

  it('that asks gives the question to who can be asked, and an error to who cannot', async () => {
    const params = { name: 'asking', arguments: { word: 'sure' } };
    const can = await ask(as(server, token, 'modern'), 'tools/call', { ...params, _meta: CAN_BE_ASKED });
    expect(can.message.result).toMatchObject({
      resultType: 'input_required',
      inputRequests: { sure: { method: 'elicitation/create' } },
    });
    const cannot = await ask(as(server, token, 'modern'), 'tools/call', params);
    expect([cannot.status, cannot.message.error.code]).toEqual([400, -32021]);
  });

  it('of a 2025 client sends what the tool logs before the result', async () => {
    const { response } = await call(as(server, token, 'legacy'), 'talking', { word: 'fails' });
    expect(messagesOf(response)).toEqual([
      {
        jsonrpc: '2.0',
        method: 'notifications/message',
        params: { level: 'info', data: { word: 'fails' } },
      },
      {
        jsonrpc: '2.0',
        method: 'notifications/message',
        params: { level: 'error', data: 'two lines\nof it', logger: 'plain' },
      },
      { jsonrpc: '2.0', id: 1, result: { isError: true, content: [{ type: 'text', text: 'after all' }] } },
    ]);
  });
});

describe('A request to the MCP endpoint', () => {
  it('leaves one line in the log, with what was asked and what was answered', async () => {
    const { headers } = await call(as(server, token, 'modern'), 'text', { word: 'a' });
    const lines = () =>
      server
        .output()
        .split('\n')
        .filter((text) => text.includes(`"req":{"id":"${String(headers['x-request-id'])}"`));
    for (let tries = 0; lines().length === 0 && tries < 100; tries++) await sleep(20);
    expect(lines().map((text) => JSON.parse(text) as unknown)).toEqual([
      expect.objectContaining({
        msg: 'request completed',
        req: { id: headers['x-request-id'], method: 'POST', path: '/mcp' },
        res: { status: 200 },
      }),
    ]);
  });
});

describe('A call that runs when the server stops', () => {
  it.each(ERAS)('is told so and recorded so, whoever serves it (%s)', async (era: Era) => {
    const entry = await compiledEntry(new URL('plain/main.ts', import.meta.url));
    const other = await startServer({ entry });
    const asker = as(other, await personToken(other, 'mcp:tools:read'), era);
    const params = { name: 'waiting', arguments: { word: 'a' } };
    const calls = [ask(asker, 'tools/call', params), ask(asker, 'tools/call', { ...params, ...BY_THE_SDK })];
    while ((await audit(other, { tool: 'waiting' })).length < 2) await sleep(25);
    await other.stop();
    for (const { status, message } of await Promise.all(calls))
      expect([status, message.error]).toEqual([
        200,
        { code: -32000, message: 'The server is shutting down' },
      ]);
    await other.restart();
    const handled = await audit(other, { type: 'http.request.handled' });
    expect(handled.map(({ outcome }) => outcome.result)).not.toContain('error');
    const reasons = (await audit(other, { tool: 'waiting' })).map(({ outcome }) => outcome.reason_code);
    expect(reasons).toEqual(['aborted_by_shutdown', 'aborted_by_shutdown', undefined, undefined]);
  });
});
