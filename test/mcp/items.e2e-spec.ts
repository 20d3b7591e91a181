import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminCall, adminToken } from '../support/actors.js';
import { compiledEntry } from '../support/compiled-entry.js';
import { startServer, type TestServer } from '../support/server.js';
import {
  as,
  ask,
  call,
  ENVELOPE,
  ERAS,
  LEAK,
  personToken,
  textOf,
  type Asker,
  type Sent,
} from './harness.js';

const ELICITS = { _meta: { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } } };

let server: TestServer;
let reader: string;
let writer: string;

beforeAll(async () => {
  server = await startServer({ entry: await compiledEntry(new URL('library/main.ts', import.meta.url)) });
  [reader, writer] = await Promise.all([
    personToken(server, 'mcp:tools:read'),
    personToken(server, 'mcp:tools:execute'),
  ]);
});

const read = (asker: Asker, uri: string) => ask(asker, 'resources/read', { uri });

/** Outcomes of events of a type, the latest first. */
async function recorded(type: string): Promise<string[]> {
  const token = await adminToken(server);
  const answer = await adminCall(server, 'GET', `/audit/events?type=${type}&limit=20`, { token });
  const { items } = answer.json<{
    items: { outcome: { result: string; reason_code?: string }; details?: { phase?: string } }[];
  }>();
  return items.map(({ outcome: { result, reason_code: reason }, details }) =>
    [details?.phase, result, reason].filter(Boolean).join(' '),
  );
}

describe.each(ERAS)('What a server has beside tools (%s)', (era) => {
  it('is listed to who may use it or may ask for it', async () => {
    const { message: resources } = await ask(as(server, reader, era), 'resources/list');
    expect(resources.result.resources).toMatchObject([
      { uri: 'library://catalogue' },
      { uri: 'library://cellar' },
    ]);
    const { message: templates } = await ask(as(server, reader, era), 'resources/templates/list');
    expect(templates.result.resourceTemplates).toMatchObject([{ uriTemplate: 'library://books/{id}' }]);
    const { message: prompts } = await ask(as(server, reader, era), 'prompts/list');
    expect(prompts.result.prompts).toMatchObject([
      {
        name: 'review',
        arguments: [
          { name: 'book', description: 'Which book', required: true },
          { name: 'tone', required: false },
        ],
      },
    ]);
  });

  it('is answered', async () => {
    const asker = as(server, writer, era);
    expect((await read(asker, 'library://catalogue')).message.result.contents).toEqual([
      { uri: 'library://catalogue', mimeType: 'application/json', text: '{"books":2}' },
    ]);
    expect((await read(asker, 'library://books/emma')).message.result.contents).toEqual([
      { uri: 'library://books/emma', mimeType: 'text/plain', text: 'The book emma' },
    ]);
    const prompt = await ask(asker, 'prompts/get', {
      name: 'review',
      arguments: { book: 'emma', tone: 'dry' },
    });
    expect(prompt.message.result.messages).toEqual([
      { role: 'user', content: { type: 'text', text: 'Review emma in a dry tone' } },
    ]);
    const ref = { type: 'ref/prompt', name: 'review' };
    const params = { ref, argument: { name: 'book', value: '1' }, context: { arguments: { tone: 'dry' } } };
    const { completion } = (await ask(asker, 'completion/complete', params)).message.result;
    expect([completion.values.length, completion.values[0], completion.hasMore, completion.total]).toEqual([
      69,
      'dry-book-1',
      false,
      69,
    ]);
  });

  it.each<[string, string, object]>([
    ['a resource', 'resources/read', { uri: 'library://cellar' }],
    ['a prompt', 'prompts/get', { name: 'review', arguments: { book: 'emma' } }],
    [
      'suggestions',
      'completion/complete',
      { ref: { type: 'ref/prompt', name: 'review' }, argument: { name: 'book', value: '' } },
    ],
  ])('is refused with a challenge to who lacks the scope: %s', async (_, method, params) => {
    const { status, challenge } = await ask(as(server, reader, era), method, { ...params });
    expect([status, challenge]).toEqual([
      403,
      expect.stringMatching(/^Bearer error="insufficient_scope".*scope="mcp:tools:execute"/),
    ]);
  });

  it.each([
    'file:///etc/passwd',
    'library://books/../cellar',
    'library://books/%2e%2e%2fcellar',
    'library://books/%ff',
    'http://169.254.169.254/latest/meta-data',
    // A longer one does not fit into the headers of 2026-07-28.
    `library://books/${'a,'.repeat(era === 'modern' ? 2_000 : 100_000)}`,
    `library://books/${'a'.repeat(3_000)}`,
    'library://catalogue#x',
    '__proto__',
  ])('has no resource at %#', async (uri) => {
    const before = performance.now();
    const { message } = await read(as(server, reader, era), uri);
    expect([message.error.code, message.error.data.uri]).toEqual([
      era === 'modern' ? -32602 : message.error.code,
      uri,
    ]);
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it('tells nothing of an error but a reference, and what is meant to be told', async () => {
    const broken = await read(as(server, writer, era), 'library://cellar');
    expect(broken.message.error.message).toMatch(/^The resource failed\. Reference: [\w-]+$/);
    expect(broken.response.text).not.toMatch(LEAK);
    const told = await ask(as(server, writer, era), 'prompts/get', {
      name: 'review',
      arguments: { book: 'none' },
    });
    expect(told.message.error.message).toBe('There is no such book');
    const wrong = await ask(as(server, writer, era), 'prompts/get', { name: 'review', arguments: {} });
    expect(wrong.message.error.message).toMatch(/^Invalid arguments: book: /);
  });
});

describe('Guards, pipes, interceptors and filters of Nest', () => {
  it('stand before a tool as before a route', async () => {
    expect(textOf(await call(as(server, reader, 'modern'), 'say', { word: 'hello' }))).toBe('HELLO!');
    const refused = await call(as(server, reader, 'modern'), 'say', { word: 'sesame' });
    expect([refused.message.result.isError, textOf(refused)]).toEqual([
      true,
      'The tool say does not open to that',
    ]);
    const silent = await call(as(server, reader, 'modern'), 'say', { word: 'never' });
    expect([silent.message.result.isError, textOf(silent)]).toEqual([true, 'Forbidden resource']);
    expect((await recorded('mcp.tool.called')).filter((line) => line.includes('refused'))).toEqual([
      'denied refused_by_guard',
      'denied refused_by_guard',
    ]);
    expect(textOf(await call(as(server, reader, 'modern'), 'break'))).toBe('mended');
  });

  it('are not what checks the input', async () => {
    const wrong = await call(as(server, reader, 'modern'), 'say', { word: 5 });
    expect(textOf(wrong)).toMatch(/^Invalid arguments: word: /);
  });

  it('give each parameter what its decorator says', async () => {
    const answer = await call(as(server, reader, 'modern'), 'who', { word: 'me' });
    expect(JSON.parse(textOf(answer))).toEqual([false, expect.any(String), 'me']);
  });
});

describe('What a method declares beside its scopes', () => {
  it('is held to: its time, and that everybody may call it', async () => {
    expect(textOf(await call(as(server, reader, 'modern'), 'slow'))).toBe('It did not finish in time');
    const { message } = await adminCall(server, 'GET', '/tools/slow', {
      token: await adminToken(server),
    }).then((answer) => ({ message: answer.json<{ risk: string; scopes: string[] }>() }));
    expect(message).toMatchObject({ risk: 'destructive', scopes: [] });
  });
});

describe('A tool that asks', () => {
  const confirm = (token: string, params: object, word = 'jump'): Promise<Sent> =>
    ask(as(server, token, 'modern'), 'tools/call', {
      name: 'confirm',
      arguments: { word },
      ...params,
      _meta: { ...ENVELOPE, ...ELICITS._meta },
    });
  const yes = { sure: { action: 'accept', content: { yes: true } } };

  it('asks one thing after the other, and remembers what it was told', async () => {
    const first = (await confirm(reader, {})).message.result;
    expect([first.resultType, Object.keys(first.inputRequests)]).toEqual(['input_required', ['sure']]);
    const second = (await confirm(reader, { inputResponses: yes, requestState: first.requestState })).message
      .result;
    expect([second.resultType, Object.keys(second.inputRequests)]).toEqual(['input_required', ['why']]);
    const why = { why: { action: 'accept', content: { reason: 'I can' } } };
    const last = await confirm(reader, { inputResponses: why, requestState: second.requestState });
    expect(textOf(last)).toBe('jump because I can');
  });

  it('asks again when an answer is none', async () => {
    for (const sure of [
      { action: 'accept', content: { yes: 'perhaps' } },
      { action: 'perhaps' },
      { action: 'accept' },
    ]) {
      const { result } = (await confirm(reader, { inputResponses: { sure } })).message;
      expect([result.resultType, Object.keys(result.inputRequests)]).toEqual(['input_required', ['sure']]);
    }
  });

  it('does not go on after a no', async () => {
    const no = await confirm(reader, { inputResponses: { sure: { action: 'decline' } } });
    expect([no.message.result.isError, textOf(no)]).toEqual([true, 'Not jump, then']);
  });

  it('takes no state of another person, another call, or nobody', async () => {
    const { requestState } = (await confirm(reader, { inputResponses: yes })).message.result;
    const tampered = `${requestState.slice(0, -4)}AAAA`;
    const refused = await Promise.all([
      confirm(writer, { requestState }),
      confirm(reader, { requestState }, 'fly'),
      confirm(reader, { requestState: tampered }),
      confirm(reader, { requestState: '' }),
      confirm(reader, { requestState: 'x'.repeat(10_000) }),
    ]);
    for (const { message } of refused)
      expect(message.error).toMatchObject({ code: -32602, data: { reason: 'invalid_request_state' } });
    expect((await confirm(reader, { requestState })).message.result.resultType).toBe('input_required');
  });

  it('says what it needs to a client that cannot be asked', async () => {
    const { status, message } = await call(as(server, reader, 'modern'), 'confirm', { word: 'jump' });
    expect([status, message.error.code, message.error.data.requiredCapabilities]).toEqual([
      400,
      -32021,
      expect.objectContaining({ elicitation: expect.anything() }),
    ]);
    const legacy = await call(as(server, reader, 'legacy'), 'confirm', { word: 'jump' });
    expect(legacy.message.result.isError).toBe(true);
  });
});

it('every decision about a resource, a prompt or suggestions is in the trail, and its outcome', async () => {
  const asker = as(server, writer, 'modern');
  await read(asker, 'library://catalogue');
  await read(asker, 'library://nothing');
  await read(asker, 'library://cellar');
  await ask(as(server, reader, 'modern'), 'resources/read', { uri: 'library://cellar' });
  await ask(asker, 'prompts/get', { name: 'nothing' });
  await ask(asker, 'prompts/get', { name: 'review', arguments: { book: 'emma' } });
  await ask(asker, 'completion/complete', {
    ref: { type: 'ref/prompt', name: 'review' },
    argument: { name: 'book', value: '' },
  });
  const after = await Promise.all(TYPES.map(recorded));
  expect(after[0]!.slice(0, 6)).toEqual([
    'decision denied insufficient_scope',
    'outcome error resource_failed',
    'decision allowed',
    'denied unknown_resource',
    'outcome allowed',
    'decision allowed',
  ]);
  const answered = ['outcome allowed', 'decision allowed'];
  expect(after[1]!.slice(0, 3)).toEqual([...answered, 'denied unknown_prompt']);
  expect(after[2]!.slice(0, 2)).toEqual(answered);
});

const TYPES = ['mcp.resource.read', 'mcp.prompt.fetched', 'mcp.completion.requested'];
