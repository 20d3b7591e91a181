import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { prepare, problemsOf, type ToolDeclaration } from './tool-declaration.js';
import type { ToolOptions } from './tool.js';

const options: ToolOptions = {
  name: 'notes_add',
  title: 'Add a note',
  description: 'Adds a note.',
  input: z.strictObject({ title: z.string().default('none') }),
  annotations: {},
};
const good: ToolDeclaration = { where: 'Notes.add', options, scopes: ['notes:write'], invoke: () => 'done' };
const withoutScopes: ToolDeclaration = { where: good.where, options, invoke: () => 'done' };
const withoutInstance: ToolDeclaration = { where: good.where, options, scopes: ['notes:write'] };
const withoutTool: ToolDeclaration = { where: good.where, scopes: ['notes:write'], invoke: () => 'done' };

const problems = (...declarations: ToolDeclaration[]) =>
  problemsOf(declarations, (scope) => scope === 'notes:write');

describe('problemsOf', () => {
  it('finds nothing wrong with a tool that has a scope', () => {
    expect(problems(good)).toEqual([]);
  });

  it('names the tool that declares no scopes, and says what to do', () => {
    const [problem, ...others] = problems(good, { ...withoutScopes, options: { ...options, name: 'open' } });
    expect(problem).toBe(
      `Notes.add: the tool "open" declares no scopes; add @RequireScopes('…') so that it can be refused`,
    );
    expect(others).toEqual([]);
  });

  it('refuses an empty list of scopes', () => {
    expect(problems({ ...good, scopes: [] })).toEqual([expect.stringContaining('empty list of scopes')]);
  });

  it('refuses a scope nobody can be granted', () => {
    expect(problems({ ...good, scopes: ['notes:write', 'notes:wirte'] })).toEqual([
      expect.stringContaining('unknown scope "notes:wirte"'),
    ]);
  });

  it('refuses the second of two tools of one name', () => {
    expect(problems(good, { ...good, where: 'Other.add' })).toEqual([
      expect.stringMatching(/^Other\.add: .*already taken$/),
    ]);
  });

  it.each(['', 'two words', '-x', 'a'.repeat(65), 'naïve'])('refuses the name %p', (name) => {
    expect(problems({ ...good, options: { ...options, name } })).toEqual([
      expect.stringContaining('needs a name'),
    ]);
  });

  it('refuses a request-scoped provider and scopes without a tool', () => {
    expect(problems(withoutInstance)).toEqual([expect.stringContaining('singleton')]);
    expect(problems(withoutTool)).toEqual(['Notes.add has @RequireScopes but no @Tool']);
  });
});

describe('prepare', () => {
  it('makes the list entry from the schema', () => {
    const { listing } = prepare(good);
    expect(listing).toMatchObject({
      name: 'notes_add',
      title: 'Add a note',
      inputSchema: { type: 'object', properties: { title: { type: 'string' } }, additionalProperties: false },
    });
    expect(listing.inputSchema).not.toHaveProperty('required');
    expect(listing).not.toHaveProperty('outputSchema');
  });

  it.each([
    [{ readOnlyHint: true }, 'read'],
    [{ destructiveHint: false }, 'change'],
    [{ destructiveHint: true }, 'destructive'],
    [{}, 'destructive'],
  ])('takes %j for the risk %s', (annotations, risk) => {
    expect(prepare({ ...good, options: { ...options, annotations } }).risk).toBe(risk);
  });
});
