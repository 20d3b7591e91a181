import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { toolOf, type RegisteredTool } from '../items/tool-item.js';
import { argumentProblems } from './argument-problems.js';
import { TOOLS } from './tool-result.js';

const resultOf = (...args: Parameters<typeof TOOLS.resultOf>) => TOOLS.resultOf(...args);

function tool(output?: z.ZodObject): RegisteredTool {
  const options = { name: 't', title: 'T', description: 'd', input: z.strictObject({}), annotations: {} };
  const found = { where: 'T.t', policy: { scopes: ['s'] }, invoke: () => 0 };
  return toolOf(found, { ...options, ...(output && { output }) });
}

describe('resultOf', () => {
  it('sends text as it is, other values as JSON, and nothing as "Done"', () => {
    expect(resultOf(tool(), 'hello').result.content).toEqual([{ type: 'text', text: 'hello' }]);
    expect(resultOf(tool(), { a: 1 }).result.content).toEqual([{ type: 'text', text: '{"a":1}' }]);
    expect(resultOf(tool(), undefined).result.content).toEqual([{ type: 'text', text: 'Done' }]);
  });

  it('passes content blocks on', () => {
    const content = [{ type: 'image', data: 'AAAA', mimeType: 'image/png' }];
    expect(resultOf(tool(), { content }).result.content).toEqual(content);
    expect(() => resultOf(tool(), { content: [{ type: 'nonsense' }] })).toThrow('invalid_result');
  });

  it('sends what an output schema declares as structured content, and nothing else', () => {
    const { result } = resultOf(tool(z.object({ id: z.string() })), { id: 'x', secret: 'y' });
    expect(result.structuredContent).toEqual({ id: 'x' });
    expect(JSON.stringify(result)).not.toContain('secret');
  });

  it('refuses what does not match the output schema', () => {
    expect(() => resultOf(tool(z.object({ id: z.string() })), { id: 5 })).toThrow('invalid_result');
  });

  it('refuses what cannot be sent or is too large', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(() => resultOf(tool(), circular)).toThrow('invalid_result');
    expect(() => resultOf(tool(), { big: 1n })).toThrow('invalid_result');
    expect(() => resultOf(tool(), 'x'.repeat(1024 * 1024))).toThrow('result_too_large');
  });
});

describe('argumentProblems', () => {
  it('names the member and the rule, and stays short whatever was sent', () => {
    const schema = z.strictObject({ title: z.string() });
    const hostile = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`key${at}`, at]));
    const text = argumentProblems(schema.safeParse(hostile).error!);
    expect(text).toContain('title: ');
    expect(text.length).toBeLessThan(1_200);
  });
});
