import { describe, expect, it } from '@jest/globals';
import { depthOf, parseMessage } from './json-rpc-message.js';
import { McpRefusal, type RefusalAnswer } from './mcp-refusal.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const valid = { jsonrpc: '2.0', id: 7, method: 'tools/list' };

function refusalOf(body: Uint8Array | string | object): RefusalAnswer {
  const text =
    typeof body === 'string' ? bytes(body) : body instanceof Uint8Array ? body : bytes(JSON.stringify(body));
  try {
    parseMessage(text);
  } catch (error) {
    if (error instanceof McpRefusal) return error.answer;
    throw error;
  }
  throw new Error('It was accepted');
}

describe('parseMessage', () => {
  it('accepts a request and a notification', () => {
    expect(parseMessage(bytes(JSON.stringify(valid)))).toEqual(valid);
    expect(parseMessage(bytes('{"jsonrpc":"2.0","method":"notifications/initialized"}'))).not.toHaveProperty(
      'id',
    );
  });

  it.each(['[]', '[1]', ' \t\r\n[{}]', '\ufeff[{}]', '\ufeff [', '[['])(
    'refuses the batch %p, well-formed or not',
    (body) => {
      expect(refusalOf(body)).toMatchObject({ status: 400, code: -32600, id: null, reason: 'batch_refused' });
    },
  );

  it.each([
    '',
    'no',
    'NaN',
    '{"a":1}{"b":2}',
    `${JSON.stringify(valid)}\n${JSON.stringify(valid)}`,
    '\ufeff{}',
  ])('refuses %p as unparsable', (body) => {
    expect(refusalOf(body)).toMatchObject({ status: 400, code: -32700, id: null });
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(refusalOf(Uint8Array.of(0x7b, 0xff, 0x7d))).toMatchObject({
      code: -32700,
      reason: 'invalid_utf8',
    });
  });

  it.each([
    ['an object id', { ...valid, id: {} }],
    ['an array id', { ...valid, id: [] }],
    ['a null id', { ...valid, id: null }],
    ['a boolean id', { ...valid, id: true }],
    ['a fractional id', { ...valid, id: 1.5 }],
    ['a very long id', { ...valid, id: 'x'.repeat(10_000) }],
  ])('refuses %s and does not echo it', (_, body) => {
    expect(refusalOf(body)).toMatchObject({ code: -32600, reason: 'invalid_id', id: null });
  });

  it('refuses an id beyond the range of numbers', () => {
    expect(refusalOf('{"jsonrpc":"2.0","id":1e400,"method":"x"}')).toMatchObject({
      reason: 'invalid_id',
      id: null,
    });
  });

  it.each([
    ['another version', { ...valid, jsonrpc: '1.0' }],
    ['a method that is no string', { ...valid, method: 5 }],
    ['an empty method', { ...valid, method: '' }],
    ['a member nobody knows', { ...valid, extra: 1 }],
  ])('refuses %s and echoes the id', (_, body) => {
    expect(refusalOf(body)).toMatchObject({ status: 400, code: -32600, id: 7 });
  });

  it.each([{ result: {} }, { error: { code: 1, message: 'x' } }])(
    'refuses a posted response %j',
    (members) => {
      const answer = refusalOf({ jsonrpc: '2.0', id: 7, ...members });
      expect(answer).toMatchObject({ code: -32600, reason: 'response_posted', id: null });
    },
  );

  it.each([[[]], ['x'], [null], [5]])('refuses the params %j', (params) => {
    expect(refusalOf({ ...valid, params })).toMatchObject({ code: -32602, id: 7 });
  });

  it.each([['null'], ['5'], ['"x"'], ['true']])('refuses %s, which is no object', (body) => {
    expect(refusalOf(body)).toMatchObject({ code: -32600, id: null });
  });

  it('refuses deep nesting without parsing it, and accepts what is just deep enough', () => {
    const nested = (levels: number) =>
      `{"jsonrpc":"2.0","id":7,"method":"x","params":{"a":${'['.repeat(levels)}${']'.repeat(levels)}}}`;
    expect(parseMessage(bytes(nested(98)))).toMatchObject({ id: 7 });
    expect(refusalOf(nested(99))).toMatchObject({ code: -32600, reason: 'nesting_too_deep' });
    expect(refusalOf(`{"a":${'{"a":'.repeat(100_000)}`)).toMatchObject({ reason: 'nesting_too_deep' });
  });

  it('keeps a member called __proto__ a member', () => {
    const message = parseMessage(
      bytes('{"jsonrpc":"2.0","id":7,"method":"x","params":{"__proto__":{"isAdmin":true}}}'),
    );
    expect(Object.hasOwn(message.params ?? {}, '__proto__')).toBe(true);
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  });
});

describe('depthOf', () => {
  it('counts brackets outside strings only', () => {
    expect(depthOf('{"a":"[[[\\"[["}')).toBe(1);
    expect(depthOf('[[]]')).toBe(2);
    expect(depthOf('"x"')).toBe(0);
  });
});
