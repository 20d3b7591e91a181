import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { Declared, DeclaredPolicy } from '../authoring/declared.js';
import type { ToolOptions } from '../authoring/tool.js';
import type { FoundMethod } from './item.js';
import { problemsOf } from './problems.js';

const options: ToolOptions = {
  name: 'notes_add',
  title: 'Add a note',
  description: 'Adds a note.',
  input: z.strictObject({ title: z.string().default('none') }),
  annotations: {},
};
const policy = { scopes: ['notes:write'] };
const invoke = () => 'done';
const method = (declared: Declared, where = 'Notes.add'): FoundMethod => ({
  where,
  declared,
  policy,
  invoke,
});
const tool = (over: Partial<ToolOptions> = {}): FoundMethod =>
  method({ kind: 'tool', options: { ...options, ...over } });
const template = (uriTemplate: string, input: z.ZodObject = z.object({ id: z.string() })): FoundMethod =>
  method({ kind: 'template', options: { uriTemplate, input, name: 'n', title: 'N', description: 'd' } });
const prompt = method({
  kind: 'prompt',
  options: { name: 'sum_up', title: 'S', description: 'd', input: z.object({ style: z.string() }) },
});

const problems = (...methods: FoundMethod[]) =>
  problemsOf(methods, {
    hasScope: (scope) => scope.startsWith('notes:') && scope !== 'notes:wirte',
    hasLevel: (acr) => acr === 'mfa',
  });

describe('problemsOf', () => {
  it('finds nothing wrong with what has a scope', () => {
    const completes = { kind: 'completion', options: { prompt: 'sum_up', argument: 'style' } } as const;
    expect(problems(tool(), template('note://{id}'), prompt, method(completes))).toEqual([]);
  });

  it('names what is to be redacted and is nowhere in the input', () => {
    const input = z.object({ to: z.array(z.object({ iban: z.string() })).optional() });
    const found = { ...tool({ input }), policy: { ...policy, redact: ['to.iban', 'to.iBan', 'bodi'] } };
    expect(problems(found)).toEqual([
      expect.stringContaining('redacts "input.to.iBan"'),
      expect.stringContaining('redacts "input.bodi"'),
    ]);
  });

  it('names the tool that declares no scopes, and says what to do', () => {
    const [problem, ...others] = problems(tool(), { ...tool({ name: 'open' }), policy: {} });
    expect(problem).toBe(
      `Notes.add: the tool "open" declares no scopes; add @RequireScopes('…') so that it can be refused`,
    );
    expect(others).toEqual([]);
  });

  it('lets everybody call what says so, and nothing that says both', () => {
    expect(problems({ ...tool(), policy: { isPublic: true } })).toEqual([]);
    expect(problems({ ...tool(), policy: { ...policy, isPublic: true } })).toEqual([
      expect.stringContaining('is public and requires scopes'),
    ]);
  });

  it('refuses an empty list of scopes', () => {
    expect(problems({ ...tool(), policy: { scopes: [] } })).toEqual([
      expect.stringContaining('empty list of scopes'),
    ]);
  });

  it.each<[string, DeclaredPolicy]>([
    ['a choice of fewer than two scopes', { anyScopes: [['notes:read', 'notes:read']] }],
    ['as one of a choice; say one', { scopes: ['notes:write'], anyScopes: [['notes:write', 'notes:read']] }],
    ['unknown scope "memos:read"', { anyScopes: [['notes:read', 'memos:read']] }],
    ['is public and requires scopes', { isPublic: true, anyScopes: [['notes:read', 'notes:write']] }],
    ['is public and requires a role', { isPublic: true, roles: [['auditor']] }],
    ['unknown role "owner"', { ...policy, roles: [['auditor', 'owner']] }],
    ['one of no roles', { ...policy, roles: [[]] }],
    ['step-up to nothing', { ...policy, stepUps: [{}] }],
    ['unknown level "gold"', { ...policy, stepUps: [{ acr: 'gold' }] }],
    ['no number of seconds from 1', { ...policy, stepUps: [{ maxAge: 0 }] }],
    ['a quota that is not some calls', { ...policy, quotas: [{ calls: 1.5, per: 60, by: 'user' }] }],
    ['a quota that is not some calls', { ...policy, quotas: [{ calls: 1, per: 1e9, by: 'user' }] }],
    ['a quota by "tool"', { ...policy, quotas: [{ calls: 1, per: 60, by: 'tool' as 'user' }] }],
  ])('refuses what has %s', (text, contradictory) => {
    expect(problems({ ...tool(), policy: contradictory })).toEqual([expect.stringContaining(text)]);
  });

  it('finds nothing wrong with every rule at once, and takes a choice of scopes for scopes', () => {
    const every: DeclaredPolicy = {
      anyScopes: [['notes:read', 'notes:write']],
      roles: [['auditor', 'admin']],
      stepUps: [{ acr: 'mfa', maxAge: 300 }],
      quotas: [{ calls: 1, per: 60, by: 'grant' }],
    };
    expect(problems({ ...tool(), policy: every })).toEqual([]);
  });

  it('refuses a completion that says who may call it, because nobody would heed that', () => {
    const completes = { kind: 'completion', options: { prompt: 'sum_up', argument: 'style' } } as const;
    const found = { ...method(completes, 'Notes.styles'), policy: { roles: [['auditor']] } };
    expect(problems(prompt, found)).toEqual([expect.stringContaining('rules of what it completes')]);
  });

  it('refuses a scope nobody can be granted', () => {
    expect(problems({ ...tool(), policy: { scopes: ['notes:write', 'notes:wirte'] } })).toEqual([
      expect.stringContaining('unknown scope "notes:wirte"'),
    ]);
  });

  it('refuses the second of two of a kind and a name, not of two kinds', () => {
    expect(problems(tool(), { ...tool(), where: 'Other.add' })).toEqual([
      expect.stringMatching(/^Other\.add: .*already taken$/),
    ]);
    expect(problems(tool({ name: 'sum_up' }), prompt)).toEqual([]);
  });

  it.each(['', 'two words', '-x', 'a'.repeat(65), 'naïve'])('refuses the name %p', (name) => {
    expect(problems(tool({ name }))).toEqual([expect.stringContaining('needs a name')]);
  });

  it('refuses a request-scoped provider, and a policy of nothing', () => {
    const { where, declared } = tool();
    expect(problems({ where, declared: declared!, policy })).toEqual([expect.stringContaining('singleton')]);
    expect(problems({ where: 'Notes.add', policy, invoke })).toEqual([
      'Notes.add says who may call it but not what it is; add @Tool, @Resource or @Prompt',
    ]);
  });

  it('refuses a template without variables, with others than its input, and one that is none', () => {
    expect(problems(template('note://all', z.object({})))).toEqual([expect.stringContaining('no variable;')]);
    expect(problems(template('note://{name}'))).toEqual([expect.stringContaining('no variable "id"')]);
    expect(problems(template('note://{id'))).toEqual([expect.stringContaining('is no URI template')]);
  });

  it('refuses a resource without a scheme', () => {
    const declared = {
      kind: 'resource',
      options: { uri: 'notes', name: 'n', title: 'N', description: 'd' },
    } as const;
    expect(problems(method(declared))).toEqual([expect.stringContaining('needs a URI')]);
  });

  it('refuses suggestions for what there is not', () => {
    const completes = (name: string, argument: string) =>
      method({ kind: 'completion', options: { prompt: name, argument } });
    expect(problems(prompt, completes('nothing', 'style'))).toEqual([
      expect.stringContaining('completes nothing that there is'),
    ]);
    expect(problems(prompt, completes('sum_up', 'length'))).toEqual([
      expect.stringContaining('completes no argument of "sum_up"'),
    ]);
  });
});
